"""The Cache strategy: a copy of each object, with a mutex and a time to live, and what sets that time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from plimsoll.simcluster.kubelet.objects import ALL_READ, Answer, Join, Key, ReadDone

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.kubelet.needs import PodNeeds, Reference
    from plimsoll.simcluster.kubelet.objects import ObjectRequests

TTL_BY_NODES = ((100, 0.0), (500, 15.0), (1000, 30.0), (2000, 60.0))
"""Up to so many nodes, the TTL controller gives copies so many seconds (pkg/controller/ttl)."""

LARGEST_TTL_SECONDS = 300.0


def object_ttl_seconds(nodes: int) -> float:
    """The time to live that the TTL controller writes on the nodes of a cluster that has grown to this size.

    The controller goes back to a shorter time only well below the size at which it took the longer one (90 nodes for
    100, 450 for 500, 900 for 1000, 1800 for 2000); simulated clusters never shrink, so that does not matter here.
    """
    return next((seconds for most, seconds in TTL_BY_NODES if nodes <= most), LARGEST_TTL_SECONDS)


class _Copy:
    """A cached object: when it was last found, and who waits for its mutex."""

    __slots__ = ("busy", "found_seconds", "waiters")

    def __init__(self) -> None:
        self.found_seconds: float | None = None
        self.busy = False
        self.waiters: deque[Answer] = deque()


class CacheManager:
    """A cache of objects by name (cache_based_manager.go).

    A new reference forgets the copy, so that a new pod sees the present state; up to 1.28 so does every update of a pod
    that refers to it. A read of a copy that is being fetched waits at its mutex. That an object does not exist is not
    worth remembering: each read asks again.
    """

    polls = True
    watches = 0

    def __init__(self, kernel: Kernel, requests: ObjectRequests, ttl_seconds: float, *, drop_on_update: bool) -> None:
        self.ttl_seconds = ttl_seconds
        self._kernel = kernel
        self._requests = requests
        self._drop_on_update = drop_on_update
        self._copies: dict[Key, _Copy] = {}
        self._referrers: dict[Key, int] = {}

    def register(self, namespace: str, needs: PodNeeds) -> None:
        """Count the references; each forgets the copy."""
        for reference in needs.references:
            key = (namespace, *reference)
            self._referrers[key] = self._referrers.get(key, 0) + 1
            self._copies[key] = _Copy()

    def updated(self, namespace: str, needs: PodNeeds) -> None:
        """Forget the copies, where this version registers a pod anew at each update."""
        if self._drop_on_update:
            for reference in needs.references:
                self._copies[(namespace, *reference)] = _Copy()

    def unregister(self, namespace: str, needs: PodNeeds) -> None:
        """Drop the references, and the copies that nobody refers to any more."""
        for reference in needs.references:
            key = (namespace, *reference)
            self._referrers[key] -= 1
            if not self._referrers[key]:
                del self._referrers[key]
                del self._copies[key]

    def read(self, namespace: str, needs: PodNeeds, references: Sequence[Reference], done: ReadDone) -> None:  # noqa: ARG002
        """Take fresh copies at once; fetch the others, waiting behind whoever fetches the same one."""
        stale = []
        for reference in references:
            key = (namespace, *reference)
            copy = self._copies[key]
            if not self._is_fresh(copy):
                stale.append((key, copy, reference))
        if not stale:
            done(ALL_READ)
            return
        join = Join(done)
        for key, copy, reference in stale:
            self._lock(key, copy, join.expect(reference))
        join.close()

    def _is_fresh(self, copy: _Copy) -> bool:
        found = copy.found_seconds
        return not copy.busy and found is not None and self._kernel.now < found + self.ttl_seconds

    def _lock(self, key: Key, copy: _Copy, answer: Answer) -> None:
        if copy.busy:
            copy.waiters.append(answer)
        elif self._is_fresh(copy):
            answer(True)
        else:
            copy.busy = True
            self._requests.get(key, lambda found: self._fetched(key, copy, answer, found=found))

    def _fetched(self, key: Key, copy: _Copy, answer: Answer, *, found: bool) -> None:
        copy.busy = False
        copy.found_seconds = self._kernel.now if found else None
        answer(found)
        while copy.waiters and not copy.busy:
            self._lock(key, copy, copy.waiters.popleft())
