"""The machines of a cluster, and the Node objects that stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from plimsoll.kube.resources import NODES, Object

WORKER_LABEL = "node-role.kubernetes.io/worker"


@dataclass(frozen=True, slots=True)
class NodeShape:
    """One machine."""

    name: str
    cpu_millicores: int
    memory_bytes: int
    network_bits_per_second: float
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Mapping[str, Any], ...] = ()


def node_object(shape: NodeShape, *, pods: int, address: str, pod_cidr: str, created: str) -> Object:
    """The Node as its kubelet registers it; ``pods`` are the places left beside the platform's own pods."""
    resources = {"cpu": f"{shape.cpu_millicores}m", "memory": str(shape.memory_bytes), "pods": str(pods)}
    return {
        "apiVersion": NODES.api_version,
        "kind": NODES.kind,
        "metadata": {
            "name": shape.name,
            "uid": f"node-{shape.name}",
            "creationTimestamp": created,
            "labels": {
                "kubernetes.io/hostname": shape.name,
                "kubernetes.io/os": "linux",
                WORKER_LABEL: "",
                **shape.labels,
            },
        },
        "spec": {"podCIDR": pod_cidr, "taints": [dict(taint) for taint in shape.taints]},
        "status": {
            "capacity": resources,
            "allocatable": resources,
            "addresses": [{"type": "InternalIP", "address": address}],
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": created}],
        },
    }
