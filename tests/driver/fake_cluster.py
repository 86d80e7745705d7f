"""A tiny honest API in memory: enough of a cluster to drive and observe, with failures on demand.

Objects live by (resource, namespace, name); revisions increase; watches replay what came after their revision. There
are no controllers: a test plays them by calling :meth:`FakeCluster.put` and :meth:`FakeCluster.remove`.
"""

from __future__ import annotations

import asyncio
import copy
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

from plimsoll.cluster.port import Change, ChangeType, Listing
from plimsoll.errors import ApiError
from plimsoll.kube.patchformats import Patch, PatchFormat
from plimsoll.kube.resources import NAMESPACES, Object, Resource

Key = tuple[str | None, str]


def not_found(name: str) -> ApiError:
    return ApiError(404, "NotFound", f"{name} not found")


def too_many_requests(retry_after_seconds: float | None = 1.0) -> ApiError:
    return ApiError(429, "TooManyRequests", "try again later", retry_after_seconds=retry_after_seconds)


class FakeCluster:
    """Implements ``plimsoll.cluster.port.Cluster``; every request takes ``latency_seconds``."""

    def __init__(self, latency_seconds: float = 0.0) -> None:
        self.latency_seconds = latency_seconds
        self.objects: dict[str, dict[Key, Object]] = defaultdict(dict)
        self.requests: list[tuple[float, str, str, str]] = []
        """Time, verb, kind and name of every request received."""
        self.in_flight = 0
        self.most_in_flight = 0
        self.failures: dict[tuple[str, str], deque[Exception]] = defaultdict(deque)
        """Errors to answer the next requests of a verb and kind with."""
        self.lost_answers: dict[tuple[str, str], deque[Exception]] = defaultdict(deque)
        """As ``failures``, but the request has its effect first: only the answer is lost."""
        self.on_create: Callable[[Resource, Object], None] = lambda resource, body: None
        self.on_delete: Callable[[Resource, Object], bool] = lambda resource, body: True
        """Whether a deletion takes effect at once; else the object stays with a deletionTimestamp."""
        self._revision = 0
        self._history: dict[str, list[Change]] = defaultdict(list)
        self._news = asyncio.Event()
        self.watches_to_end: set[str] = set()
        self.forgotten_before = 0
        """Watches from an earlier revision than this are refused with 410."""

    # ------------------------------------------------------------------------------------------------- the port

    async def create(self, resource: Resource, body: Object, namespace: str | None = None) -> Object:
        name = body["metadata"]["name"]
        await self._request("create", resource, name)
        if (namespace, name) in self.objects[resource.plural]:
            raise ApiError(409, "AlreadyExists", f"{name} already exists")
        if resource.namespaced and (None, namespace) not in self.objects[NAMESPACES.plural]:
            raise not_found(str(namespace))
        stored = copy.deepcopy(body)
        stored["metadata"].setdefault("uid", f"uid-{self._revision + 1}")
        if namespace:
            stored["metadata"]["namespace"] = namespace
        self.put(resource, stored)
        self.on_create(resource, stored)
        self._lose_answer("create", resource)
        return stored

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Object:
        await self._request("get", resource, name)
        return self._find(resource, name, namespace)

    async def list(self, resource: Resource, namespace: str | None = None, *, label_selector: str = "") -> Listing:
        await self._request("list", resource, "")
        items = [
            item
            for (where, _), item in self.objects[resource.plural].items()
            if (namespace is None or where == namespace) and _selects(label_selector, item)
        ]
        return Listing(items, str(self._revision))

    async def patch(
        self,
        resource: Resource,
        name: str,
        patch: Patch,
        namespace: str | None = None,
        *,
        patch_format: PatchFormat = "merge",
    ) -> Object:
        raise NotImplementedError

    async def delete(
        self,
        resource: Resource,
        name: str,
        namespace: str | None = None,
        *,
        uid: str | None = None,
    ) -> None:
        await self._request("delete", resource, name)
        found = self._find(resource, name, namespace)
        if uid is not None and found["metadata"]["uid"] != uid:
            raise ApiError(409, "Conflict", f"the UID in the precondition is not that of {name}")
        if self.on_delete(resource, found):
            self.remove(resource, name, namespace)
        else:
            self.put(resource, with_metadata(found, deletionTimestamp="2020-01-01T00:00:00Z"))
        self._lose_answer("delete", resource)

    async def watch(
        self, resource: Resource, namespace: str | None = None, *, label_selector: str = "", resource_version: str = ""
    ) -> AsyncIterator[Sequence[Change]]:
        seen = int(resource_version or 0)
        if seen < self.forgotten_before:
            raise ApiError(410, "Expired", "too old resource version")
        while resource.plural not in self.watches_to_end:
            batch = [change for change in self._history[resource.plural] if _revision(change.object) > seen]
            if batch:
                seen = _revision(batch[-1].object)
                yield [change for change in batch if _selects(label_selector, change.object)]
            else:
                await self._news.wait()
        self.watches_to_end.discard(resource.plural)

    # --------------------------------------------------------------------------------------- what a test may do

    def put(self, resource: Resource, body: Object) -> Object:
        """Store an object as a controller or a kubelet would, and tell the watchers."""
        metadata = body["metadata"]
        key = (metadata.get("namespace"), metadata["name"])
        kind_of_change: ChangeType = "MODIFIED" if key in self.objects[resource.plural] else "ADDED"
        self._revision += 1
        stored = with_metadata(body, resourceVersion=str(self._revision))
        stored["metadata"].setdefault("uid", f"uid-{self._revision}")
        self.objects[resource.plural][key] = stored
        self._tell(resource, kind_of_change, stored)
        return stored

    def remove(self, resource: Resource, name: str, namespace: str | None = None) -> None:
        """Take an object away for good; a namespace takes what is in it along."""
        if resource is NAMESPACES:
            for plural, objects in self.objects.items():
                for where, inner in [key for key in objects if key[0] == name]:
                    self._drop(plural, (where, inner))
        self._drop(resource.plural, (namespace, name))

    def end_watches(self, resource: Resource) -> None:
        """Close the open watch of a resource, as a server does after some minutes."""
        self.watches_to_end.add(resource.plural)
        self._wake()

    def names(self, resource: Resource) -> Sequence[str]:
        """The names of all objects of a resource, in the order of their creation."""
        return [name for _, name in self.objects[resource.plural]]

    # ------------------------------------------------------------------------------------------------- inside

    async def _request(self, verb: str, resource: Resource, name: str) -> None:
        self.requests.append((asyncio.get_running_loop().time(), verb, resource.kind, name))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.latency_seconds)
        finally:
            self.in_flight -= 1
        if self.failures[verb, resource.kind]:
            raise self.failures[verb, resource.kind].popleft()

    def _lose_answer(self, verb: str, resource: Resource) -> None:
        if self.lost_answers[verb, resource.kind]:
            raise self.lost_answers[verb, resource.kind].popleft()

    def _find(self, resource: Resource, name: str, namespace: str | None) -> Object:
        found = self.objects[resource.plural].get((namespace, name))
        if found is None:
            raise not_found(name)
        return found

    def _drop(self, plural: str, key: Key) -> None:
        dropped = self.objects[plural].pop(key)
        self._revision += 1
        self._history[plural].append(
            Change("DELETED", with_metadata(dropped, resourceVersion=str(self._revision)), _now())
        )
        self._wake()

    def _tell(self, resource: Resource, kind_of_change: ChangeType, stored: Object) -> None:
        self._history[resource.plural].append(Change(kind_of_change, stored, _now()))
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def with_metadata(body: Object, **fields: Any) -> Object:
    """A copy of an object with other metadata; objects are shared and never changed in place."""
    return {**body, "metadata": {**body["metadata"], **fields}}


def _revision(stored: Object) -> int:
    return int(stored["metadata"]["resourceVersion"])


def _selects(label_selector: str, stored: Object) -> bool:
    labels = stored["metadata"].get("labels", {})
    terms: Iterable[list[str]] = (term.split("=", 1) for term in label_selector.split(",") if term)
    return all(labels.get(key) == value for key, value in terms)


def _now() -> float:
    return asyncio.get_running_loop().time()
