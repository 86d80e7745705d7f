"""Whether pods that are to be kept apart are apart: what a cluster's own scheduler may get wrong.

Looked at are pods whose required anti-affinity finds their own kind on the same node: one pod of a service on each node,
which is what it is used for. Terms about other pods or larger places would take the labels of all pods and nodes.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from plimsoll.kube.selectors import selector_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plimsoll.kube.resources import Object

HOST_NAME = "kubernetes.io/hostname"


class Separation:
    """Counts, of the pods of each group that keeps its own apart, those that share a node."""

    def __init__(self) -> None:
        self.violated = 0
        """Pods that have another of their group as neighbour."""
        self._places: dict[str, tuple[tuple[str, str], ...]] = {}
        """By UID, the groups of a pod with its node."""
        self._pods: Counter[tuple[str, str]] = Counter()

    @property
    def is_wanted(self) -> bool:
        """Whether any pod has ever asked for it."""
        return bool(self._pods)

    def placed(self, uid: str, pod: Object) -> None:
        """A pod has been bound to its node."""
        spec = pod["spec"]
        if "affinity" not in spec or uid in self._places:
            return
        places = tuple((group, spec["nodeName"]) for group in sorted(set(_groups(pod))))
        if places:
            self._places[uid] = places
            for place in places:
                self._count(place, 1)

    def left(self, uid: str) -> None:
        """A pod is gone, or has ended."""
        for place in self._places.pop(uid, ()):
            self._count(place, -1)

    def _count(self, place: tuple[str, str], change: int) -> None:
        before = self._pods[place]
        self._pods[place] = after = before + change
        self.violated += (after if after > 1 else 0) - (before if before > 1 else 0)


def _groups(pod: Object) -> Iterator[str]:
    """A name for each anti-affinity term that finds the pod itself, equal for all pods that share the term."""
    required = (pod["spec"]["affinity"].get("podAntiAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    for term in required or ():
        selector = term.get("labelSelector") or {}
        if term["topologyKey"] == HOST_NAME and selector_of(selector).matches(pod["metadata"].get("labels") or {}):
            where = "*" if "namespaceSelector" in term else pod["metadata"]["namespace"]
            yield f"{where} {json.dumps(selector, sort_keys=True)}"
