"""How a kubelet gets the secrets and config maps its pods refer to: the Get, Cache and Watch strategies.

From kubelet/util/manager: ``Get`` asks the API server each time; ``Cache`` keeps a copy per object with a mutex and a
time to live, and forgets it whenever a pod that refers to it is registered; ``Watch`` lists and watches each object from
the first reference on, after which reading it costs nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.client import Client, RequestKind
    from plimsoll.simcluster.kubelet.needs import PodNeeds, Reference

Key = tuple[str, str, str]
"""Namespace, resource, name."""

WATCH_WAIT_SECONDS = 1.0
"""The Watch strategy's read fails where the first listing takes longer (watch_based_manager.go)."""

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 122.0
"""Back-off of a failed volume operation: 500 ms, doubling to 2 min 2 s (goroutinemap/exponentialbackoff)."""

Done = Callable[[], None]


class ObjectManager(Protocol):
    """A strategy."""

    polls: bool
    """Whether syncs of running pods may cost requests."""

    def register(self, namespace: str, needs: PodNeeds) -> None:
        """A pod that refers to these objects has come."""
        ...

    def updated(self, namespace: str, needs: PodNeeds) -> None:
        """The pod was updated in the API."""
        ...

    def unregister(self, namespace: str, needs: PodNeeds) -> None:
        """The pod is gone."""
        ...

    def read(self, namespace: str, needs: PodNeeds, references: Iterable[Reference], done: Done) -> None:
        """Read some of a registered pod's objects at the same time; call ``done`` when the last payload is there."""
        ...


class GetManager:
    """Every read is a request."""

    polls = True

    def __init__(self, client: Client) -> None:
        self._client = client
        self._kinds = _get_kinds(client)

    def register(self, namespace: str, needs: PodNeeds) -> None:
        """Nothing is kept."""

    def updated(self, namespace: str, needs: PodNeeds) -> None:
        """Nothing is kept."""

    def unregister(self, namespace: str, needs: PodNeeds) -> None:
        """Nothing is kept."""

    def read(self, namespace: str, needs: PodNeeds, references: Iterable[Reference], done: Done) -> None:  # noqa: ARG002
        """Ask for each object."""
        join = _Join(done)
        for resource, _name in references:
            self._client.call(self._kinds[resource], join.expect())
        join.close()


class _Copy:
    """A cached object: when it was fetched, and who waits for its mutex."""

    __slots__ = ("busy", "fetched_seconds", "waiters")

    def __init__(self) -> None:
        self.fetched_seconds: float | None = None
        self.busy = False
        self.waiters: deque[Done] = deque()


class CacheManager:
    """A copy with a time to live and a mutex per object (caching_secret_manager.go)."""

    polls = True

    def __init__(self, kernel: Kernel, client: Client, ttl_seconds: float, *, drop_on_update: bool) -> None:
        self.ttl_seconds = ttl_seconds
        self._kernel = kernel
        self._client = client
        self._drop_on_update = drop_on_update
        self._kinds = _get_kinds(client)
        self._copies: dict[Key, _Copy] = {}
        self._referrers: dict[Key, int] = {}

    def register(self, namespace: str, needs: PodNeeds) -> None:
        """Count the references; each forgets the copy, so that the new pod sees the present state."""
        for resource, name in needs.references:
            key = (namespace, resource, name)
            self._referrers[key] = self._referrers.get(key, 0) + 1
            self._copies[key] = _Copy()

    def updated(self, namespace: str, needs: PodNeeds) -> None:
        """Forget the copies, where this version registers a pod anew at each update (up to 1.28)."""
        if self._drop_on_update:
            for resource, name in needs.references:
                self._copies[(namespace, resource, name)] = _Copy()

    def unregister(self, namespace: str, needs: PodNeeds) -> None:
        """Drop the references, and the copies that nobody refers to any more."""
        for resource, name in needs.references:
            key = (namespace, resource, name)
            self._referrers[key] -= 1
            if not self._referrers[key]:
                del self._referrers[key]
                del self._copies[key]

    def read(self, namespace: str, needs: PodNeeds, references: Iterable[Reference], done: Done) -> None:  # noqa: ARG002
        """Take fresh copies at once; fetch the others, waiting behind whoever fetches the same one."""
        join = _Join(done)
        for resource, name in references:
            copy = self._copies.get((namespace, resource, name))
            if copy is not None and not self._is_fresh(copy):
                self._lock(copy, resource, join.expect())
        join.close()

    def _is_fresh(self, copy: _Copy) -> bool:
        fetched = copy.fetched_seconds
        return not copy.busy and fetched is not None and self._kernel.now < fetched + self.ttl_seconds

    def _lock(self, copy: _Copy, resource: str, done: Done) -> None:
        if copy.busy:
            copy.waiters.append(done)
        elif self._is_fresh(copy):
            done()
        else:
            copy.busy = True
            self._client.call(self._kinds[resource], self._fetched, copy, resource, done)

    def _fetched(self, copy: _Copy, resource: str, done: Done) -> None:
        copy.busy = False
        copy.fetched_seconds = self._kernel.now
        done()
        while copy.waiters and not copy.busy:
            self._lock(copy, resource, copy.waiters.popleft())


