"""A deployment's status: counts over its replica sets, and the conditions that `kubectl rollout status` reads.

From pkg/controller/deployment (sync.go, progress.go). Everything is a function of objects and of the present time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.simcluster.controllers.replicasets import fences, replicas_of, total_replicas, total_status

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

PAUSED = "DeploymentPaused"
RESUMED = "DeploymentResumed"
NEW_SET_CREATED = "NewReplicaSetCreated"
NEW_SET_FOUND = "FoundNewReplicaSet"
NEW_SET_AVAILABLE = "NewReplicaSetAvailable"
SET_UPDATED = "ReplicaSetUpdated"
SET_CREATE_ERROR = "ReplicaSetCreateError"
TIMED_OUT = "ProgressDeadlineExceeded"

NO_DEADLINE = 2**31 - 1
"""``progressDeadlineSeconds`` that stands for none."""


class Moment(NamedTuple):
    """The present: on the cluster's clock, as the API writes it, and how to read what the API wrote."""

    seconds: float
    text: str
    read: Callable[[str], float]


def find_condition(status: Object, condition_type: str) -> Object | None:
    """The condition of a type."""
    return next((one for one in status.get("conditions") or () if one["type"] == condition_type), None)


def with_condition(status: Object, condition: Object) -> Object:
    """The status with a condition, unless it says already so; the time of transition is kept where its status is."""
    present = find_condition(status, condition["type"])
    if present is not None and present["status"] == condition["status"]:
        if present.get("reason") == condition["reason"]:
            return status
        condition = {**condition, "lastTransitionTime": present["lastTransitionTime"]}
    others = [one for one in status.get("conditions") or () if one["type"] != condition["type"]]
    return {**status, "conditions": [*others, condition]}


def without_condition(status: Object, condition_type: str) -> Object:
    """The status without a condition."""
    if find_condition(status, condition_type) is None:
        return status
    return {**status, "conditions": [one for one in status["conditions"] if one["type"] != condition_type]}


def condition_of(condition_type: str, state: str, reason: str, message: str, now: str) -> Object:
    """A condition that became so now."""
    return {
        "type": condition_type,
        "status": state,
        "lastUpdateTime": now,
        "lastTransitionTime": now,
        "reason": reason,
        "message": message,
    }


def progressing(state: str, reason: str, message: str, now: str) -> Object:
    """A condition ``Progressing``."""
    return condition_of("Progressing", state, reason, message, now)


def deadline_seconds(deployment: Object) -> int | None:
    """How long a rollout may make no progress; None where it may forever."""
    seconds: int = deployment["spec"].get("progressDeadlineSeconds", 600)
    return None if seconds == NO_DEADLINE else seconds


def counted(deployment: Object, sets: Sequence[Object], new: Object | None, now: str) -> Object:
    """The status with its counts, and the condition ``Available``; other conditions stay."""
    before = deployment.get("status") or {}
    available = total_status(sets, "availableReplicas")
    counts = {
        "replicas": total_status(sets, "replicas"),
        "updatedReplicas": total_status([new] if new is not None else [], "replicas"),
        "readyReplicas": total_status(sets, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(total_replicas(sets) - available, 0),
    }
    status: Object = {
        "observedGeneration": deployment["metadata"].get("generation", 1),
        **{name: count for name, count in counts.items() if count},
        **_terminating(sets),
        **({"conditions": before["conditions"]} if before.get("conditions") else {}),
        **({"collisionCount": before["collisionCount"]} if before.get("collisionCount") else {}),
    }
    if available >= replicas_of(deployment) - fences(deployment).unavailable:
        reason, message, state = "MinimumReplicasAvailable", "Deployment has minimum availability.", "True"
    else:
        reason, message = "MinimumReplicasUnavailable", "Deployment does not have minimum availability."
        state = "False"
    return with_condition(status, condition_of("Available", state, reason, message, now))


def _terminating(sets: Sequence[Object]) -> Object:
    """How many pods are on their way out, where every set says so."""
    if not sets or not all("terminatingReplicas" in (one.get("status") or {}) for one in sets):
        return {}
    return {"terminatingReplicas": total_status(sets, "terminatingReplicas")}


def is_complete(deployment: Object, status: Object) -> bool:
    """Whether all pods are new and available, and no old one is left."""
    wanted = replicas_of(deployment)
    return all(
        status.get(name, 0) == wanted for name in ("updatedReplicas", "replicas", "availableReplicas")
    ) and status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 1)


