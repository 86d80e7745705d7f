"""What a pod asks of a node's resources, whether it gets it, and the two scores that come of it.

Amounts are integers: millicores of CPU, and whole units (bytes, pieces) of everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from plimsoll.kube.quantities import parse_cpu, parse_memory

MAX_NODE_SCORE = 100
UNSTATED_CPU_MILLICORES = 100
UNSTATED_MEMORY_BYTES = 200 * 1024 * 1024
"""What scoring assumes of a container that requests nothing (``pkg/scheduler/util/pod_resources.go``)."""

HOST_PORT = "host-port/"
"""What the names of ports of the node begin with where they stand among resources."""

Amounts: TypeAlias = Mapping[str, int]
_UNSTATED: Amounts = {"cpu": UNSTATED_CPU_MILLICORES, "memory": UNSTATED_MEMORY_BYTES}


@dataclass(frozen=True, slots=True)
class ResourceRequests:
    """A pod's requests; ``scored_*`` have the assumed amounts in place of what containers left unstated."""

    cpu_millicores: int
    memory_bytes: int
    other: tuple[tuple[str, int], ...]
    scored_cpu_millicores: int
    scored_memory_bytes: int

    @property
    def best_effort(self) -> bool:
        """Whether neither CPU nor memory is requested."""
        return not self.cpu_millicores and not self.memory_bytes


def parse_amounts(resources: Mapping[str, Any] | None) -> dict[str, int]:
    """Parse a ``ResourceList``."""
    return {
        name: parse_cpu(amount) if name == "cpu" else parse_memory(amount) for name, amount in (resources or {}).items()
    }


def parse_requests(spec: Mapping[str, Any]) -> ResourceRequests:
    """Sum a pod's requests as the scheduler does (``k8s.io/component-helpers/resource``)."""
    stated = _pod_requests(spec, {})
    scored = _pod_requests(spec, _UNSTATED)
    cpu, memory = stated.pop("cpu", 0), stated.pop("memory", 0)
    other = tuple(sorted([*((name, amount) for name, amount in stated.items() if amount), *_host_ports(spec)]))
    return ResourceRequests(cpu, memory, other, scored["cpu"], scored["memory"])


def _host_ports(spec: Mapping[str, Any]) -> set[tuple[str, int]]:
    """The ports of the node that a pod takes, each as a resource of which every node has one."""
    ports = (port for container in spec["containers"] for port in container.get("ports") or ())
    return {
        (f"{HOST_PORT}{port.get('protocol', 'TCP')}/{port['hostPort']}", 1) for port in ports if port.get("hostPort")
    }


def _pod_requests(spec: Mapping[str, Any], unstated: Amounts) -> dict[str, int]:
    """What the pod's busiest moment needs: its containers together, or one init container beside earlier sidecars."""
    running: dict[str, int] = {}
    starting: list[dict[str, int]] = []
    for container in spec.get("initContainers") or ():
        requests = _container_requests(container, unstated)
        starting.append(_sum(running, requests))
        if container.get("restartPolicy") == "Always":
            running = starting[-1]
    for container in spec["containers"]:
        running = _sum(running, _container_requests(container, unstated))
    for moment in starting:
        running = {name: max(running.get(name, 0), moment.get(name, 0)) for name in running | moment}
    overhead = spec.get("overhead")
    return _sum(running, parse_amounts(overhead)) if overhead else running


def _container_requests(container: Mapping[str, Any], unstated: Amounts) -> Amounts:
    resources = container.get("resources")
    if not resources:
        return unstated
    # The API server fills in a missing request from the limit.
    stated = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    return {**unstated, **parse_amounts(stated)}


def _sum(one: Amounts, other: Amounts) -> dict[str, int]:
    total = dict(one)
    for name, amount in other.items():
        total[name] = total.get(name, 0) + amount
    return total


def least_allocated_score(requested: tuple[int, int], allocatable: tuple[int, int]) -> int:
    """``NodeResourcesFit``, strategy LeastAllocated: the mean free share of CPU and memory, 0 to 100."""
    scores = [
        (capacity - amount) * MAX_NODE_SCORE // capacity if amount <= capacity else 0
        for amount, capacity in zip(requested, allocatable, strict=True)
        if capacity
    ]
    return sum(scores) // len(scores) if scores else 0


def balanced_allocation_score(requested: tuple[int, int], allocatable: tuple[int, int]) -> int:
    """``NodeResourcesBalancedAllocation``: 100 where CPU and memory are used alike, less by their deviation."""
    (cpu, memory), (cpu_capacity, memory_capacity) = requested, allocatable
    if not cpu_capacity or not memory_capacity:
        return MAX_NODE_SCORE
    deviation = abs((min(cpu / cpu_capacity, 1.0) - min(memory / memory_capacity, 1.0)) / 2)
    return int((1 - deviation) * MAX_NODE_SCORE)