class _Watched:
    """The objects that pods of one template refer to in one namespace, watched together."""

    __slots__ = ("keys", "pods", "ready_seconds", "waiting")

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self.keys = keys
        self.pods = 0
        self.ready_seconds: float | None = None
        self.waiting: list[tuple[float, Done]] = []


class WatchManager:
    """A reflector per object (watch_based_manager.go).

    Pods of one template in one namespace refer to the same objects, so those are looked up as one group: a group's new
    objects are listed by requests sent together, and the group can be read when the last listing is there.
    """

    polls = False

    def __init__(self, kernel: Kernel, client: Client, *, watch_list: bool) -> None:
        self.watches = 0
        self._kernel = kernel
        self._client = client
        verb = "WATCH" if watch_list else "LIST"
        self._first = {resource: client.kind(verb, resource) for resource in ("secrets", "configmaps")}
        self._watch = None if watch_list else {r: client.kind("WATCH", r) for r in ("secrets", "configmaps")}
        self._referrers: dict[Key, int] = {}
        self._groups: dict[tuple[str, PodNeeds], _Watched] = {}

    def register(self, namespace: str, needs: PodNeeds) -> None:
        """Start reflectors for what nobody on this node referred to before."""
        group = self._groups.get((namespace, needs))
        if group is None:
            keys = tuple((namespace, resource, name) for resource, name in needs.references)
            group = self._groups[(namespace, needs)] = _Watched(keys)
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

    def read(self, namespace: str, needs: PodNeeds, references: Iterable[Reference], done: Done) -> None:  # noqa: ARG002
        """Go on at once where everything is listed; otherwise when an attempt to read finds it so."""
        group = self._groups[(namespace, needs)]
        if group.ready_seconds is not None:
            done()
        else:
            group.waiting.append((self._kernel.now, done))

    def _start(self, group: _Watched) -> None:
        new: dict[str, int] = {}
        for key in group.keys:
            known = self._referrers.get(key, 0)
            self._referrers[key] = known + 1
            if not known:
                new[key[1]] = new.get(key[1], 0) + 1
        self.watches += sum(new.values())
        join = _Join(lambda: self._listed(group))
        for resource, count in new.items():
            self._client.call(self._first[resource], join.expect(), count=count)
            if self._watch is not None:
                self._client.post(self._watch[resource], count=count)
        join.close()

    def _listed(self, group: _Watched) -> None:
        now = group.ready_seconds = self._kernel.now
        waiting, group.waiting = group.waiting, []
        for since, done in waiting:
            self._kernel.after(read_succeeds_seconds(since, now) - now, done)


def read_succeeds_seconds(since_seconds: float, ready_seconds: float) -> float:
    """When a volume operation that began reading at ``since`` has its payload, which is there from ``ready`` on.

    An attempt waits 1 s; after a failure the operation backs off, for longer each time.
    """
    attempt, backoff = since_seconds, FIRST_RETRY_SECONDS
    while attempt + WATCH_WAIT_SECONDS < ready_seconds:
        attempt += WATCH_WAIT_SECONDS + backoff
        backoff = min(2 * backoff, LONGEST_RETRY_SECONDS)
    return max(attempt, ready_seconds)


class _Join:
    """Calls ``done`` once everything that was expected has come, and :meth:`close` was called."""

    __slots__ = ("_done", "_open")

    def __init__(self, done: Done) -> None:
        self._done = done
        self._open = 1

    def expect(self) -> Done:
        """One more thing has to come; call the result when it has."""
        self._open += 1
        return self.close

    def close(self) -> None:
        """One thing less to wait for."""
        self._open -= 1
        if not self._open:
            self._done()


def _get_kinds(client: Client) -> dict[str, RequestKind]:
    return {resource: client.kind("GET", resource) for resource in ("secrets", "configmaps")}
