"""The Watch strategy: each object is listed and watched from the first reference on, after which reading costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plimsoll.simcluster.kubelet.objects import ALL_READ, Failure, Key, ReadDone

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.kubelet.needs import PodNeeds, Reference
    from plimsoll.simcluster.kubelet.objects import ObjectRequests

WATCH_WAIT_SECONDS = 1.0
"""A read fails where the first listing takes longer (watch_based_manager.go)."""


class _Reading:
    """A read that waits for the first listing."""

    __slots__ = ("done", "references", "waits")

    def __init__(self, references: Sequence[Reference], done: ReadDone) -> None:
        self.references = references
        self.done = done
        self.waits = True


class _Group:
    """The objects that pods of one template refer to in one namespace, watched together."""

    __slots__ = ("keys", "listings", "namespace", "pods", "readings")

    def __init__(self, namespace: str, keys: tuple[Key, ...]) -> None:
        self.namespace = namespace
        self.keys = keys
        self.pods = 0
        self.listings = 0
        """First listings that are still under way."""
        self.readings: list[_Reading] = []


class WatchManager:
    """A reflector per object (watch_based_manager.go).

    Pods of one template in one namespace refer to the same objects, so those are looked up as one group: a group's new
    objects are listed by requests sent together, and the group can be read when the last listing is there.
    """

    polls = False

    def __init__(self, kernel: Kernel, requests: ObjectRequests, *, watch_list: bool) -> None:
        self.watches = 0
        self._kernel = kernel
        self._requests = requests
        self._client = client = requests.client
        resources = ("secrets", "configmaps")
        self._first = {resource: client.kind("WATCH" if watch_list else "LIST", resource) for resource in resources}
        self._watch = None if watch_list else {resource: client.kind("WATCH", resource) for resource in resources}
        self._referrers: dict[Key, int] = {}
        self._groups: dict[tuple[str, PodNeeds], _Group] = {}

    def register(self, namespace: str, needs: PodNeeds) -> None:
        """Start reflectors for what nobody on this node referred to before."""
        group = self._groups.get((namespace, needs))
        if group is None:
            keys = tuple((namespace, *reference) for reference in needs.references)
            group = self._groups[(namespace, needs)] = _Group(namespace, keys)
            self._start(group)
        group.pods += 1

    def updated(self, namespace: str, needs: PodNeeds) -> None:
        """The watches go on."""

    def unregister(self, namespace: str, needs: PodNeeds) -> None:
        """Stop the reflectors of what nobody refers to any more."""
        group = self._groups[(namespace, needs)]
        group.pods -= 1
        if group.pods:
            return
        del self._groups[(namespace, needs)]
        for key in group.keys:
            self._referrers[key] -= 1
            if not self._referrers[key]:
                del self._referrers[key]
                self.watches -= 1

    def read(self, namespace: str, needs: PodNeeds, references: Sequence[Reference], done: ReadDone) -> None:
        """Look into what is listed; wait for listings that are under way, but not for long."""
        group = self._groups[(namespace, needs)]
        if not group.listings:
            done(self._look_up(namespace, references))
            return
        reading = _Reading(references, done)
        group.readings.append(reading)
        self._kernel.after(WATCH_WAIT_SECONDS, self._give_up, reading)

    def _look_up(self, namespace: str, references: Sequence[Reference]) -> Sequence[Failure]:
        exists = self._requests.exists
        for resource, name in references:
            if not exists(namespace, resource, name):
                break
        else:
            return ALL_READ
        return [Failure(reference, missing=True) for reference in references if not exists(namespace, *reference)]

    def _give_up(self, reading: _Reading) -> None:
        if reading.waits:
            reading.waits = False
            reading.done([Failure(reference, missing=False) for reference in reading.references])

    def _start(self, group: _Group) -> None:
        new: dict[str, int] = {}
        for key in group.keys:
            known = self._referrers.get(key, 0)
            self._referrers[key] = known + 1
            if not known:
                new[key[1]] = new.get(key[1], 0) + 1
        self.watches += sum(new.values())
        group.listings = len(new)
        for resource, count in new.items():
            self._client.call(self._first[resource], self._listed, group, count=count)
            if self._watch is not None:
                self._client.post(self._watch[resource], count=count)

    def _listed(self, group: _Group) -> None:
        group.listings -= 1
        if group.listings:
            return
        readings, group.readings = group.readings, []
        for reading in readings:
            if reading.waits:
                reading.waits = False
                reading.done(self._look_up(group.namespace, reading.references))
