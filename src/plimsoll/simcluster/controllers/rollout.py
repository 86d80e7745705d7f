"""One sync of a deployment, whatever state it is in: scaling, pausing, rolling updates, Recreate, rollback, clean-up.

From pkg/controller/deployment (sync.go, rolling.go, recreate.go), request by request in the same order.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import DEPLOYMENTS, PODS, REPLICASETS
from plimsoll.simcluster.api import FINISHED_PHASES, NamespaceTerminatingError
from plimsoll.simcluster.controllers import deploymentstatus as conditions
from plimsoll.simcluster.controllers import replicasets
from plimsoll.simcluster.controllers.deploymentstatus import Moment
from plimsoll.simcluster.controllers.ownership import Ownership, claim, reference_to
from plimsoll.simcluster.controllers.reconciling import Reconciler, Step, Steps, key_of
from plimsoll.simcluster.controllers.replicasets import replicas_of
from plimsoll.simcluster.controllers.templates import HASH_LABEL, content_hash

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

Changed = Generator[Step, Any, bool]
"""Requests, and whether they changed the size of anything."""

LONGEST_NAME = 253


class Rollout:
    """One sync of one deployment."""

    def __init__(self, reconciler: Reconciler, ownership: Ownership, deployment: Object) -> None:
        self._reconciler = reconciler
        self._ownership = ownership
        self._deployment = deployment
        self._new: Object | None = None
        self._old: list[Object] = []

    @property
    def _everything(self) -> list[Object]:
        return [*self._old, *([self._new] if self._new is not None else [])]

    def run(self) -> Steps:
        """Bring the deployment nearer to what it should be."""
        reconciler, deployment = self._reconciler, self._deployment
        index = self._ownership.index(REPLICASETS)
        sets = yield from claim(reconciler.verbs, index, REPLICASETS, deployment)
        self._new = replicasets.find_new(deployment, sets)
        self._old = [one for one in sets if one is not self._new]
        if "deletionTimestamp" in deployment["metadata"]:
            yield from self._sync_revision()
            yield from self._put_status(self._counted())
            return
        yield from self._note_pause()
        paused = bool(deployment["spec"].get("paused"))
        yield from self._sync_revision()
        if paused or self._was_scaled():
            yield from self._scale()
            if paused:
                yield from self._clean_up()
            yield from self._put_status(self._counted())
        elif replicasets.is_rolling(deployment):
            yield from self._roll()
        else:
            yield from self._recreate()

    # --- what every sync does ---------------------------------------------------------------------------------------------

    def _note_pause(self) -> Steps:
        """Say in ``Progressing`` that the deployment is paused, or no longer is: time passes without progress then."""
        deployment = self._deployment
        current = conditions.find_condition(deployment.get("status") or {}, "Progressing")
        if conditions.deadline_seconds(deployment) is None:
            return
        if current is not None and current["reason"] == conditions.TIMED_OUT:
            return
        was_paused = current is not None and current["reason"] == conditions.PAUSED
        if bool(deployment["spec"].get("paused")) == was_paused:
            return
        if was_paused:
            yield from self._progress("Unknown", conditions.RESUMED, "Deployment is resumed")
        else:
            yield from self._progress("Unknown", conditions.PAUSED, "Deployment is paused")

    def _sync_revision(self) -> Steps:
        """Have the new set and the deployment carry the revision that comes after all old ones."""
        new = self._new
        if new is None:
            return
        deployment = self._deployment
        present = new["metadata"].get("annotations") or {}
        annotations = replicasets.set_annotations(deployment, present, self._next_revision())
        wait_seconds = deployment["spec"].get("minReadySeconds", 0)
        if annotations != present or new["spec"].get("minReadySeconds", 0) != wait_seconds:
            spec = {**new["spec"], **({"minReadySeconds": wait_seconds} if wait_seconds else {})}
            if not wait_seconds:
                spec.pop("minReadySeconds", None)
            changed = {**new, "metadata": {**new["metadata"], "annotations": annotations}, "spec": spec}
            self._new = yield self._reconciler.verbs.update(REPLICASETS, changed)
            return
        status = deployment.get("status") or {}
        current = conditions.find_condition(status, "Progressing")
        if conditions.deadline_seconds(deployment) is not None and current is None:
            message = f'Found new replica set "{new["metadata"]["name"]}"'
            condition = conditions.progressing(
                "True", conditions.NEW_SET_FOUND, message, self._reconciler.api.timestamp()
            )
            status = conditions.with_condition(status, condition)
        yield from self._put_status(status, replicasets.revision_of(new))

    def _next_revision(self) -> int:
        return max((replicasets.revision_of(one) for one in self._old), default=0) + 1

    def _was_scaled(self) -> bool:
        """Whether the deployment's size has changed since its sets last heard of it."""
        wanted = replicas_of(self._deployment)
        noted = (
            replicasets.annotation_number(one, replicasets.DESIRED_REPLICAS)
            for one in replicasets.active(self._everything)
        )
        return any(number is not None and number != wanted for number in noted)

    # --- statuses -----------------------------------------------------------------------------------------------------------

    def _moment(self) -> Moment:
        api = self._reconciler.api
        return Moment(self._reconciler.kernel.now, api.timestamp(), api.seconds_of)

    def _counted(self) -> Object:
        return conditions.counted(self._deployment, self._everything, self._new, self._reconciler.api.timestamp())

    def _progress(self, state: str, reason: str, message: str) -> Steps:
        condition = conditions.progressing(state, reason, message, self._reconciler.api.timestamp())
        yield from self._put_status(conditions.with_condition(self._deployment.get("status") or {}, condition))

    def _put_status(self, status: Object, revision: int | None = None) -> Steps:
        """Write the status, and the revision, where that changes anything."""
        deployment = self._deployment
        metadata = deployment["metadata"]
        annotations = metadata.get("annotations") or {}
        if revision is not None and annotations.get(replicasets.REVISION) != str(revision):
            metadata = {**metadata, "annotations": {**annotations, replicasets.REVISION: str(revision)}}
        if metadata is deployment["metadata"] and status == deployment.get("status"):
            return
        changed = {**deployment, "metadata": metadata, "status": status}
        self._deployment = yield self._reconciler.verbs.update_status(DEPLOYMENTS, changed)

    def _put_rolled(self) -> Steps:
        """Write the status of a rollout; where there is nothing to write, look again when its time is over."""
        now = self._moment()
        status = conditions.rolled(self._deployment, self._everything, self._new, now)
        if status == self._deployment.get("status"):
            pause = conditions.seconds_to_deadline(self._deployment, status, now)
            if pause is not None:
                self._reconciler.queue.add_after(key_of(self._deployment), pause)
            return
        yield from self._put_status(status)

    # --- replica sets ---------------------------------------------------------------------------------------------------------

    def _make_new(self) -> Steps:
        """Create the new replica set, as large as it may be from the beginning."""
        if self._new is not None:
            return
        body = self._new_set()
        name, size = body["metadata"]["name"], replicas_of(body)
        namespace = self._deployment["metadata"].get("namespace", "")
        try:
            self._new = yield self._reconciler.verbs.create(REPLICASETS, namespace, body)
        except NamespaceTerminatingError:
            raise
        except ApiError as error:
            yield from self._not_made(name, error)
            raise
        if size:
            self._emit("ScalingReplicaSet", "Scaled up replica set %s from 0 to %d", name, size)
        status = self._deployment.get("status") or {}
        if conditions.deadline_seconds(self._deployment) is not None:
            now = self._reconciler.api.timestamp()
            message = f'Created new replica set "{name}"'
            condition = conditions.progressing("True", conditions.NEW_SET_CREATED, message, now)
            status = conditions.with_condition(status, condition)
        yield from self._put_status(status, self._next_revision())

    def _not_made(self, name: str, error: ApiError) -> Steps:
        """Note why there is no new set: another one has its name (a collision of hashes), or it was refused."""
        status = self._deployment.get("status") or {}
        if error.reason == "AlreadyExists":
            yield from self._put_status({**status, "collisionCount": status.get("collisionCount", 0) + 1})
            return
        message = f'Failed to create new replica set "{name}": {error.message}'
        self._reconciler.events.emit(self._deployment, "Warning", conditions.SET_CREATE_ERROR, message)
        if conditions.deadline_seconds(self._deployment) is not None:
            yield from self._progress("False", conditions.SET_CREATE_ERROR, message)

    def _new_set(self) -> Object:
        deployment = self._deployment
        spec = deployment["spec"]
        template = spec["template"]
        suffix = content_hash(template, (deployment.get("status") or {}).get("collisionCount"))
        labels = {**((template.get("metadata") or {}).get("labels") or {}), HASH_LABEL: suffix}
        selector = spec["selector"]
        name = f"{deployment['metadata']['name'][: LONGEST_NAME - len(suffix) - 1]}-{suffix}"
        annotations = replicasets.set_annotations(deployment, {}, self._next_revision())
        return {
            "metadata": {
                "name": name,
                "labels": labels,
                "annotations": {**annotations, **replicasets.replica_annotations(deployment)},
                "ownerReferences": [reference_to(deployment)],
            },
            "spec": {
                "replicas": replicasets.new_size(deployment, self._old, 0),
                **({"minReadySeconds": spec["minReadySeconds"]} if spec.get("minReadySeconds") else {}),
                "selector": {
                    **selector,
                    "matchLabels": {**(selector.get("matchLabels") or {}), HASH_LABEL: suffix},
                },
                "template": {**template, "metadata": {**(template.get("metadata") or {}), "labels": labels}},
            },
        }

    def _resize(self, replica_set: Object, size: int, *, annotate: bool = False) -> Changed:
        """Give a set another size; with ``annotate`` also tell it the deployment's, where only that has changed."""
        present = replicas_of(replica_set)
        wanted = replicasets.replica_annotations(self._deployment)
        annotations = replica_set["metadata"].get("annotations") or {}
        told = wanted.items() <= annotations.items()
        if size == present and (told or not annotate):
            return False
        changed = {
            **replica_set,
            "metadata": {**replica_set["metadata"], "annotations": {**annotations, **wanted}},
            "spec": {**replica_set["spec"], "replicas": size},
        }
        stored = yield self._reconciler.verbs.update(REPLICASETS, changed)
        self._replace(stored)
        if size == present:
            return False
        direction = "up" if size > present else "down"
        name = stored["metadata"]["name"]
        self._emit("ScalingReplicaSet", "Scaled %s replica set %s from %d to %d", direction, name, present, size)
        return True

    def _replace(self, stored: Object) -> None:
        """Go on with a set as it is stored now."""
        uid = stored["metadata"]["uid"]
        if self._new is not None and self._new["metadata"]["uid"] == uid:
            self._new = stored
        self._old = [stored if one["metadata"]["uid"] == uid else one for one in self._old]

    def _emit(self, reason: str, message: str, *arguments: object) -> None:
        self._reconciler.events.emit(self._deployment, "Normal", reason, message, *arguments)

    def _scale(self) -> Steps:
        """Follow a change of the deployment's size."""
        deployment = self._deployment
        only = replicasets.active_or_latest(self._new, self._old)
        if only is not None:
            yield from self._resize(only, replicas_of(deployment))
        elif replicasets.is_saturated(deployment, self._new):
            for one in replicasets.active(self._old):
                yield from self._resize(one, 0)
        elif replicasets.is_rolling(deployment):
            for one, size in replicasets.proportional_sizes(deployment, self._everything):
                yield from self._resize(one, size, annotate=True)

    def _clean_up(self) -> Steps:
        """Delete the oldest sets that nobody will roll back to."""
        for one in replicasets.cleanable(self._deployment, self._old):
            try:
                yield self._reconciler.verbs.delete(REPLICASETS, one)
            except ApiError as error:
                if error.reason != "NotFound":
                    raise

    # --- strategies -----------------------------------------------------------------------------------------------------------

    def _roll(self) -> Steps:
        """Let the new set grow and the old ones shrink, within the limits."""
        yield from self._make_new()
        if (yield from self._grow_new()) or (yield from self._shrink_old()):
            yield from self._put_rolled()
            return
        if conditions.is_complete(self._deployment, self._deployment.get("status") or {}):
            yield from self._clean_up()
        yield from self._put_rolled()

    def _grow_new(self) -> Changed:
        new = self._new
        if new is None:
            return False
        wanted, present = replicas_of(self._deployment), replicas_of(new)
        if wanted == present:
            return False
        size = wanted if present > wanted else replicasets.new_size(self._deployment, self._everything, present)
        return (yield from self._resize(new, size))

    def _shrink_old(self) -> Changed:
        """Take pods off old sets: those that are not available first, then as many as the new set makes up for."""
        new = self._new
        if new is None or not replicasets.total_replicas(self._old):
            return False
        deployment = self._deployment
        least = replicas_of(deployment) - replicasets.fences(deployment).unavailable
        coming = replicas_of(new) - replicasets.total_status([new], "availableReplicas")
        surplus = replicasets.total_replicas(self._everything) - least - coming
        if surplus <= 0:
            return False
        cleaned = yield from self._take(surplus, only_unavailable=True)
        spare = replicasets.total_status(self._everything, "availableReplicas") - least
        taken = (yield from self._take(spare, only_unavailable=False)) if spare > 0 else 0
        return cleaned + taken > 0

    def _take(self, most: int, *, only_unavailable: bool) -> Generator[Step, Any, int]:
        """Make old sets smaller, the oldest first; returns by how much in all."""
        taken = 0
        for one in sorted(self._old, key=replicasets.age_order):
            present = replicas_of(one)
            candidates = present
            if only_unavailable:
                candidates -= replicasets.total_status([one], "availableReplicas")
            count = min(most - taken, candidates)
            if count > 0:
                yield from self._resize(one, present - count)
                taken += count
        return taken

    def _recreate(self) -> Steps:
        """Remove every old pod before there is a new one."""
        shrunk = False
        for one in replicasets.active(self._old):
            shrunk = (yield from self._resize(one, 0)) or shrunk
        if shrunk or self._old_pods_run():
            yield from self._put_rolled()
            return
        yield from self._make_new()
        if self._new is not None:
            yield from self._resize(self._new, replicas_of(self._deployment))
        if conditions.is_complete(self._deployment, self._deployment.get("status") or {}):
            yield from self._clean_up()
        yield from self._put_rolled()

    def _old_pods_run(self) -> bool:
        """Whether any pod of an old set is still there, also where its set counts it no longer."""
        if replicasets.total_status(self._old, "replicas"):
            return True
        index = self._ownership.index(PODS)
        pods = (pod for one in self._old for pod in index.owned(one["metadata"]["uid"]))
        return any(pod["status"].get("phase") not in FINISHED_PHASES for pod in pods)


def deployment_keys(replica_set: Object) -> list[tuple[str, str]]:
    """The deployments that a replica set belongs to."""
    namespace = replica_set["metadata"]["namespace"]
    owners = replica_set["metadata"].get("ownerReferences") or ()
    return [(namespace, owner["name"]) for owner in owners if owner["kind"] == "Deployment"]
