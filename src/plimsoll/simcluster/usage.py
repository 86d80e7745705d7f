"""What simulated pods and nodes use, as ``metrics.k8s.io`` shows it: for `kubectl top`, and for autoscalers.

A pod says what it uses by KWOK's annotations (``kwok.x-k8s.io/usage-cpu``, ``usage-memory``), for all its containers
together. Where it says nothing a running container uses half of what it requests, and a little where it requests
nothing: assumptions, not a model of any program.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.kube.quantities import parse_cpu, parse_memory, parse_quantity
from plimsoll.simcluster.scheduling.resources import parse_amounts

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

CPU_ANNOTATION = "kwok.x-k8s.io/usage-cpu"
MEMORY_ANNOTATION = "kwok.x-k8s.io/usage-memory"
WINDOW = "10s"
"""The time over which the kubelet's figures are means."""

USED_SHARE = 0.5
IDLE_CPU_MILLICORES = 1
IDLE_MEMORY_BYTES = 8 * 1024 * 1024
SYSTEM_CPU_MILLICORES = 100
SYSTEM_MEMORY_BYTES = 512 * 1024 * 1024
"""What a node uses beside its pods."""

_NANO = 10**9
_KIBI = 1024


class Usage(NamedTuple):
    """CPU and memory in use."""

    cpu_millicores: float
    memory_bytes: int

    def document(self) -> Object:
        """As a ``ResourceList``, in the units that kubelets write."""
        return {
            "cpu": f"{round(self.cpu_millicores * _NANO / 1000)}n",
            "memory": f"{self.memory_bytes // _KIBI}Ki",
        }


def container_usage(pod: Object, container: Object) -> Usage:
    """What one container of a running pod uses."""
    annotations = pod["metadata"].get("annotations") or {}
    share = 1 / len(pod["spec"]["containers"])
    requests = parse_amounts((container.get("resources") or {}).get("requests"))
    cpu = requests.get("cpu", 0) * USED_SHARE or float(IDLE_CPU_MILLICORES)
    memory = int(requests.get("memory", 0) * USED_SHARE) or IDLE_MEMORY_BYTES
    if CPU_ANNOTATION in annotations:
        cpu = float(parse_quantity(annotations[CPU_ANNOTATION]) * 1000) * share
    if MEMORY_ANNOTATION in annotations:
        memory = int(parse_memory(annotations[MEMORY_ANNOTATION]) * share)
    return Usage(cpu, memory)


def pod_usage(pod: Object) -> Usage:
    """What a pod uses: nothing unless it runs."""
    if pod["status"].get("phase") != "Running":
        return Usage(0.0, 0)
    parts = [container_usage(pod, container) for container in pod["spec"]["containers"]]
    return Usage(sum(one.cpu_millicores for one in parts), sum(one.memory_bytes for one in parts))


def pod_metrics(pod: Object, now: str) -> Object | None:
    """A ``PodMetrics`` of metrics.k8s.io/v1beta1; None for a pod that does not run."""
    if pod["status"].get("phase") != "Running":
        return None
    metadata = pod["metadata"]
    labels = {"labels": metadata["labels"]} if metadata.get("labels") else {}
    return {
        "kind": "PodMetrics",
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": {
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "creationTimestamp": now,
            **labels,
        },
        "timestamp": now,
        "window": WINDOW,
        "containers": [
            {"name": container["name"], "usage": container_usage(pod, container).document()}
            for container in pod["spec"]["containers"]
        ],
    }


def node_usage(node: Object, pods: Iterable[Object]) -> Usage:
    """What a node uses: its ``pods`` and what the system takes, within its capacity."""
    parts = [pod_usage(pod) for pod in pods]
    capacity = (node.get("status") or {}).get("capacity") or {}
    cpu = SYSTEM_CPU_MILLICORES + sum(one.cpu_millicores for one in parts)
    memory = SYSTEM_MEMORY_BYTES + sum(one.memory_bytes for one in parts)
    if capacity:
        cpu = min(cpu, float(parse_cpu(capacity.get("cpu", "0"))))
        memory = min(memory, parse_memory(capacity.get("memory", "0")))
    return Usage(cpu, memory)


def node_metrics(node: Object, pods: Iterable[Object], now: str) -> Object:
    """A ``NodeMetrics`` of metrics.k8s.io/v1beta1."""
    metadata = node["metadata"]
    labels = {"labels": metadata["labels"]} if metadata.get("labels") else {}
    return {
        "kind": "NodeMetrics",
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": {"name": metadata["name"], "creationTimestamp": now, **labels},
        "timestamp": now,
        "window": WINDOW,
        "usage": node_usage(node, pods).document(),
    }
