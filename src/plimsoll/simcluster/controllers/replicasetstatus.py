"""A replica set's status, and which of its pods it can do without.

From pkg/controller/replicaset (replica_set_utils.go) and pkg/controller (ActivePodsWithRanks).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from heapq import nsmallest
from typing import TYPE_CHECKING

from plimsoll.simcluster.api import FINISHED_PHASES, creation_order, is_ready

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"


def least_useful(pods: Collection[Object], count: int) -> list[Object]:
    """The pods to delete first.

    Unbound before bound, pending before running, not ready before ready, the cheaper by annotation, then those that
    share their node with the most others of the set, then the youngest.
    """
    sharing = Counter(pod["spec"].get("nodeName") for pod in pods)

    def use(pod: Object) -> tuple[bool, bool, bool, int, int, int]:
        node = pod["spec"].get("nodeName")
        running = pod["status"].get("phase") == "Running"
        return node is not None, running, is_ready(pod), _cost(pod), -sharing[node], -creation_order(pod)

    return nsmallest(count, pods, key=use)


def _cost(pod: Object) -> int:
    text = (pod["metadata"].get("annotations") or {}).get(DELETION_COST, "0")
    return int(text) if text.lstrip("-").isdigit() else 0


def counted(generation: int, replicas: int, ready: int) -> Object:
    """The status as the API shows it: counts of zero are left out, but for ``replicas``."""
    counts = {
        "fullyLabeledReplicas": replicas,
        "readyReplicas": ready,
        "availableReplicas": ready,  # where minReadySeconds is not set
    }
    return {
        "replicas": replicas,
        **{name: count for name, count in counts.items() if count},
        "observedGeneration": generation,
    }


def detailed(
    replica_set: Object, pods: Iterable[Object], read: Callable[[str], float], now_seconds: float
) -> tuple[Object, float | None]:
    """The status with everything that the API shows, and in how many seconds another pod becomes available.

    ``pods`` are all that the set controls, also those on their way out.
    """
    wait_seconds = replica_set["spec"].get("minReadySeconds", 0)
    labels = ((replica_set["spec"]["template"].get("metadata") or {}).get("labels") or {}).items()
    replicas = labeled = ready = available = terminating = 0
    pause: float | None = None
    for pod in pods:
        if pod["status"].get("phase") in FINISHED_PHASES:
            continue
        if "deletionTimestamp" in pod["metadata"]:
            terminating += 1
            continue
        replicas += 1
        labeled += labels <= (pod["metadata"].get("labels") or {}).items()
        if not is_ready(pod):
            continue
        ready += 1
        left = seconds_to_available(pod, wait_seconds, read, now_seconds)
        available += left <= 0
        if left > 0:
            pause = left if pause is None else min(pause, left)
    counts = {"fullyLabeledReplicas": labeled, "readyReplicas": ready, "availableReplicas": available}
    conditions = (replica_set.get("status") or {}).get("conditions")
    status = {
        "replicas": replicas,
        **{name: count for name, count in counts.items() if count},
        "terminatingReplicas": terminating,
        "observedGeneration": replica_set["metadata"].get("generation", 1),
        **({"conditions": conditions} if conditions else {}),
    }
    return status, pause


def seconds_to_available(pod: Object, wait_seconds: int, read: Callable[[str], float], now_seconds: float) -> float:
    """How long a ready pod still has to be ready until it counts as available; nothing where it does."""
    if not wait_seconds:
        return 0.0
    since = next(one["lastTransitionTime"] for one in pod["status"]["conditions"] if one["type"] == "Ready")
    return read(since) + wait_seconds - now_seconds


def with_failure(status: Object, reason: str, message: str, now: str) -> Object:
    """The status with the condition that pods could not be created (``FailedCreate``) or deleted."""
    present = next((one for one in status.get("conditions") or () if one["type"] == "ReplicaFailure"), None)
    if present is not None:
        return status
    condition = {
        "type": "ReplicaFailure",
        "status": "True",
        "lastTransitionTime": now,
        "reason": reason,
        "message": message,
    }
    return {**status, "conditions": [*(status.get("conditions") or ()), condition]}


def without_failure(status: Object) -> Object:
    """The status once creating and deleting works again."""
    left = [one for one in status.get("conditions") or () if one["type"] != "ReplicaFailure"]
    rest = {key: part for key, part in status.items() if key != "conditions"}
    return {**rest, **({"conditions": left} if left else {})}
