"""The disruption controller: how many pods of each budget may be evicted now (pkg/controller/disruption)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plimsoll.kube.resources import (
    DEPLOYMENTS,
    PODDISRUPTIONBUDGETS,
    PODS,
    REPLICASETS,
    STATEFULSETS,
    Object,
    Resource,
)
from plimsoll.kube.selectors import LabelSelector, selector_of
from plimsoll.simcluster.api import FINISHED_PHASES, is_ready
from plimsoll.simcluster.controllers.intorpercent import scaled_value
from plimsoll.simcluster.controllers.ownership import controller_reference
from plimsoll.simcluster.controllers.reconciling import Steps, follow, key_of
from plimsoll.simcluster.controllers.replicasets import replicas_of

if TYPE_CHECKING:
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

DELETION_TIMEOUT_SECONDS = 120.0
"""A pod that was to be evicted and is still not being deleted counts as healthy again after so long."""

_SCALABLE: dict[str, Resource] = {one.kind: one for one in (REPLICASETS, STATEFULSETS, DEPLOYMENTS)}


class DisruptionController:
    """Keeps the status of disruption budgets."""

    def __init__(self, context: ControllerContext) -> None:
        self._api = context.api
        self._budgets = context.api.store.collection(PODDISRUPTIONBUDGETS)
        self._pods = context.api.store.collection(PODS)
        self._reconciler = context.reconciler("disruption-controller", self._story)
        self.queue = self._reconciler.queue
        follow(self._budgets, lambda change: self.queue.add(key_of(change.object)))
        follow(self._pods, self._observe_pod)
        for resource in _SCALABLE.values():
            context.api.store.collection(resource).watchers.append(self._observe_workload)

    def _observe_pod(self, change: StoredChange) -> None:
        for budget in self._budgets.in_namespace(change.object["metadata"]["namespace"]):
            selector = _selector(budget)
            if selector is not None and selector.matches(change.object["metadata"].get("labels") or {}):
                self.queue.add(key_of(budget))

    def _observe_workload(self, change: StoredChange) -> None:
        """A workload may have been scaled."""
        if change.old is not None and change.old["spec"].get("replicas") != change.object["spec"].get("replicas"):
            for budget in self._budgets.in_namespace(change.object["metadata"]["namespace"]):
                self.queue.add(key_of(budget))

    def _story(self, key: Key) -> Steps:
        budget = self._budgets.find(*key)
        if budget is None:
            return
        selector = _selector(budget)
        pods = [
            pod
            for pod in self._pods.in_namespace(key[0])
            if selector is not None
            and selector.matches(pod["metadata"].get("labels") or {})
            and pod["status"].get("phase") not in FINISHED_PHASES
        ]
        expected, desired = self._expected(budget, pods)
        evicted = self._evicted(budget, pods)
        healthy = sum(
            is_ready(pod) and "deletionTimestamp" not in pod["metadata"] and pod["metadata"]["name"] not in evicted
            for pod in pods
        )
        allowed = max(healthy - desired, 0) if expected > 0 else 0
        status = {
            **({"disruptedPods": evicted} if evicted else {}),
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "disruptionsAllowed": allowed,
            "expectedPods": expected,
            "observedGeneration": budget["metadata"].get("generation", 1),
            "conditions": [self._condition(budget, allowed)],
        }
        if status != budget.get("status"):
            yield self._reconciler.verbs.update_status(PODDISRUPTIONBUDGETS, budget, status)
        if evicted:
            self.queue.add_after(key, DELETION_TIMEOUT_SECONDS)

    def _expected(self, budget: Object, pods: Sequence[Object]) -> tuple[int, int]:
        """How many pods there should be, and how many of them healthy at the least."""
        spec = budget["spec"]
        if "maxUnavailable" in spec:
            expected = self._scale(pods)
            return expected, max(expected - scaled_value(spec["maxUnavailable"], expected, round_up=True), 0)
        least = spec.get("minAvailable", 1)
        if isinstance(least, int):
            return len(pods), least
        expected = self._scale(pods)
        return expected, scaled_value(least, expected, round_up=True)

    def _scale(self, pods: Sequence[Object]) -> int:
        """The sizes of the workloads that the pods belong to; pods without one count for themselves."""
        sizes: dict[str, int] = {}
        for pod in pods:
            workload = self._workload(pod)
            if workload is None:
                sizes[pod["metadata"]["uid"]] = 1
            else:
                sizes[workload["metadata"]["uid"]] = replicas_of(workload)
        return sum(sizes.values())

    def _workload(self, value: Object) -> Object | None:
        """What a pod belongs to: the deployment rather than its replica set."""
        reference = controller_reference(value)
        resource = _SCALABLE.get(reference["kind"]) if reference is not None else None
        if reference is None or resource is None:
            return None
        owner = self._api.store.collection(resource).find(value["metadata"]["namespace"], reference["name"])
        if owner is None or owner["metadata"]["uid"] != reference["uid"]:
            return None
        return self._workload(owner) or owner

    def _evicted(self, budget: Object, pods: Sequence[Object]) -> Object:
        """The pods whose eviction was granted and whose deletion has not been seen yet."""
        present = {pod["metadata"]["name"]: pod for pod in pods}
        granted = (budget.get("status") or {}).get("disruptedPods") or {}
        now = self._reconciler.kernel.now
        return {
            name: since
            for name, since in granted.items()
            if name in present
            and "deletionTimestamp" not in present[name]["metadata"]
            and self._api.seconds_of(since) + DELETION_TIMEOUT_SECONDS > now
        }

    def _condition(self, budget: Object, allowed: int) -> Object:
        state, reason = ("True", "SufficientPods") if allowed > 0 else ("False", "InsufficientPods")
        before = next(iter((budget.get("status") or {}).get("conditions") or ()), None)
        unchanged = before is not None and before["status"] == state
        return {
            "type": "DisruptionAllowed",
            "status": state,
            "observedGeneration": budget["metadata"].get("generation", 1),
            "lastTransitionTime": before["lastTransitionTime"] if before and unchanged else self._api.timestamp(),
            "reason": reason,
            "message": "",
        }


def _selector(budget: Object) -> LabelSelector | None:
    """The pods of a budget; an empty selector means all of its namespace, none at all means nothing."""
    selector = budget["spec"].get("selector")
    return None if selector is None else selector_of(selector)
