"""The stateful set controller: pods with names that stay, one after the other, each with volumes of its own.

From pkg/controller/statefulset (stateful_set_control.go). A sync does what can be done now and ends where it has to
wait; the pod that it waits for wakes the next one.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import PERSISTENTVOLUMECLAIMS, PODS, STATEFULSETS
from plimsoll.kube.selectors import selector_of
from plimsoll.simcluster.controllers.ownership import claim, controller_reference, selects
from plimsoll.simcluster.controllers.reconciling import Step, Steps, follow, key_of
from plimsoll.simcluster.controllers.revisions import History
from plimsoll.simcluster.controllers.statefulpods import (
    REVISION_LABEL,
    Ordinals,
    claims_of,
    is_ended,
    is_going,
    is_healthy,
    is_member,
    ordinal_of,
    pod_of,
    unavailable_limit,
)
from plimsoll.simcluster.controllers.statefulstatus import status_of

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

Waits = Generator[Step | Sequence[Step], Any, bool]
"""Requests, and whether the next pod has to wait."""

WORKERS = 5
"""--concurrent-statefulset-syncs."""

HASH_LABEL = "controller.kubernetes.io/hash"


class StatefulSetController:
    """Keeps the pods of stateful sets."""

    def __init__(self, context: ControllerContext) -> None:
        self._sets = context.api.store.collection(STATEFULSETS)
        self._claims = context.api.store.collection(PERSISTENTVOLUMECLAIMS)
        self._index = context.ownership.index(PODS)
        self.reconciler = context.reconciler("statefulset-controller", self._story, workers=WORKERS)
        self.queue = self.reconciler.queue
        self._history = History(self.reconciler.verbs, context.ownership, HASH_LABEL)
        follow(self._sets, lambda change: self.queue.add(key_of(change.object)))
        follow(context.api.store.collection(PODS), self._observe_pod)

    def _observe_pod(self, change: StoredChange) -> None:
        pod = change.object
        namespace = pod["metadata"]["namespace"]
        reference = controller_reference(pod)
        if reference is not None:
            if reference["kind"] == "StatefulSet":
                self.queue.add((namespace, reference["name"]))
        elif change.type != "DELETED":
            for one in self._sets.in_namespace(namespace):
                if is_member(one, pod) and selects(selector_of(one["spec"]["selector"]))(pod):
                    self.queue.add(key_of(one))

    def _story(self, key: Key) -> Steps:
        stateful_set = self._sets.find(*key)
        if stateful_set is None:
            return
        matches = selects(selector_of(stateful_set["spec"]["selector"]))
        pods = yield from claim(
            self.reconciler.verbs,
            self._index,
            PODS,
            stateful_set,
            lambda pod: matches(pod) and is_member(stateful_set, pod),
        )
        status = stateful_set.get("status") or {}
        try:
            update = yield from self._history.update(stateful_set, status.get("collisionCount", 0))
        except ApiError as error:
            if error.reason == "AlreadyExists":
                collided = {**status, "collisionCount": status.get("collisionCount", 0) + 1}
                yield self.reconciler.verbs.update_status(STATEFULSETS, stateful_set, collided)
            raise
        revisions = {one["metadata"]["name"]: one for one in self._history.of(stateful_set)}
        current = revisions.get(status.get("currentRevision", ""), update)
        sync = _Sync(self, stateful_set, pods, current, update)
        if "deletionTimestamp" not in stateful_set["metadata"]:
            yield from sync.run()
        yield from self._put_status(key, current, update)
        live = {one["metadata"].get("labels", {}).get(REVISION_LABEL, "") for one in pods}
        names = [current["metadata"]["name"], update["metadata"]["name"], *live]
        yield from self._history.truncate(stateful_set, names)

    def _put_status(self, key: Key, current: Object, update: Object) -> Steps:
        stored = self._sets.find(*key)
        if stored is None:
            return
        api = self.reconciler.api
        pods = [pod for pod in self._index.owned(stored["metadata"]["uid"]) if is_member(stored, pod)]
        status, pause = status_of(stored, pods, current, update, api.seconds_of, self.reconciler.kernel.now)
        if pause is not None:
            self.queue.add_after(key, pause)
        if status != stored.get("status"):
            yield self.reconciler.verbs.update_status(STATEFULSETS, stored, status)

    def missing_claims(self, stateful_set: Object, pod: Object) -> list[Object]:
        """The volume claims that a pod needs and that are not there."""
        return [
            one
            for one in claims_of(stateful_set, pod)
            if self._claims.find(stateful_set["metadata"]["namespace"], one["metadata"]["name"]) is None
        ]


class _Sync:
    """One sync of one stateful set."""

    def __init__(
        self,
        controller: StatefulSetController,
        stateful_set: Object,
        pods: list[Object],
        current: Object,
        update: Object,
    ) -> None:
        self._controller = controller
        self._verbs = controller.reconciler.verbs
        self._set = stateful_set
        self._ordinals = Ordinals.of(stateful_set)
        self._pods = {ordinal_of(pod): pod for pod in pods}
        self._current = current
        self._update = update
        self._in_order = stateful_set["spec"].get("podManagementPolicy", "OrderedReady") == "OrderedReady"

    def run(self) -> Steps:
        """Make what is missing, remove what is too many, then replace what is out of date."""
        for ordinal in self._ordinals:
            waits = yield from self._fill(ordinal)
            if waits and self._in_order:
                return
        condemned = sorted((number for number in self._pods if number not in self._ordinals), reverse=True)
        for ordinal in condemned:
            pod = self._pods[ordinal]
            if is_going(pod):
                if self._in_order:
                    return
                continue
            if self._in_order and not is_healthy(pod) and self._unhealthy_before(ordinal):
                return
            yield from self._delete(pod)
            if self._in_order:
                return
        if (self._set["spec"].get("updateStrategy") or {}).get("type", "RollingUpdate") == "RollingUpdate":
            yield from self._replace_outdated()

    def _fill(self, ordinal: int) -> Waits:
        """See that there is a pod of this number; returns whether the next one has to wait for it."""
        pod = self._pods.get(ordinal)
        if pod is not None and is_ended(pod) and not is_going(pod):
            names = (*key_of(self._set), pod["metadata"]["name"])
            message = "StatefulSet %s/%s is recreating failed Pod %s"
            self._controller.reconciler.events.emit(self._set, "Warning", "RecreatingFailedPod", message, *names)
            yield from self._delete(pod)
            return True
        if pod is None:
            yield from self._create(ordinal)
            return True
        if is_going(pod):
            return True
        yield from self._create_claims(pod)
        wait_seconds = self._set["spec"].get("minReadySeconds", 0)
        api = self._controller.reconciler.api
        return not is_healthy(pod, wait_seconds, api.seconds_of, self._controller.reconciler.kernel.now)

    def _create(self, ordinal: int) -> Steps:
        revision = self._current if self._needs_current(ordinal) else self._update
        body = pod_of(self._set, ordinal, revision)
        yield from self._create_claims(body)
        namespace, name = key_of(self._set)
        try:
            self._pods[ordinal] = yield self._verbs.create(PODS, namespace, body)
        except ApiError as error:
            message = "create Pod %s in StatefulSet %s failed error: %s"
            events = self._controller.reconciler.events
            events.emit(self._set, "Warning", "FailedCreate", message, body["metadata"]["name"], name, error.message)
            raise
        self._emit("SuccessfulCreate", "create Pod %s in StatefulSet %s successful", body)

    def _needs_current(self, ordinal: int) -> bool:
        """Whether a new pod of this number is still of the old revision: it waits for its turn in the rollout."""
        strategy = self._set["spec"].get("updateStrategy") or {}
        if strategy.get("type", "RollingUpdate") != "RollingUpdate":
            return False
        if strategy.get("rollingUpdate") is None:
            status = self._set.get("status") or {}
            present: int = status.get("currentReplicas", 0)
            return ordinal < self._ordinals.start + present
        partition: int = strategy["rollingUpdate"].get("partition", 0)
        return ordinal < self._ordinals.start + partition

    def _create_claims(self, pod: Object) -> Steps:
        for body in self._controller.missing_claims(self._set, pod):
            namespace, name = key_of(self._set)
            try:
                yield self._verbs.create(PERSISTENTVOLUMECLAIMS, namespace, body)
            except ApiError as error:
                if error.reason != "AlreadyExists":
                    raise
            claim_name = body["metadata"]["name"]
            message = "create Claim %s Pod %s in StatefulSet %s success"
            events = self._controller.reconciler.events
            events.emit(self._set, "Normal", "SuccessfulCreate", message, claim_name, pod["metadata"]["name"], name)

    def _delete(self, pod: Object) -> Steps:
        try:
            yield self._verbs.delete(PODS, pod)
        except ApiError as error:
            if error.reason != "NotFound":
                raise
            return
        self._emit("SuccessfulDelete", "delete Pod %s in StatefulSet %s successful", pod)

    def _unhealthy_before(self, ordinal: int) -> bool:
        """Whether a pod that comes first is unhealthy: that one is to be seen to before any is taken away."""
        return any(not is_healthy(pod) for number, pod in self._pods.items() if number < ordinal)

    def _replace_outdated(self) -> Steps:
        """Delete pods of an old revision, from the last to the first, as many at a time as may be unavailable."""
        rolling = (self._set["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
        first = self._ordinals.start + rolling.get("partition", 0)
        budget = unavailable_limit(self._set)
        budget -= sum(not is_healthy(pod) for number, pod in self._pods.items() if number in self._ordinals)
        for ordinal in sorted((number for number in self._pods if number >= first), reverse=True):
            pod = self._pods[ordinal]
            outdated = (pod["metadata"].get("labels") or {}).get(REVISION_LABEL) != self._update["metadata"]["name"]
            if not outdated or is_going(pod):
                continue
            if is_healthy(pod):
                if budget <= 0:
                    return
                budget -= 1
            yield from self._delete(pod)

    def _emit(self, reason: str, message: str, pod: Object) -> None:
        names = (pod["metadata"]["name"], self._set["metadata"]["name"])
        self._controller.reconciler.events.emit(self._set, "Normal", reason, message, *names)
