"""The horizontal pod autoscaler: sizes workloads by what their pods use (pkg/controller/podautoscaler).

Metrics of the type ``Resource`` only, read from the simulation (:mod:`plimsoll.simcluster.usage`); for any other the
condition ``ScalingActive`` says that it cannot be had. Scaling down is stabilised over five minutes, scaling up doubles
or adds four pods each 15 seconds, as the default ``behavior`` has it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.kube.quantities import parse_cpu, parse_memory
from plimsoll.kube.resources import (
    DEPLOYMENTS,
    HORIZONTALPODAUTOSCALERS,
    PODS,
    REPLICASETS,
    STATEFULSETS,
    Object,
    Resource,
)
from plimsoll.kube.selectors import selector_of
from plimsoll.simcluster.controllers.reconciling import Steps, follow, key_of
from plimsoll.simcluster.controllers.replicasets import replicas_of
from plimsoll.simcluster.scheduling.resources import parse_amounts
from plimsoll.simcluster.usage import pod_usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

SYNC_PERIOD_SECONDS = 15.0
TOLERANCE = 0.1
DOWNSCALE_WINDOW_SECONDS = 300.0
"""--horizontal-pod-autoscaler-sync-period, -tolerance, -downscale-stabilization."""

MOST_ADDED = 4
DEFAULT_UTILIZATION = 80

_TARGETS: dict[str, Resource] = {one.kind: one for one in (DEPLOYMENTS, STATEFULSETS, REPLICASETS)}


class _Reading(NamedTuple):
    """One metric: what it says, and how many pods it asks for."""

    document: Object
    wanted: int


class HorizontalPodAutoscaler:
    """Scales workloads."""

    def __init__(self, context: ControllerContext) -> None:
        self._api = context.api
        self._autoscalers = context.api.store.collection(HORIZONTALPODAUTOSCALERS)
        self._pods = context.api.store.collection(PODS)
        self._recommended: dict[str, list[tuple[float, int]]] = {}
        self._ticking: set[str] = set()
        self._reconciler = context.reconciler("horizontal-pod-autoscaler", self._story)
        self.queue = self._reconciler.queue
        follow(self._autoscalers, self._observe)

    def _observe(self, change: StoredChange) -> None:
        uid = change.object["metadata"]["uid"]
        if change.type == "DELETED":
            self._recommended.pop(uid, None)
            self._ticking.discard(uid)
        elif uid not in self._ticking:
            self._ticking.add(uid)
            self._tick(key_of(change.object), uid)

    def _tick(self, key: Key, uid: str) -> None:
        if uid in self._ticking:
            self.queue.add(key)
            self._reconciler.kernel.after(SYNC_PERIOD_SECONDS, self._tick, key, uid)

    def _story(self, key: Key) -> Steps:
        autoscaler = self._autoscalers.find(*key)
        if autoscaler is None:
            return
        reference = autoscaler["spec"]["scaleTargetRef"]
        resource = _TARGETS.get(reference["kind"])
        target = self._api.store.collection(resource).find(key[0], reference["name"]) if resource is not None else None
        if resource is None or target is None:
            message = (
                f'the HPA controller was unable to get the target\'s current scale: "{reference["name"]}" not found'
            )
            condition = self._condition(autoscaler, "AbleToScale", "False", "FailedGetScale", message)
            yield from self._put(autoscaler, {**(autoscaler.get("status") or {}), "conditions": [condition]})
            return
        current = replicas_of(target)
        readings = self._readings(autoscaler, target, current)
        desired, conditions = self._decide(autoscaler, current, readings)
        before = autoscaler.get("status") or {}
        status = {
            "observedGeneration": autoscaler["metadata"].get("generation", 1),
            "currentReplicas": current,
            "desiredReplicas": desired,
            "currentMetrics": [reading.document for reading in readings] or None,
            "conditions": conditions,
            "lastScaleTime": before.get("lastScaleTime"),
        }
        if desired != current:
            yield self._reconciler.verbs.update(resource, {**target, "spec": {**target["spec"], "replicas": desired}})
            status["lastScaleTime"] = self._api.timestamp()
            above = "cpu resource utilization (percentage of request) above target"
            reason = "All metrics below target" if desired < current else above
            message = "New size: %d; reason: %s"
            self._reconciler.events.emit(autoscaler, "Normal", "SuccessfulRescale", message, desired, reason)
        yield from self._put(autoscaler, status)

    def _decide(self, autoscaler: Object, current: int, readings: Sequence[_Reading]) -> tuple[int, list[Object]]:
        """The size that the metrics ask for, within all limits, and the conditions that explain it."""
        able = ("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size")
        conditions = [self._condition(autoscaler, *able)]
        if current == 0:
            message = "scaling is disabled since the replica count of the target is zero"
            conditions.append(self._condition(autoscaler, "ScalingActive", "False", "ScalingDisabled", message))
            return current, conditions
        if not readings:
            message = "the HPA was unable to compute the replica count: no metrics returned from resource metrics API"
            conditions.append(self._condition(autoscaler, "ScalingActive", "False", "FailedGetResourceMetric", message))
            return current, conditions
        message = "the HPA was able to successfully calculate a replica count from cpu resource utilization"
        conditions.append(self._condition(autoscaler, "ScalingActive", "True", "ValidMetricFound", message))
        desired, limit = self._bounded(autoscaler, current, max(reading.wanted for reading in readings))
        limited = ("ScalingLimited", str(bool(limit)), limit or "DesiredWithinRange", _LIMITS[limit])
        conditions.append(self._condition(autoscaler, *limited))
        return desired, conditions

    def _put(self, autoscaler: Object, status: Object) -> Steps:
        written = {name: value for name, value in status.items() if value is not None}
        if written != autoscaler.get("status"):
            yield self._reconciler.verbs.update_status(HORIZONTALPODAUTOSCALERS, autoscaler, written)

    def _readings(self, autoscaler: Object, target: Object, current: int) -> list[_Reading]:
        selector = selector_of(target["spec"]["selector"])
        pods = [
            pod
            for pod in self._pods.in_namespace(target["metadata"]["namespace"])
            if selector.matches(pod["metadata"].get("labels") or {}) and pod["status"].get("phase") == "Running"
        ]
        default: Object = {
            "type": "Resource",
            "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": DEFAULT_UTILIZATION}},
        }
        metrics = autoscaler["spec"].get("metrics") or [default]
        readings = (_read(metric["resource"], pods, current) for metric in metrics if metric["type"] == "Resource")
        return [reading for reading in readings if reading is not None]

    def _bounded(self, autoscaler: Object, current: int, wanted: int) -> tuple[int, str]:
        """The size to take, and what limited it."""
        uid, now = autoscaler["metadata"]["uid"], self._reconciler.kernel.now
        known = self._recommended.setdefault(uid, [(now, current)])  # a new autoscaler begins with what there is
        history = [one for one in known if one[0] > now - DOWNSCALE_WINDOW_SECONDS]
        self._recommended[uid] = [*history, (now, wanted)]
        if wanted < current:
            wanted = min(max([wanted, *(size for _, size in history)]), current)
        spec = autoscaler["spec"]
        most, least = spec["maxReplicas"], spec.get("minReplicas", 1)
        fastest = max(2 * current, current + MOST_ADDED)
        if wanted > most:
            return min(most, fastest), "TooManyReplicas"
        if wanted < least:
            return least, "TooFewReplicas"
        return (fastest, "ScaleUpLimit") if wanted > fastest else (wanted, "")

    def _condition(self, autoscaler: Object, kind: str, state: str, reason: str, message: str) -> Object:
        known = {one["type"]: one for one in (autoscaler.get("status") or {}).get("conditions") or ()}
        before = known.get(kind)
        since = before["lastTransitionTime"] if before and before["status"] == state else self._api.timestamp()
        return {"type": kind, "status": state, "lastTransitionTime": since, "reason": reason, "message": message}


_LIMITS = {
    "": "the desired count is within the acceptable range",
    "TooManyReplicas": "the desired replica count is more than the maximum replica count",
    "TooFewReplicas": "the desired replica count is less than the minimum replica count",
    "ScaleUpLimit": "the desired replica count is increasing faster than the maximum scale rate",
}


def _read(source: Object, pods: Sequence[Object], current: int) -> _Reading | None:
    """One resource metric over the pods that run; None where it cannot be had."""
    name, target = source["name"], source["target"]
    if not pods or name not in {"cpu", "memory"}:
        return None
    used = [pod_usage(pod).cpu_millicores if name == "cpu" else pod_usage(pod).memory_bytes for pod in pods]
    mean = sum(used) / len(pods)
    shown = f"{round(mean)}m" if name == "cpu" else str(round(mean))
    reading: Object = {"averageValue": shown}
    if target["type"] == "Utilization":
        requested = sum(
            parse_amounts((container.get("resources") or {}).get("requests")).get(name, 0)
            for pod in pods
            for container in pod["spec"]["containers"]
        )
        if not requested:
            return None
        utilization = sum(used) * 100 / requested
        reading["averageUtilization"] = round(utilization)
        ratio = utilization / target["averageUtilization"]
    else:
        goal = parse_cpu(target["averageValue"]) if name == "cpu" else parse_memory(target["averageValue"])
        ratio = mean / goal
    wanted = current if abs(ratio - 1.0) <= TOLERANCE else math.ceil(ratio * len(pods))
    return _Reading({"type": "Resource", "resource": {"name": name, "current": reading}}, wanted)
