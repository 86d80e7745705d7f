"""Whether an object is what its spec asks for, as ``kubectl rollout status`` and ``kubectl wait`` would find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

CONDITIONS = {"Job": "Complete", "CustomResourceDefinition": "Established"}
"""The condition that means ready, of kinds for which that is another one than ``Ready``."""


def is_ready(value: Object) -> bool:
    """Workloads are ready when all of their replicas are of the present spec and available, others by a condition."""
    spec, status = value.get("spec") or {}, value.get("status") or {}
    kind = value["kind"]
    if kind in {"Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"}:
        wanted = spec.get("replicas", 1)
        counts = ["replicas", "readyReplicas", *(["updatedReplicas"] if kind in {"Deployment", "StatefulSet"} else [])]
        return _observed(value) and all(status.get(count, 0) == wanted for count in counts)
    if kind == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        counts = ["updatedNumberScheduled", "numberAvailable"]
        return _observed(value) and all(status.get(count, 0) == wanted for count in counts)
    if kind == "PersistentVolumeClaim":
        return bool(status.get("phase") == "Bound")
    condition = CONDITIONS.get(kind, "Ready")
    return any(
        entry.get("type") == condition and entry.get("status") == "True" for entry in status.get("conditions") or ()
    )


def _observed(value: Object) -> bool:
    """Whether the controller has seen the present spec."""
    generation = value["metadata"].get("generation", 0)
    return bool((value.get("status") or {}).get("observedGeneration", 0) >= generation)
