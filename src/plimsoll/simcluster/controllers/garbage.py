"""The garbage collector: deletes what lost its owner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.errors import ApiError
from plimsoll.kube.resources import DEPLOYMENTS, PODS, REPLICASETS, Object
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import Collection, StoredChange

OWNERS = (DEPLOYMENTS, REPLICASETS)
DEPENDENTS = (REPLICASETS, PODS)

_OWNER_KINDS = frozenset(resource.kind for resource in OWNERS)


class _Dependent(NamedTuple):
    collection: Collection
    namespace: str
    name: str
    uid: str


class GarbageCollector:
    """Keeps a graph of owners and dependents; when an owner is gone its dependents follow (Background propagation)."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api) -> None:
        self._api = api
        self._dependents: dict[str, dict[str, _Dependent]] = {}
        """By the UID of each owner that there is: its dependents by their UID."""
        self._doomed: dict[str, _Dependent] = {}
        self._client = Client(
            environment,
            "garbage-collector",
            qps=settings.qps * settings.garbage_collector_qps_factor,
            burst=settings.burst,
        )
        self.queue = WorkQueue(environment.kernel, settings.garbage_collector_workers, self._sync)
        for resource in OWNERS:  # an owner is noted before what it owns
            api.store.collection(resource).watchers.append(self._observe_owner)
        for resource in DEPENDENTS:
            collection = api.store.collection(resource)
            collection.watchers.append(partial(self._observe_dependent, collection))
        self._gets = {resource: self._client.kind("GET", resource.plural) for resource in DEPENDENTS}
        self._deletes = {resource: self._client.kind("DELETE", resource.plural) for resource in DEPENDENTS}

    def _observe_owner(self, change: StoredChange) -> None:
        uid = change.object["metadata"]["uid"]
        if change.type == "ADDED":
            self._dependents[uid] = {}
        elif change.type == "DELETED":
            for dependent in self._dependents.pop(uid, {}).values():
                self._judge(dependent)

    def _observe_dependent(self, collection: Collection, change: StoredChange) -> None:
        if change.type == "MODIFIED":
            return
        metadata = change.object["metadata"]
        uid = metadata["uid"]
        for owner in metadata.get("ownerReferences", ()):
            if owner["kind"] not in _OWNER_KINDS:
                continue
            siblings = self._dependents.get(owner["uid"])
            if change.type == "DELETED":
                if siblings is not None:
                    siblings.pop(uid, None)
                continue
            dependent = _Dependent(collection, metadata["namespace"], metadata["name"], uid)
            if siblings is not None:
                siblings[uid] = dependent
            else:
                self._judge(dependent)  # it came after its owner was gone

    def _judge(self, dependent: _Dependent) -> None:
        """Have a dependent deleted, unless it is going already or another of its owners is still there."""
        stored = _living(dependent)
        if stored is None:
            return
        owners = stored["metadata"]["ownerReferences"]
        if not any(owner["uid"] in self._dependents or owner["kind"] not in _OWNER_KINDS for owner in owners):
            self._doomed[dependent.uid] = dependent
            self.queue.add(("", dependent.uid))

    def _sync(self, key: Key, done: Callable[[], None]) -> None:
        """Look at the object itself, then delete it."""
        dependent = self._doomed.pop(key[1])
        self._client.call(self._gets[dependent.collection.resource], self._got, dependent, done)

    def _got(self, dependent: _Dependent, done: Callable[[], None]) -> None:
        if _living(dependent) is None:
            done()
            return

        def gone_already(_error: ApiError) -> None:
            done()

        kind = self._deletes[dependent.collection.resource]
        self._client.call(kind, self._deleted, dependent, done, failed=gone_already)

    def _deleted(self, dependent: _Dependent, done: Callable[[], None]) -> None:
        self._api.delete(dependent.collection, dependent.namespace, dependent.name, dependent.uid)
        done()


def _living(dependent: _Dependent) -> Object | None:
    """The object itself, unless it is gone or going."""
    stored = dependent.collection.find(dependent.namespace, dependent.name)
    if stored is None or stored["metadata"]["uid"] != dependent.uid or "deletionTimestamp" in stored["metadata"]:
        return None
    return stored
