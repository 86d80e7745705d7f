"""The replica set controller: as many pods as wanted, in batches that start small.

Slow start (pkg/controller/replicaset): pods are created in batches of 1, 2, 4, …, each batch at once, stopping at the
first batch in which a create fails. Creates and deletes that the watch has not shown yet are remembered as
expectations: while there are any, a sync leaves the number of pods alone, so that nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from plimsoll.errors import ApiError
from plimsoll.kube.resources import PODS, REPLICASETS, Object, Resource
from plimsoll.kube.selectors import LabelSelector, selector_of
from plimsoll.simcluster.api import NamespaceTerminatingError
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.controllers.ownedpods import OwnedPods
from plimsoll.simcluster.controllers.ownership import Ownership
from plimsoll.simcluster.controllers.podclaims import PodClaims
from plimsoll.simcluster.controllers.replicasetstatus import (
    counted,
    detailed,
    least_useful,
    with_failure,
    without_failure,
)
from plimsoll.simcluster.controllers.templates import pod_metadata
from plimsoll.simcluster.correlation import Reporter
from plimsoll.simcluster.recording import recorder
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange

LARGEST_STATUS_CACHE = 10_000

Finished = Callable[[bool], None]
"""Told whether everything succeeded."""


class ReplicatedKind(NamedTuple):
    """A kind of object that stands for so many equal pods, and its controller's name."""

    resource: Resource
    controller: str
    selector: Callable[[Any], LabelSelector]
    """Reads ``spec.selector``."""
    counts_terminating: bool
    """Whether the status has ``terminatingReplicas``."""


REPLICA_SETS = ReplicatedKind(REPLICASETS, "replicaset-controller", selector_of, counts_terminating=True)


