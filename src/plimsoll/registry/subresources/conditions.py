"""Conditions in a pod's status, as the API server itself writes them (pkg/api/pod/util.go, UpdatePodCondition)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object


def with_condition(status: Object, condition: Object, now: str) -> Object:
    """The status with a condition in place of the one of its type; its time changes with its truth only."""
    conditions = list(status.get("conditions") or ())
    for index, present in enumerate(conditions):
        if present["type"] == condition["type"]:
            same = present.get("status") == condition["status"]
            time = present.get("lastTransitionTime", now) if same else now
            conditions[index] = {"lastProbeTime": None, "lastTransitionTime": time, **condition}
            break
    else:
        conditions.append({"lastProbeTime": None, "lastTransitionTime": now, **condition})
    return {**status, "conditions": conditions}
