"""A stateful set's status (pkg/controller/statefulset, updateStatus and completeRollingUpdate)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from plimsoll.simcluster.controllers.replicasetstatus import seconds_to_available
from plimsoll.simcluster.controllers.statefulpods import REVISION_LABEL, is_ended, is_going, is_healthy

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object


def status_of(
    stateful_set: Object,
    pods: Sequence[Object],
    current: Object,
    update: Object,
    read: Callable[[str], float],
    now_seconds: float,
) -> tuple[Object, float | None]:
    """The status, and in how many seconds another pod becomes available."""
    before = stateful_set.get("status") or {}
    wait_seconds = stateful_set["spec"].get("minReadySeconds", 0)
    ready = [pod for pod in pods if is_healthy(pod)]
    pauses = [seconds_to_available(pod, wait_seconds, read, now_seconds) for pod in ready]
    old_name, new_name = current["metadata"]["name"], update["metadata"]["name"]
    there = [pod for pod in pods if not is_going(pod) and not is_ended(pod)]
    updated = sum(_revision(pod) == new_name for pod in there)
    status = {
        "observedGeneration": stateful_set["metadata"].get("generation", 1),
        "replicas": len([pod for pod in pods if not is_ended(pod)]),
        "readyReplicas": len(ready),
        "currentReplicas": sum(_revision(pod) == old_name for pod in there),
        "updatedReplicas": updated,
        "currentRevision": old_name,
        "updateRevision": new_name,
        "collisionCount": before.get("collisionCount", 0),
        "availableReplicas": sum(pause <= 0 for pause in pauses),
    }
    strategy = (stateful_set["spec"].get("updateStrategy") or {}).get("type", "RollingUpdate")
    if strategy == "RollingUpdate" and updated == status["replicas"] == status["readyReplicas"]:
        status["currentReplicas"] = updated
        status["currentRevision"] = new_name
    counts = ("readyReplicas", "currentReplicas", "updatedReplicas")
    shown = {name: value for name, value in status.items() if value or name not in counts}
    return shown, min((pause for pause in pauses if pause > 0), default=None)


def _revision(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get(REVISION_LABEL, ""))