class ReplicaSetController:
    """Creates and deletes pods, and keeps the replica sets' status."""

    def __init__(
        self,
        environment: ClientEnvironment,
        settings: ControllerSettings,
        api: Api,
        ownership: Ownership | None = None,
        kind: ReplicatedKind = REPLICA_SETS,
    ) -> None:
        resource, name = kind.resource, kind.controller
        self._kind = kind
        self._api = api
        self._kernel = environment.kernel
        self._telemetry = environment.telemetry
        self._settings = settings
        self._sets = api.store.collection(resource)
        self._pods = api.store.collection(PODS)
        self._owned: dict[str, OwnedPods] = {}
        self._statuses: dict[tuple[int, int, int], Object] = {}
        self._client = Client(environment, name, qps=settings.qps, burst=settings.burst)
        self._create = self._client.kind("POST", "pods")
        self._delete = self._client.kind("DELETE", "pods")
        self._put_status = self._client.kind("PUT", f"{resource.plural}/status")
        events = Client(environment, "controller-events", qps=settings.qps, burst=settings.burst)
        self._events = recorder(environment, events, Reporter(name))
        self._ownership = ownership if ownership is not None else Ownership(api.store)
        selector, looked_into = kind.selector, environment.event_store is not None
        self._claims = PodClaims(self._client, api, self._ownership, resource, selector) if looked_into else None
        """Only where people may look, and change labels: a load's replica sets have the pods that they made."""
        self.queue = WorkQueue(environment.kernel, settings.replicaset_workers, self._sync)
        self._sets.watchers.append(self._observe_set)
        self._pods.watchers.append(self._observe_pod)
        for stored in self._sets:
            self._take(stored)

    # --- what it watches ------------------------------------------------------------------------------------------------

    def _observe_set(self, change: StoredChange) -> None:
        if change.type == "DELETED":
            self._owned.pop(change.object["metadata"]["uid"], None)
        else:
            self._take(change.object)

    def _take(self, replica_set: Object) -> None:
        metadata = replica_set["metadata"]
        key = (metadata["namespace"], metadata["name"])
        owned = self._owned.get(metadata["uid"])
        if owned is None:
            owned = OwnedPods(key, metadata["uid"], pod_metadata(replica_set, replica_set["spec"]["template"]))
            self._owned[metadata["uid"]] = owned
            if self._claims is not None:
                self._claims.added(replica_set)
        elif self._claims is not None:
            owned.metadata = pod_metadata(replica_set, replica_set["spec"]["template"])
        self.queue.add(key)

    def _observe_pod(self, change: StoredChange) -> None:
        if self._claims is not None:
            for key in self._claims.affected(change):
                self.queue.add(key)
        references = change.object["metadata"].get("ownerReferences")
        owned = self._owned.get(references[0]["uid"]) if references else None
        if owned is None:
            return
        if not owned.observe(change) and self._claims is None:
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
        elif self._claims is not None:
            self._claims.settle(stored, owned, lambda: self._manage(stored, owned, done))
        else:
            self._manage(stored, owned, done)

    def _manage(self, stored: Object, owned: OwnedPods, done: Callable[[], None]) -> None:
        """Have as many pods as wanted."""
        missing = stored["spec"].get("replicas", 1) - len(owned.pods)
        if "deletionTimestamp" in stored["metadata"]:
            missing = 0
        if not missing or owned.is_awaiting(self._kernel.now):
            self._finish(owned, done, succeeded=True)
        elif missing < 0:
            self._delete_surplus(stored, owned, -missing, done)
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
        if uncreated is None:
            owned.failure = ""
        self._finish(owned, done, succeeded=uncreated is None)

    def _create_pod(self, replica_set: Object, owned: OwnedPods, finished: Finished) -> None:
        def failed(error: ApiError) -> None:
            # in a namespace that is being terminated every create fails: the real controller calls that a success, and
            # waits for the pod until its expectation expires, by when the replica set is gone
            gives_up = isinstance(error, NamespaceTerminatingError)
            if not gives_up:
                owned.lower_expectation(1)
                self._report_failure(replica_set, owned.key, error)
                owned.failure = error.message
            finished(gives_up)

        self._client.call(self._create, self._created, replica_set, owned, finished, failed=failed)

    def _created(self, replica_set: Object, owned: OwnedPods, finished: Finished) -> None:
        spec = replica_set["spec"]["template"]["spec"]
        pod = self._api.create(self._pods, owned.key[0], {"metadata": owned.metadata, "spec": spec})
        self._events.emit(replica_set, "Normal", "SuccessfulCreate", "Created pod: %s", pod["metadata"]["name"])
        finished(True)

    def _report_failure(self, replica_set: Object, key: Key, error: ApiError) -> None:
        self._events.emit(replica_set, "Warning", "FailedCreate", "Error creating: %s", error.message)
        self._telemetry.event(
            self._kernel.now,
            "Warning",
            "FailedCreate",
            self._kind.resource.kind,
            *key,
            self._kind.controller,
            f"Error creating: {error.message}",
        )

    def _delete_surplus(self, replica_set: Object, owned: OwnedPods, surplus: int, done: Callable[[], None]) -> None:
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
            self._client.call(self._delete, self._deleted, replica_set, pod, one_done, failed=one_done)

    def _deleted(self, replica_set: Object, pod: Object, one_done: Callable[[], None]) -> None:
        metadata = pod["metadata"]
        self._api.delete(self._pods, metadata["namespace"], metadata["name"], metadata["uid"])
        self._events.emit(replica_set, "Normal", "SuccessfulDelete", "Deleted pod: %s", metadata["name"])
        one_done()

    def _update_status(self, owned: OwnedPods, done: Callable[[], None]) -> None:
        stored = self._sets.find(*owned.key)
        if stored is None:
            done()
            return
        if self._claims is None:
            status = self._status(stored["metadata"]["generation"], owned)
        else:
            status = self._detailed_status(stored, owned)
        if stored["status"] == status:
            done()
        else:
            self._client.call(self._put_status, self._status_put, owned.key, stored["metadata"]["uid"], status, done)

    def _detailed_status(self, replica_set: Object, owned: OwnedPods) -> Object:
        pods = self._ownership.index(PODS).owned(owned.owner)
        status, pause = detailed(replica_set, pods, self._api.seconds_of, self._kernel.now)
        if pause is not None:
            self.queue.add_after(owned.key, pause)
        if not self._kind.counts_terminating:
            del status["terminatingReplicas"]
        if owned.failure:
            return with_failure(status, "FailedCreate", owned.failure, self._api.timestamp())
        return without_failure(status)

    def _status(self, generation: int, owned: OwnedPods) -> Object:
        """A replica set's status; one for all that are in the same state."""
        state = (generation, len(owned.pods), owned.ready)
        status = self._statuses.get(state)
        if status is None:
            if len(self._statuses) >= LARGEST_STATUS_CACHE:
                self._statuses.clear()
            status = self._statuses[state] = counted(*state)
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


def _has_failed(pod: Object) -> bool:
    """Whether a pod failed by itself; one that is deleted before it ran ends as failed, too."""
    return pod["status"].get("phase") == "Failed" and "deletionTimestamp" not in pod["metadata"]
