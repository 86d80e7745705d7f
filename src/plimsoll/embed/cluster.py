"""The simulated cluster behind the port, for asyncio code that runs in its kernel's time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from plimsoll.cluster.port import Change, Listing
from plimsoll.embed.virtual import reject, resolve
from plimsoll.errors import ApiError
from plimsoll.simcluster.api import read_selector
from plimsoll.simcluster.client import Client, RequestKind

if TYPE_CHECKING:
    from plimsoll.cluster.port import ChangeType
    from plimsoll.kernel import Kernel
    from plimsoll.kube.patchformats import Patch, PatchFormat
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.kube.selectors import LabelSelector
    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.store import Collection, StoredChange

T = TypeVar("T")

BATCH_SECONDS = 0.5
"""A watcher is woken at most twice a second and gets what came meanwhile, each change with the time it came. Waking it
for each of several hundred thousand changes would cost more than simulating them."""


class SimulatedPort:
    """One user's view of a simulated cluster (see :class:`plimsoll.cluster.port.Cluster`).

    Requests take the same path as the components' own: they queue for the API server's cores and may be refused.
    """

    def __init__(self, cluster: SimulatedCluster, user: str) -> None:
        self._cluster = cluster
        self._client = Client(cluster.environment, user, retries=False)
        self._kinds: dict[tuple[str, str], RequestKind] = {}

    def create(self, resource: Resource, body: Object, namespace: str | None = None) -> Awaitable[Object]:
        """POST an object."""
        collection = self._collection(resource)
        api = self._cluster.api
        return self._request("POST", resource, lambda: api.create(collection, namespace or "", body))

    def get(self, resource: Resource, name: str, namespace: str | None = None) -> Awaitable[Object]:
        """GET an object."""
        collection = self._collection(resource)
        return self._request("GET", resource, lambda: self._cluster.api.get(collection, namespace or "", name))

    def list(self, resource: Resource, namespace: str | None = None, *, label_selector: str = "") -> Awaitable[Listing]:
        """LIST objects."""
        collection = self._collection(resource)

        def effect() -> Listing:
            items = self._cluster.api.list(collection, namespace, label_selector)
            return Listing(items, str(self._cluster.store.revision))

        return self._request("LIST", resource, effect)

    def patch(
        self,
        resource: Resource,
        name: str,
        patch: Patch,
        namespace: str | None = None,
        *,
        patch_format: PatchFormat = "merge",
    ) -> Awaitable[Object]:
        """PATCH an object."""
        collection = self._collection(resource)
        api = self._cluster.api
        return self._request(
            "PATCH", resource, lambda: api.patch(collection, namespace or "", name, patch, patch_format)
        )

    def delete(
        self, resource: Resource, name: str, namespace: str | None = None, *, uid: str | None = None
    ) -> Awaitable[None]:
        """DELETE an object."""
        collection = self._collection(resource)
        api = self._cluster.api
        return self._request("DELETE", resource, lambda: api.delete(collection, namespace or "", name, uid))

    async def watch(
        self, resource: Resource, namespace: str | None = None, *, label_selector: str = "", resource_version: str = ""
    ) -> AsyncIterator[Sequence[Change]]:
        """Watch, in batches."""
        collection = self._collection(resource)
        subscription = _Subscription(self._cluster.kernel, collection, namespace)
        try:
            await self._request("WATCH", resource, lambda: subscription.open(label_selector, resource_version))
            while True:
                yield await subscription.batch()
        finally:
            subscription.close()

    def _collection(self, resource: Resource) -> Collection:
        return self._cluster.store.collection(resource)

    def _request(self, verb: str, resource: Resource, effect: Callable[[], T]) -> asyncio.Future[T]:
        """Send a request; the future is its answer. No coroutine in between: loads make such calls by the 100,000."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._send(self._kind(verb, resource.plural), effect, answer)
        return answer

    def _send(self, kind: RequestKind, effect: Callable[[], T], answer: asyncio.Future[T]) -> None:
        kernel = self._cluster.kernel
        self._client.call(
            kind,
            lambda: resolve(kernel, answer, effect()),
            failed=lambda error: reject(kernel, answer, error),
        )

    def _kind(self, verb: str, plural: str) -> RequestKind:
        kind = self._kinds.get((verb, plural))
        if kind is None:
            kind = self._kinds[(verb, plural)] = self._client.kind(verb, plural)
        return kind


class _Subscription:
    """A watch: the changes that the watcher has not been given yet."""

    def __init__(self, kernel: Kernel, collection: Collection, namespace: str | None) -> None:
        self._kernel = kernel
        self._collection = collection
        self._namespace = namespace
        self._selector: LabelSelector | None = None
        self._revision = 0
        """That of the last change the watcher knows of, from this watch or from the listing it goes on from."""
        self._changes: list[Change] = []
        self._woken: asyncio.Future[None] | None = None
        self._waking = False
        self._closed = False

    def open(self, label_selector: str, resource_version: str) -> None:
        """Begin, with what has happened since the revision; ``ApiError`` 400 or 410 where the request is no good."""
        self._selector = read_selector(label_selector) if label_selector else None
        missed = self._collection.changes_after(_read_revision(resource_version)) if resource_version else []
        for change in missed:
            self.take(change)
        self._revision = self._collection.revision
        if not self._closed:  # the watcher may have gone while its request was on the way
            self._collection.watchers.append(self.take)

    def close(self) -> None:
        """End; nothing more is kept."""
        self._closed = True
        if self.take in self._collection.watchers:
            self._collection.watchers.remove(self.take)

    def take(self, change: StoredChange) -> None:
        """A change has been delivered; keep it if the watcher asked for it, and has not been given it from history."""
        if change.revision <= self._revision:
            return
        self._revision = change.revision
        if self._namespace is not None and change.object["metadata"].get("namespace") != self._namespace:
            return
        change_type = change.type if self._selector is None else _selected_type(self._selector, change)
        if change_type is None:
            return
        self._changes.append(Change(change_type, change.object, self._kernel.now))
        if not self._waking:
            self._waking = True
            self._kernel.after(BATCH_SECONDS, self._wake)

    async def batch(self) -> Sequence[Change]:
        """Everything that came since the last batch, at least one change."""
        while not self._changes or self._waking:
            self._woken = asyncio.get_running_loop().create_future()
            await self._woken
        changes, self._changes = self._changes, []
        return changes

    def _wake(self) -> None:
        self._waking = False
        if self._woken is not None:
            resolve(self._kernel, self._woken, None)


def _selected_type(selector: LabelSelector, change: StoredChange) -> ChangeType | None:
    """What a change means to who sees only the objects that match: some appear or vanish when their labels change."""
    labels = change.object["metadata"].get("labels") or {}
    matches = selector.matches(labels)
    if change.type != "MODIFIED" or change.old is None:
        return change.type if matches else None
    old_labels = change.old["metadata"].get("labels") or {}
    matched = matches if old_labels is labels else selector.matches(old_labels)
    if matches:
        return "MODIFIED" if matched else "ADDED"
    return "DELETED" if matched else None


def _read_revision(text: str) -> int:
    if not text.isdecimal():
        raise ApiError(400, "BadRequest", f"Invalid value: {text!r}: a resource version is a number")
    return int(text)
