"""The simulated cluster behind the port, for asyncio code that runs in its kernel's time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from plimsoll.cluster.port import Change, Listing
from plimsoll.embed.virtual import reject, resolve
from plimsoll.kube.selectors import parse_label_selector
from plimsoll.simcluster.client import Client, RequestKind

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
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

    async def create(self, resource: Resource, body: Object, namespace: str | None = None) -> Object:
        """POST an object."""
        collection = self._collection(resource)
        api = self._cluster.api
        return await self._request("POST", resource, lambda: api.create(collection, namespace or "", body))

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Object:
        """GET an object."""
        collection = self._collection(resource)
        return await self._request("GET", resource, lambda: self._cluster.api.get(collection, namespace or "", name))

    async def list(self, resource: Resource, namespace: str | None = None, *, label_selector: str = "") -> Listing:
        """LIST objects."""
        collection = self._collection(resource)

        def effect() -> Listing:
            items = self._cluster.api.list(collection, namespace, label_selector)
            return Listing(items, str(self._cluster.store.revision))

        return await self._request("LIST", resource, effect)

    async def patch(self, resource: Resource, name: str, patch: Object, namespace: str | None = None) -> Object:
        """PATCH an object with a merge patch."""
        collection = self._collection(resource)
        api = self._cluster.api
        return await self._request("PATCH", resource, lambda: api.patch(collection, namespace or "", name, patch))

    async def delete(
        self, resource: Resource, name: str, namespace: str | None = None, *, uid: str | None = None
    ) -> None:
        """DELETE an object."""
        collection = self._collection(resource)
        api = self._cluster.api
        await self._request("DELETE", resource, lambda: api.delete(collection, namespace or "", name, uid))

    async def watch(
        self, resource: Resource, namespace: str | None = None, *, label_selector: str = "", resource_version: str = ""
    ) -> AsyncIterator[Sequence[Change]]:
        """Watch, in batches."""
        collection = self._collection(resource)
        missed = await self._request(
            "WATCH", resource, lambda: collection.changes_after(int(resource_version)) if resource_version else []
        )
        subscription = _Subscription(self._cluster, namespace, label_selector)
        for change in missed:
            subscription.take(change)
        collection.watchers.append(subscription.take)
        try:
            while True:
                yield await subscription.batch()
        finally:
            collection.watchers.remove(subscription.take)

    def _collection(self, resource: Resource) -> Collection:
        return self._cluster.store.collection(resource)

    async def _request(self, verb: str, resource: Resource, effect: Callable[[], T]) -> T:
        kernel = self._cluster.kernel
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._client.call(
            self._kind(verb, resource.plural),
            lambda: resolve(kernel, answer, effect()),
            failed=lambda error: reject(kernel, answer, error),
        )
        return await answer

    def _kind(self, verb: str, plural: str) -> RequestKind:
        kind = self._kinds.get((verb, plural))
        if kind is None:
            kind = self._kinds[(verb, plural)] = self._client.kind(verb, plural)
        return kind


class _Subscription:
    """The changes that a watcher has not been given yet."""

    def __init__(self, cluster: SimulatedCluster, namespace: str | None, label_selector: str) -> None:
        self._kernel = cluster.kernel
        self._namespace = namespace
        self._selector = parse_label_selector(label_selector) if label_selector else None
        self._changes: list[Change] = []
        self._woken: asyncio.Future[None] | None = None
        self._waking = False

    def take(self, change: StoredChange) -> None:
        """A change has been delivered; keep it if the watcher asked for it."""
        metadata = change.object["metadata"]
        if self._namespace is not None and metadata.get("namespace") != self._namespace:
            return
        if self._selector is not None and not self._selector.matches(metadata.get("labels", {})):
            return
        self._changes.append(Change(change.type, change.object, self._kernel.now))
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
