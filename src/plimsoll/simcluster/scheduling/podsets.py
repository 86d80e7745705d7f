"""Pods that are alike to a scheduler, and sets of placed pods counted by node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from plimsoll.simcluster.scheduling.arrays import IntArray, grown

if TYPE_CHECKING:
    from plimsoll.simcluster.scheduling.feasibility import FeasibilityIndex
    from plimsoll.simcluster.scheduling.requirements import AffinityTerm, NodeRequirements, PodTerms

MOST_SPARSE = 64
"""Nodes up to which a set counts in a dictionary: below, that is quicker to add to and a fraction of the memory."""


class PodSet:
    """How many pods of a set each node holds, by slot."""

    __slots__ = ("_column", "_sparse", "total")

    def __init__(self) -> None:
        self.total = 0
        self._sparse: dict[int, int] = {}
        self._column: IntArray | None = None

    def add(self, slot: int, pods: int) -> None:
        """Count pods on a node, or, negative, off it."""
        self.total += pods
        if self._column is not None:
            self._column = grown(self._column, slot + 1)
            self._column[slot] += pods
            return
        self._sparse[slot] = self._sparse.get(slot, 0) + pods
        if not self._sparse[slot]:
            del self._sparse[slot]
        if len(self._sparse) > MOST_SPARSE:
            self._column, self._sparse = self.column(max(self._sparse) + 1), {}

    def column(self, capacity: int) -> IntArray:
        """The counts of all slots. Not to be written to."""
        if self._column is not None:
            self._column = grown(self._column, capacity)
            return self._column[:capacity]
        column = np.zeros(capacity, np.int64)
        if self._sparse:
            column[list(self._sparse)] = list(self._sparse.values())
        return column

    def include(self, other: PodSet) -> None:
        """Count all pods of another set as well."""
        for slot, pods in other.items():
            self.add(slot, pods)

    def items(self) -> Iterator[tuple[int, int]]:
        """Slots that hold pods, with how many."""
        if self._column is None:
            return iter(list(self._sparse.items()))
        held = self._column.nonzero()[0]
        return zip(held.tolist(), self._column[held].tolist(), strict=True)


ClassKey: TypeAlias = "tuple[str, frozenset[tuple[str, str]], str | None, NodeRequirements, PodTerms]"
"""Namespace, labels, controller's UID, and what the pods ask for of nodes and of other pods."""


class PodClass:
    """Pods that agree in all that a scheduler looks at, and the sets that matter when one of them is to be placed."""

    __slots__ = (
        "admitted",
        "affinity",
        "anti_affinity",
        "attracted_by",
        "controller",
        "index",
        "key",
        "labels",
        "member_of",
        "namespace",
        "nodes",
        "placed",
        "preferred",
        "repelled_by",
        "siblings",
        "spread",
        "terms",
    )

    def __init__(self, key: ClassKey, index: FeasibilityIndex | None) -> None:
        self.key = key
        self.namespace, labels, self.controller, self.nodes, self.terms = key
        self.labels: Mapping[str, str] = dict(labels)
        self.index = index
        self.admitted = False
        """Whether the census knows the class; it forgets those without pods."""
        self.placed = PodSet()
        self.disconnect()

    def disconnect(self) -> None:
        """Let go of all sets but the class's own pods."""
        self.member_of: list[PodSet] = [self.placed]
        """Sets that the class's own pods are counted in."""
        self.affinity: PodSet | None = None
        """Pods that meet all required affinity terms together."""
        self.anti_affinity: list[tuple[str, PodSet]] = []
        """Topology key of each required anti-affinity term, and the pods it finds."""
        self.preferred: list[tuple[str, int, PodSet]] = []
        """Topology key and weight of each preference, and the pods it finds."""
        self.spread: list[PodSet] = []
        """The pods that each topology spread constraint finds."""
        self.siblings: PodSet | None = None
        """Pods of the same controller."""
        self.repelled_by: list[tuple[AffinityTerm, PodSet]] = []
        """Required anti-affinity terms that find this class, and the pods that carry them."""
        self.attracted_by: list[tuple[AffinityTerm, PodSet]] = []
        """Weighted terms that find this class, and the pods that carry them."""
