"""The machines of a cluster, and the Node objects that stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from plimsoll.kube.quantities import format_cpu
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


KUBELET_PORT = 10250
EPHEMERAL_STORAGE = "100Gi"

_HEALTHY = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)
"""The conditions of a node that is well (pkg/kubelet/nodestatus/setters.go)."""


def healthy_conditions(now: str) -> list[Object]:
    """What a kubelet reports of a node that is well, since now."""
    return [
        {
            "type": kind,
            "status": state,
            "lastHeartbeatTime": now,
            "lastTransitionTime": now,
            "reason": reason,
            "message": message,
        }
        for kind, state, reason, message in _HEALTHY
    ]


def detailed(node: Object, version: str, now: str) -> Object:
    """The node with everything that its kubelet reports, for people to look at; what it says already stays."""
    metadata, status = node["metadata"], node.get("status") or {}
    name = metadata["name"]
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        **(metadata.get("labels") or {}),
    }
    return {
        **node,
        "metadata": {**metadata, "labels": labels},
        "spec": _with_pod_networks(node.get("spec") or {}),
        "status": {
            **status,
            "capacity": _resources(status.get("capacity") or {}),
            "allocatable": _resources(status.get("allocatable") or status.get("capacity") or {}),
            "conditions": healthy_conditions(now),
            "addresses": [*(status.get("addresses") or ()), {"type": "Hostname", "address": name}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": KUBELET_PORT}},
            "nodeInfo": _node_info(name, version),
        },
    }


def _with_pod_networks(spec: Object) -> Object:
    """The spec with its one network for pods in the list, too, that there is for several."""
    return {**spec, "podCIDRs": [spec["podCIDR"]]} if spec.get("podCIDR") else spec


def _resources(stated: Object) -> Object:
    """Resources as kubelets write them; those of a KWOK node where nothing is stated."""
    cpu, memory = str(stated.get("cpu", "32")), str(stated.get("memory", "256Gi"))
    if cpu.endswith("m"):
        cpu = format_cpu(int(cpu[:-1]))
    if memory.isdigit():
        memory = f"{int(memory) // 1024}Ki"
    rest = {"ephemeral-storage": EPHEMERAL_STORAGE, "hugepages-1Gi": "0", "hugepages-2Mi": "0", "pods": "110"}
    return {**rest, **stated, "cpu": cpu, "memory": memory}


def _node_info(name: str, version: str) -> Object:
    return {
        "machineID": f"plimsoll-{name}",
        "systemUUID": f"plimsoll-{name}",
        "bootID": f"plimsoll-{name}",
        "kernelVersion": "6.1.0-plimsoll",
        "osImage": "Plimsoll simulated node",
        "containerRuntimeVersion": "containerd://2.0.0",
        "kubeletVersion": version,
        "kubeProxyVersion": "",
        "operatingSystem": "linux",
        "architecture": "amd64",
    }
