"""The garbage collector: deletes what lost its owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.errors import ApiError
from plimsoll.kube.resources import DEPLOYMENTS, PODS, REPLICASETS, Object
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import Collection, StoredChange


class _Dependent(NamedTuple):
    collection: Collection
    namespace: str
    name: str


class GarbageCollector:
    """Keeps a graph of owners and dependents; when an owner is gone its dependents follow (Background propagation)."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api) -> None:
        self._api = api
        self._dependents: dict[str, dict[str, _Dependent]] = {}
        self._doomed: dict[str, _Dependent] = {}
        self._client = Client(
            environment,
            "garbage-collector",
            qps=settings.qps * settings.garbage_collector_qps_factor,
            burst=settings.burst,
        )
        self.queue = WorkQueue(environment.kernel, settings.garbage_collector_workers, self._sync)
        for resource in (REPLICASETS, PODS):
            collection = api.store.collection(resource)
            collection.watchers.append(lambda change, collection=collection: self._observe_dependent(collection, change))
        for resource in (DEPLOYMENTS, REPLICASETS):
            api.store.collection(resource).watchers.append(self._observe_owner)
        self._gets = {resource.plural: self._client.kind("GET", resource.plural) for resource in (REPLICASETS, PODS)}
        self._deletes = {resource.plural: self._client.kind("DELETE", resource.plural) for resource in (REPLICASETS, PODS)}

    def _observe_dependent(self, collection: Collection, change: StoredChange) -> None:
        if change.type == "MODIFIED":
            return
        metadata = change.object["metadata"]
        for owner in metadata.get("ownerReferences", ()):
            if change.type == "ADDED":
                dependent = _Dependent(collection, metadata["namespace"], metadata["name"])
                self._dependents.setdefault(owner["uid"], {})[metadata["uid"]] = dependent
            else:
                self._dependents.get(owner["uid"], {}).pop(metadata["uid"], None)

    def _observe_owner(self, change: StoredChange) -> None:
        if change.type != "DELETED":
            return
        for uid, dependent in self._dependents.pop(change.object["metadata"]["uid"], {}).items():
            if self._live(uid, dependent) is not None:
                self._doomed[uid] = dependent
                self.queue.add(("", uid))

    @staticmethod
    def _live(uid: str, dependent: _Dependent) -> Object | None:
        """The dependent, unless it is gone or going."""
        stored = dependent.collection.find(dependent.namespace, dependent.name)
        if stored is None or stored["metadata"]["uid"] != uid or "deletionTimestamp" in stored["metadata"]:
            return None
        return stored

    def _sync(self, key: Key, done: Callable[[], None]) -> None:
        """Look at the object itself, then delete it."""
        uid = key[1]
        dependent = self._doomed.pop(uid)
        self._client.call(self._gets[dependent.collection.resource.plural], self._got, uid, dependent, done)

    def _got(self, uid: str, dependent: _Dependent, done: Callable[[], None]) -> None:
        if self._live(uid, dependent) is None:
            done()
            return
        kind = self._deletes[dependent.collection.resource.plural]
        self._client.call(kind, self._deleted, uid, dependent, done, failed=lambda _error: done())

    def _deleted(self, uid: str, dependent: _Dependent, done: Callable[[], None]) -> None:
        self._api.delete(dependent.collection, dependent.namespace, dependent.name, uid)
        done()
