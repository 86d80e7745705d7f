"""The replica set controller: as many pods as wanted, in batches that start small.

Slow start (pkg/controller/replicaset): pods are created in batches of 1, 2, 4, …, each batch at once, stopping at the
first batch in which a create fails. Creates and deletes that the watch has not shown yet are remembered as
expectations: while there are any, a sync leaves the number of pods alone, so that nothing is done twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from heapq import nsmallest
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import PODS, REPLICASETS, Object
from plimsoll.simcluster.api import NamespaceTerminatingError, creation_order, is_ready
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.controllers.ownedpods import OwnedPods
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange

LARGEST_STATUS_CACHE = 10_000

Finished = Callable[[bool], None]
"""Told whether everything succeeded."""


class ReplicaSetController:
    """Creates and deletes pods, and keeps the replica sets' status."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api) -> None:
        self._api = api
        self._kernel = environment.kernel
        self._telemetry = environment.telemetry
        self._settings = settings
        self._sets = api.store.collection(REPLICASETS)
        self._pods = api.store.collection(PODS)
        self._owned: dict[str, OwnedPods] = {}
        self._statuses: dict[tuple[int, int, int], Object] = {}
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
            self._owned[metadata["uid"]] = OwnedPods(key, _pod_metadata(change.object))
        self.queue.add(key)

    def _observe_pod(self, change: StoredChange) -> None:
        references = change.object["metadata"].get("ownerReferences")
        owned = self._owned.get(references[0]["uid"]) if references else None
        if owned is None:
            return
        if not owned.observe(change):
            return
        self.queue.add(owned.key)
        if _has_failed(change.object):
            pause_seconds = owned.note_failure(self._kernel.now)
            if pause_seconds:
                self.queue.add_after(owned.key, pause_seconds)

    # --- what it does -----------------------------------------------------------------------------------------------------

    def _sync(self, key: Key, done: Callable[[], None]) -> None:
        stored = self._sets.find(*key)
        owned = self._owned.get(stored["metadata"]["uid"]) if stored is not None else None
        if stored is None or owned is None:
            done()
            return
        missing = stored["spec"]["replicas"] - len(owned.pods)
        if not missing or owned.is_awaiting(self._kernel.now):
            self._finish(owned, done, succeeded=True)
        elif missing < 0:
            self._delete_surplus(owned, -missing, done)
        elif owned.may_replace(self._kernel.now):
            self._create_missing(stored, owned, missing, done)
        else:
            self._finish(owned, done, succeeded=True)

    def _finish(self, owned: OwnedPods, done: Callable[[], None], *, succeeded: bool) -> None:
        """The end of every sync: the status, and another try where something failed."""
        if succeeded:
            self.queue.forget_failures(owned.key)
        else:
            self.queue.retry(owned.key)
        self._update_status(owned, done)

    def _create_missing(self, replica_set: Object, owned: OwnedPods, missing: int, done: Callable[[], None]) -> None:
        wanted = min(missing, self._settings.burst_replicas)
        owned.expect(wanted, self._kernel.now)
        creation = _SlowStart(
            wanted,
            create=lambda finished: self._create_pod(replica_set, owned, finished),
            ended=lambda uncreated: self._creation_ended(owned, uncreated, done),
        )
        creation.next_batch(self._settings.slow_start_initial)

    def _creation_ended(self, owned: OwnedPods, uncreated: int | None, done: Callable[[], None]) -> None:
        owned.lower_expectation(uncreated or 0)
        self._finish(owned, done, succeeded=uncreated is None)

    def _create_pod(self, replica_set: Object, owned: OwnedPods, finished: Finished) -> None:
        def failed(error: ApiError) -> None:
            # in a namespace that is being terminated every create fails: the real controller calls that a success, and
            # waits for the pod until its expectation expires, by when the replica set is gone
            gives_up = isinstance(error, NamespaceTerminatingError)
            if not gives_up:
                owned.lower_expectation(1)
                self._report_failure(owned.key, error)
            finished(gives_up)

        self._client.call(self._create, self._created, replica_set, owned, finished, failed=failed)

    def _created(self, replica_set: Object, owned: OwnedPods, finished: Finished) -> None:
        spec = replica_set["spec"]["template"]["spec"]
        self._api.create(self._pods, owned.key[0], {"metadata": owned.metadata, "spec": spec})
        self._event_client.post(self._post_event)
        finished(True)

    def _report_failure(self, key: Key, error: ApiError) -> None:
        self._event_client.post(self._post_event)
        self._telemetry.event(
            self._kernel.now,
            "Warning",
            "FailedCreate",
            "ReplicaSet",
            *key,
            "replicaset-controller",
            f"Error creating: {error.message}",
        )

    def _delete_surplus(self, owned: OwnedPods, surplus: int, done: Callable[[], None]) -> None:
        """Delete the pods that are the least use, all at once."""
        victims = least_useful(owned.pods.values(), min(surplus, self._settings.burst_replicas))
        owned.expect_deletes(pod["metadata"]["uid"] for pod in victims)
        left = len(victims)

        def one_done(_error: ApiError | None = None) -> None:
            # the only error that gets here is that somebody else deleted the pod first
            nonlocal left
            left -= 1
            if not left:
                self._finish(owned, done, succeeded=True)

        for pod in victims:
            self._client.call(self._delete, self._deleted, pod, one_done, failed=one_done)

    def _deleted(self, pod: Object, one_done: Callable[[], None]) -> None:
        metadata = pod["metadata"]
        self._api.delete(self._pods, metadata["namespace"], metadata["name"], metadata["uid"])
        self._event_client.post(self._post_event)
        one_done()

    def _update_status(self, owned: OwnedPods, done: Callable[[], None]) -> None:
        stored = self._sets.find(*owned.key)
        if stored is None:
            done()
            return
        status = self._status(stored["metadata"]["generation"], owned)
        if stored["status"] == status:
            done()
        else:
            self._client.call(self._put_status, self._status_put, owned.key, stored["metadata"]["uid"], status, done)

    def _status(self, generation: int, owned: OwnedPods) -> Object:
        """A replica set's status; one for all that are in the same state."""
        state = (generation, len(owned.pods), owned.ready)
        status = self._statuses.get(state)
        if status is None:
            if len(self._statuses) >= LARGEST_STATUS_CACHE:
                self._statuses.clear()
            status = self._statuses[state] = _make_status(*state)
        return status

    def _status_put(self, key: Key, uid: str, status: Object, done: Callable[[], None]) -> None:
        stored = self._sets.find(*key)
        if stored is not None and stored["metadata"]["uid"] == uid:
            self._sets.replace(stored, status=status)
        done()


