"""The Watch strategy: each object is listed and watched from the first reference on, after which reading costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plimsoll.simcluster.kubelet.objects import ALL_READ, Failure, ReadDone

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

    __slots__ = ("listings", "namespace", "pods", "readings", "references")

    def __init__(self, namespace: str, references: tuple[Reference, ...]) -> None:
        self.namespace = namespace
        self.references = references
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
        self._referrers: dict[str, dict[Reference, int]] = {}
        """Groups that refer to an object, by namespace and object."""
        self._groups: dict[tuple[str, PodNeeds], _Group] = {}

    def register(self, namespace: str, needs: PodNeeds) -> None:
        """Start reflectors for what nobody on this node referred to before."""
        group = self._groups.get((namespace, needs))
        if group is None:
            group = self._groups[(namespace, needs)] = _Group(namespace, needs.references)
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
        referrers = self._referrers[namespace]
        for reference in group.references:
            referrers[reference] -= 1
            if not referrers[reference]:
                del referrers[reference]
                self.watches -= 1
        if not referrers:
            del self._referrers[namespace]

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
        referrers = self._referrers.setdefault(group.namespace, {})
        for reference in group.references:
            known = referrers.get(reference, 0)
            referrers[reference] = known + 1
            if not known:
                new[reference[0]] = new.get(reference[0], 0) + 1
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
