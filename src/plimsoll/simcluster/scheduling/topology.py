"""Topology domains: which nodes share a host name, a zone, a rack."""

from __future__ import annotations

from collections import Counter

import numpy as np

from plimsoll.simcluster.scheduling.arrays import BoolArray, FloatArray, IntArray, grown

HOSTNAME = "kubernetes.io/hostname"
ZONES = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
REGIONS = ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")


class Topology:
    """The domain of each node for one topology key, as a number; 0 where the node is in none."""

    def __init__(self, capacity: int) -> None:
        self.domain: IntArray = np.zeros(capacity, np.int64)
        self.labelled: BoolArray = np.zeros(capacity, np.bool_)
        self._numbers: dict[str, int] = {}
        self._members: Counter[int] = Counter()
        self._labelled_nodes = 0

    @property
    def empty(self) -> bool:
        """Whether no node carries the key."""
        return not self._members

    @property
    def domains(self) -> int:
        """Upper bound of the numbers of domains, plus one."""
        return len(self._numbers) + 1

    def complete(self, nodes: int) -> bool:
        """Whether each of so many nodes, which are all there are, carries the key."""
        return self._labelled_nodes == nodes

    def grow(self, capacity: int) -> None:
        """Make room for more slots."""
        self.domain, self.labelled = grown(self.domain, capacity), grown(self.labelled, capacity)

    def assign(self, slot: int, value: str | None) -> None:
        """Put the node in this slot into a domain, or into none."""
        number = 0 if value is None else self._numbers.setdefault(value, len(self._numbers) + 1)
        previous = int(self.domain[slot])
        if previous:
            self._labelled_nodes -= 1
            self._members[previous] -= 1
            if not self._members[previous]:
                del self._members[previous]
        if number:
            self._labelled_nodes += 1
            self._members[number] += 1
        self.domain[slot], self.labelled[slot] = number, bool(number)

    def totals(self, per_node: IntArray) -> IntArray:
        """For each node, the sum over the nodes of its domain; 0 where it is in none."""
        if len(self._members) == self._labelled_nodes:  # one node each: host names
            return per_node * self.labelled
        return self.by_domain(per_node)[self.domain].astype(np.int64)

    def by_domain(self, per_node: IntArray | BoolArray) -> FloatArray:
        """Sums over the nodes of each domain, by its number."""
        sums: FloatArray = np.bincount(self.domain, per_node, self.domains).astype(np.float64, copy=False)
        sums[0] = 0
        return sums