class _SlowStart:
    """One sync's creates. ``ended`` is told how many were not even tried because others failed; None if none failed."""

    def __init__(self, wanted: int, create: Callable[[Finished], None], ended: Callable[[int | None], None]) -> None:
        self._remaining = wanted
        self._create = create
        self._ended = ended
        self._outstanding = 0
        self._batch = 0
        self._failed = False

    def next_batch(self, size: int) -> None:
        """Create ``size`` pods at once, then twice as many, until none remain or one has failed."""
        self._batch = self._outstanding = min(size, self._remaining)
        self._remaining -= self._batch
        for _ in range(self._batch):
            self._create(self._one_done)

    def _one_done(self, succeeded: bool) -> None:  # noqa: FBT001  a plain callback
        self._failed = self._failed or not succeeded
        self._outstanding -= 1
        if self._outstanding:
            return
        if self._failed:
            self._ended(self._remaining)
        elif self._remaining:
            self.next_batch(2 * self._batch)
        else:
            self._ended(None)


def least_useful(pods: Collection[Object], count: int) -> list[Object]:
    """The pods to delete first (pkg/controller/controller_utils.go, ActivePodsWithRanks).

    Unbound before bound, pending before running, not ready before ready, then those that share their node with the
    most others of the set, then the youngest.
    """
    sharing = Counter(pod["spec"].get("nodeName") for pod in pods)

    def use(pod: Object) -> tuple[bool, bool, bool, int, int]:
        node = pod["spec"].get("nodeName")
        running = pod["status"].get("phase") == "Running"
        return node is not None, running, is_ready(pod), -sharing[node], -creation_order(pod)

    return nsmallest(count, pods, key=use)


def _make_status(generation: int, replicas: int, ready: int) -> Object:
    """The status as the API shows it: counts of zero are left out, but for ``replicas``."""
    counts = {
        "fullyLabeledReplicas": replicas,
        "readyReplicas": ready,
        "availableReplicas": ready,  # minReadySeconds is not simulated
    }
    return {
        "replicas": replicas,
        **{name: count for name, count in counts.items() if count},
        "observedGeneration": generation,
    }


def _has_failed(pod: Object) -> bool:
    """Whether a pod failed by itself; one that is deleted before it ran ends as failed, too."""
    return pod["status"].get("phase") == "Failed" and "deletionTimestamp" not in pod["metadata"]


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
