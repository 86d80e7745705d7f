"""The replica set controller: as many pods as wanted, in batches that start small.

Slow start (pkg/controller/replicaset): pods are created in batches of 1, 2, 4, …, each batch at once, stopping at the
first batch in which a create fails. Creates that the watch has not shown yet are remembered as expectations, so that a
sync in between does not make them again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import PODS, REPLICASETS, Object
from plimsoll.simcluster.api import FINISHED_PHASES
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange


class _Owned:
    """What the controller knows of one replica set's pods."""

    __slots__ = ("expected", "key", "owner", "pods", "ready")

    def __init__(self, key: Key, owner: Object) -> None:
        self.key = key
        self.owner = owner
        """The part of every pod's metadata that is the same for all of them."""
        self.pods: dict[str, Object] = {}
        self.ready = 0
        self.expected = 0
        """Creates that were asked for and have not been seen."""


class ReplicaSetController:
    """Creates and deletes pods, and keeps the replica sets' status."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api) -> None:
        self._api = api
        self._settings = settings
        self._sets = api.store.collection(REPLICASETS)
        self._pods = api.store.collection(PODS)
        self._owned: dict[str, _Owned] = {}
        self._client = Client(environment, "replicaset-controller", qps=settings.qps, burst=settings.burst)
        self._create = self._client.kind("POST", "pods")
        self._delete = self._client.kind("DELETE", "pods")
        self._put_status = self._client.kind("PUT", "replicasets/status")
        self._event_client = Client(environment, "controller-events", qps=settings.qps, burst=settings.burst)
        self._post_event = self._event_client.kind("POST", "events")
        self.queue = WorkQueue(environment.kernel, settings.replicaset_workers, self._sync)
        self._sets.watchers.append(self._observe_set)
        self._pods.watchers.append(self._observe_pod)

    # --- what it watches ------------------------------------------------------------------------------------------------

    def _observe_set(self, change: StoredChange) -> None:
        metadata = change.object["metadata"]
        if change.type == "DELETED":
            self._owned.pop(metadata["uid"], None)
            return
        key = (metadata["namespace"], metadata["name"])
        if metadata["uid"] not in self._owned:
            self._owned[metadata["uid"]] = _Owned(key, _pod_metadata(change.object))
        self.queue.add(key)

    def _observe_pod(self, change: StoredChange) -> None:
        pod = change.object
        references = pod["metadata"].get("ownerReferences")
        if not references:
            return
        owned = self._owned.get(references[0]["uid"])
        if owned is None:
            return
        if change.type == "ADDED":
            owned.expected = max(owned.expected - 1, 0)
        if self._count(owned, change):
            self.queue.add(owned.key)

    @staticmethod
    def _count(owned: _Owned, change: StoredChange) -> bool:
        """Bring the counts up to date; whether that changed anything the controller acts on."""
        pod = change.object
        uid = pod["metadata"]["uid"]
        before = owned.pods.get(uid)
        was_ready = before is not None and _is_ready(before)
        if change.type == "DELETED" or not _is_active(pod):
            owned.pods.pop(uid, None)
            owned.ready -= was_ready
            return before is not None
        owned.pods[uid] = pod
        ready = _is_ready(pod)
        owned.ready += ready - was_ready
        return before is None or ready != was_ready

    # --- what it does -----------------------------------------------------------------------------------------------------

    def _sync(self, key: Key, done: Callable[[], None]) -> None:
        stored = self._sets.find(*key)
        owned = self._owned.get(stored["metadata"]["uid"]) if stored is not None else None
        if stored is None or owned is None or "deletionTimestamp" in stored["metadata"]:
            done()
            return
        missing = stored["spec"].get("replicas", 1) - len(owned.pods)
        if owned.expected or not missing:
            self._update_status(key, owned, done)
        elif missing > 0:
            wanted = min(missing, self._settings.burst_replicas)
            owned.expected = wanted
            _Creation(self, stored, owned, wanted, done).next_batch(self._settings.slow_start_initial)
        else:
            self._delete_surplus(owned, -missing)
            self._update_status(key, owned, done)

    def create_pod(self, replica_set: Object, owned: _Owned, done: Callable[[bool], None]) -> None:
        """Request one pod; ``done`` is told whether it was created."""
        self._client.call(
            self._create, self._created, replica_set, owned, done, failed=lambda error: self._not_created(owned, done, error)
        )

    def _created(self, replica_set: Object, owned: _Owned, done: Callable[[bool], None]) -> None:
        spec = replica_set["spec"]["template"]["spec"]
        self._api.create(self._pods, owned.key[0], {"metadata": owned.owner, "spec": spec})
        self._event_client.post(self._post_event)
        done(True)

    def _not_created(self, owned: _Owned, done: Callable[[bool], None], _error: ApiError) -> None:
        owned.expected = max(owned.expected - 1, 0)
        done(False)

    def _delete_surplus(self, owned: _Owned, surplus: int) -> None:
        """Delete the pods that are the least use: not running before running, the youngest first."""
        ranked = sorted(owned.pods.values(), key=lambda pod: (_is_ready(pod), -int(pod["metadata"]["uid"][:8], 16)))
        for pod in ranked[: min(surplus, self._settings.burst_replicas)]:
            self._client.call(self._delete, self._deleted, pod, failed=_gone_already)

    def _deleted(self, pod: Object) -> None:
        metadata = pod["metadata"]
        self._api.delete(self._pods, metadata["namespace"], metadata["name"], metadata["uid"])

    def _update_status(self, key: Key, owned: _Owned, done: Callable[[], None]) -> None:
        stored = self._sets.find(*key)
        status = {"replicas": len(owned.pods), "readyReplicas": owned.ready, "availableReplicas": owned.ready}
        if stored is None or stored.get("status") == status:
            done()
        else:
            self._client.call(self._put_status, self._status_put, key, status, done)

    def _status_put(self, key: Key, status: Object, done: Callable[[], None]) -> None:
        stored = self._sets.find(*key)
        if stored is not None:
            self._sets.replace(stored, status=status)
        done()


class _Creation:
    """One sync's slow start."""

    def __init__(
        self,
        controller: ReplicaSetController,
        replica_set: Object,
        owned: _Owned,
        wanted: int,
        done: Callable[[], None],
    ) -> None:
        self._controller = controller
        self._set = replica_set
        self._owned = owned
        self._remaining = wanted
        self._done = done
        self._outstanding = 0
        self._batch = 0
        self._failed = False

    def next_batch(self, size: int) -> None:
        """Create ``size`` pods at once, then twice as many, until none remain or one has failed."""
        self._batch = self._outstanding = min(size, self._remaining)
        self._remaining -= self._batch
        for _ in range(self._batch):
            self._controller.create_pod(self._set, self._owned, self._one_done)

    def _one_done(self, created: bool) -> None:  # noqa: FBT001  a plain callback
        self._failed = self._failed or not created
        self._outstanding -= 1
        if self._outstanding:
            return
        queue, key = self._controller.queue, self._owned.key
        if self._failed:
            self._owned.expected = max(self._owned.expected - self._remaining, 0)
            queue.retry(key)
            self._done()
        elif self._remaining:
            self.next_batch(2 * self._batch)
        else:
            queue.forget_failures(key)
            queue.add(key)
            self._done()


def _pod_metadata(replica_set: Object) -> Object:
    metadata = replica_set["metadata"]
    template = replica_set["spec"]["template"].get("metadata", {})
    owner = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    parts = {key: template[key] for key in ("labels", "annotations") if key in template}
    return {"generateName": f"{metadata['name']}-", **parts, "ownerReferences": [owner]}


def _is_active(pod: Object) -> bool:
    return "deletionTimestamp" not in pod["metadata"] and pod["status"].get("phase") not in FINISHED_PHASES


def _is_ready(pod: Object) -> bool:
    conditions = pod["status"].get("conditions", ())
    return bool(conditions) and conditions[-1]["type"] == "Ready" and conditions[-1]["status"] == "True"


def _gone_already(_error: ApiError) -> None:
    """Somebody else deleted the pod first."""
