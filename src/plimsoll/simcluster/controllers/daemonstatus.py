"""A daemon set's status, and how much of it a rolling update may replace at a time (pkg/controller/daemon)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.simcluster.api import is_ready
from plimsoll.simcluster.controllers.daemonpods import REVISION_LABEL, Placement
from plimsoll.simcluster.controllers.intorpercent import scaled_value
from plimsoll.simcluster.controllers.replicasetstatus import seconds_to_available

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object


def limits_of(daemon_set: Object, wanted: int) -> tuple[int, int]:
    """How many pods there may be too many of, and how many unavailable; one of the two is not zero."""
    rolling = (daemon_set["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
    surge = scaled_value(rolling.get("maxSurge", 0), wanted, round_up=True)
    unavailable = scaled_value(rolling.get("maxUnavailable", 1), wanted, round_up=True)
    return surge, unavailable if surge or unavailable else 1


def is_available(daemon_set: Object, pod: Object, read: Callable[[str], float], now_seconds: float) -> bool:
    """Whether a pod is ready and has been for as long as the set asks."""
    wait_seconds = daemon_set["spec"].get("minReadySeconds", 0)
    return is_ready(pod) and seconds_to_available(pod, wait_seconds, read, now_seconds) <= 0


def status_of(
    daemon_set: Object, placement: Placement, suffix: str, read: Callable[[str], float], now_seconds: float
) -> tuple[Object, float | None]:
    """The status, and in how many seconds another pod becomes available."""
    wait_seconds = daemon_set["spec"].get("minReadySeconds", 0)
    scheduled = ready = available = updated = 0
    pauses = []
    for node in placement.wanted:
        pods = [pod for pod in placement.on.get(node, ()) if "deletionTimestamp" not in pod["metadata"]]
        if not pods:
            continue
        scheduled += 1
        oldest = pods[0]
        updated += (oldest["metadata"].get("labels") or {}).get(REVISION_LABEL) == suffix
        if is_ready(oldest):
            ready += 1
            left = seconds_to_available(oldest, wait_seconds, read, now_seconds)
            available += left <= 0
            pauses += [left] if left > 0 else []
    wanted = len(placement.wanted)
    counts = {
        "updatedNumberScheduled": updated,
        "numberAvailable": available,
        "numberUnavailable": wanted - available,
    }
    collisions = (daemon_set.get("status") or {}).get("collisionCount")
    status = {
        "currentNumberScheduled": scheduled,
        "numberMisscheduled": placement.misscheduled,
        "desiredNumberScheduled": wanted,
        "numberReady": ready,
        "observedGeneration": daemon_set["metadata"].get("generation", 1),
        **{name: count for name, count in counts.items() if count},
        **({"collisionCount": collisions} if collisions else {}),
    }
    return status, min(pauses, default=None)
