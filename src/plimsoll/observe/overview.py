"""All pods of a cluster by state, namespace and node: what ``plimsoll watch`` shows. Pure bookkeeping."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.observe import timelines
from plimsoll.observe.timelines import RUNNING, STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plimsoll.cluster.port import Change
    from plimsoll.kube.resources import Object


@dataclass(frozen=True, slots=True)
class _Seen:
    namespace: str
    node: str
    state: int


class Overview:
    """Keeps counts up to date change by change (see :mod:`plimsoll.observe.watching`)."""

    def __init__(self) -> None:
        self._pods: dict[str, _Seen] = {}
        self.by_state = [0] * len(STATES)
        self.by_namespace: dict[str, Counter[int]] = defaultdict(Counter)
        self.by_node: dict[str, Counter[int]] = defaultdict(Counter)
        """Pods without a node count under an empty name."""
        self.created = 0
        self.ran = 0
        self.deleted = 0
        """Pods that have been seen to come, to begin running, and to go since the watch began."""
        self._listed = False

    def relist(self, pods: Iterable[Object], seconds: float) -> None:  # noqa: ARG002 - an overview has no history
        """Take a complete listing."""
        known = set()
        for pod in pods:
            known.add(pod["metadata"]["uid"])
            self._see(pod)
        for uid in self._pods.keys() - known:
            self._forget(uid)
        if not self._listed:
            self.created = self.ran = 0  # what was there when we came did not come
            self._listed = True

    def update(self, changes: Sequence[Change]) -> None:
        """Take a batch of changes, oldest first."""
        for change in changes:
            if change.type == "DELETED":
                self._forget(change.object["metadata"]["uid"])
            else:
                self._see(change.object)

    def _see(self, pod: Object) -> None:
        metadata = pod["metadata"]
        state, _, _ = timelines.read(pod)
        old = self._pods.get(metadata["uid"])
        new = _Seen(metadata["namespace"], pod["spec"].get("nodeName", ""), state)
        if old == new:
            return
        if old is None:
            self.created += 1
        else:
            self._count(old, -1)
        if state == RUNNING and (old is None or old.state != RUNNING):
            self.ran += 1
        self._pods[metadata["uid"]] = new
        self._count(new, 1)

    def _forget(self, uid: str) -> None:
        old = self._pods.pop(uid, None)
        if old is not None:
            self._count(old, -1)
            self.deleted += 1

    def _count(self, seen: _Seen, by: int) -> None:
        self.by_state[seen.state] += by
        for groups, name in ((self.by_namespace, seen.namespace), (self.by_node, seen.node)):
            groups[name][seen.state] += by
            if not groups[name][seen.state]:
                del groups[name][seen.state]
            if not groups[name]:
                del groups[name]