def rolled(deployment: Object, sets: Sequence[Object], new: Object | None, now: Moment) -> Object:
    """The status during a rollout: counted, with ``Progressing`` and ``ReplicaFailure`` brought up to date."""
    status = counted(deployment, sets, new, now.text)
    current = find_condition(deployment.get("status") or {}, "Progressing")
    if deadline_seconds(deployment) is None:
        status = without_condition(status, "Progressing")
    elif not _was_complete(status, current):
        status = _with_progress(deployment, status, new, current, now)
    failure = _failure(sets, new)
    if failure is None:
        return without_condition(status, "ReplicaFailure")
    return with_condition(status, {"lastUpdateTime": failure["lastTransitionTime"], **failure})


def _was_complete(status: Object, current: Object | None) -> bool:
    """Whether the last rollout is over: then nothing is estimated until there is another."""
    everything_new = status.get("replicas", 0) == status.get("updatedReplicas", 0)
    return everything_new and current is not None and current["reason"] == NEW_SET_AVAILABLE


def _with_progress(
    deployment: Object, status: Object, new: Object | None, current: Object | None, now: Moment
) -> Object:
    kind, name = ("ReplicaSet", new["metadata"]["name"]) if new else ("Deployment", deployment["metadata"]["name"])
    who = f'{kind} "{name}"'
    if is_complete(deployment, status):
        message = f"{who} has successfully progressed."
        return with_condition(status, progressing("True", NEW_SET_AVAILABLE, message, now.text))
    if _has_progressed(deployment.get("status") or {}, status):
        condition = progressing("True", SET_UPDATED, f"{who} is progressing.", now.text)
        if current is not None and current["status"] == "True":
            condition["lastTransitionTime"] = current["lastTransitionTime"]
        return with_condition(without_condition(status, "Progressing"), condition)
    if _has_timed_out(deployment, current, now):
        message = f"{who} has timed out progressing."
        return with_condition(status, progressing("False", TIMED_OUT, message, now.text))
    return status


def _has_progressed(before: Object, status: Object) -> bool:
    def old_pods(one: Object) -> int:
        return int(one.get("replicas", 0) - one.get("updatedReplicas", 0))

    grown = any(
        status.get(name, 0) > before.get(name, 0) for name in ("updatedReplicas", "readyReplicas", "availableReplicas")
    )
    return grown or old_pods(status) < old_pods(before)


def _has_timed_out(deployment: Object, current: Object | None, now: Moment) -> bool:
    deadline = deadline_seconds(deployment)
    if deadline is None or current is None or current["reason"] == NEW_SET_AVAILABLE:
        return False
    if current["reason"] == TIMED_OUT:
        return True
    return now.read(current["lastUpdateTime"]) + deadline < now.seconds


def _failure(sets: Sequence[Object], new: Object | None) -> Object | None:
    """The condition of a set that could not make its pods; the new set's before any other's."""
    for one in [*([new] if new is not None else []), *sets]:
        found = find_condition(one.get("status") or {}, "ReplicaFailure")
        if found is not None:
            return found
    return None


def seconds_to_deadline(deployment: Object, status: Object, now: Moment) -> float | None:
    """When to look again whether the rollout has timed out; None where nothing is to be awaited."""
    current = find_condition(deployment.get("status") or {}, "Progressing")
    deadline = deadline_seconds(deployment)
    if deadline is None or current is None or current["reason"] == TIMED_OUT or is_complete(deployment, status):
        return None
    return max(now.read(current["lastUpdateTime"]) + deadline - now.seconds, 0.0) + 1.0
