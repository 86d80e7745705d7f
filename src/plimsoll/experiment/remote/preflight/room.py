"""Whether the pods of a scenario have a place on the nodes there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from math import ceil
from typing import TYPE_CHECKING

from plimsoll.experiment.demand import Demand
from plimsoll.kube.quantities import parse_cpu, parse_memory
from plimsoll.kube.resources import PODS

if TYPE_CHECKING:
    from plimsoll.cluster.http.adapter import HttpCluster
    from plimsoll.experiment.remote.preflight.findings import Findings
    from plimsoll.kube.resources import Object
    from plimsoll.scenario.model import Scenario

_OVER = frozenset({"Succeeded", "Failed"})
_REMEDY = "Lower the load, add nodes, or write `cluster.allowOverload: true` to see what happens"
RESERVED_ADDRESSES = 2
"""Network and gateway of a node's range of pod addresses (CNI host-local)."""


@dataclass(slots=True)
class Room:
    """What is free for the run."""

    nodes: int = 0
    """Nodes that take pods."""
    pods: int = 0
    cpu_millicores: int = 0
    memory_bytes: int = 0
    largest_cpu_millicores: int = 0
    largest_memory_bytes: int = 0
    addresses: int | None = None
    """Addresses for pods, of the nodes that have a range of their own; None where none has."""
    running_pods: int = 0
    """Pods on those nodes now."""


async def measure_room(cluster: HttpCluster, nodes: Iterable[Object]) -> Room:
    """Add up the nodes that take pods, less what runs on them."""
    open_nodes = {node["metadata"]["name"]: node for node in nodes if takes_pods(node)}
    used = _used((await cluster.list(PODS)).items, open_nodes.keys())
    room = Room(nodes=len(open_nodes))
    for name, node in open_nodes.items():
        allocatable = node.get("status", {}).get("allocatable", {})
        cpu, memory = parse_cpu(allocatable.get("cpu", "0")), parse_memory(allocatable.get("memory", "0"))
        room.pods += max(0, int(allocatable.get("pods", 0)) - used[name]["pods"])
        room.cpu_millicores += max(0, cpu - used[name]["cpu"])
        room.memory_bytes += max(0, memory - used[name]["memory"])
        room.largest_cpu_millicores = max(room.largest_cpu_millicores, cpu)
        room.largest_memory_bytes = max(room.largest_memory_bytes, memory)
        room.running_pods += used[name]["pods"]
        addresses = _addresses(node)
        if addresses is not None:
            room.addresses = (room.addresses or 0) + max(0, addresses - used[name]["pods"])
    return room


def check_room(findings: Findings, scenario: Scenario, room: Room) -> None:
    """Compare with what the scenario asks for; only a warning where it says that it means to ask too much."""
    for what, problem in _shortages(Demand.of(scenario), room):
        if scenario.cluster.allow_overload:
            findings.warnings.append(f"{problem}, as the scenario allows")
        else:
            findings.problem(what, problem, _REMEDY)


def takes_pods(node: Object) -> bool:
    """Whether pods without tolerations are put on a node."""
    spec = node.get("spec", {})
    if spec.get("unschedulable"):
        return False
    return not any(taint.get("effect") in {"NoSchedule", "NoExecute"} for taint in spec.get("taints", ()))


def _shortages(demand: Demand, room: Room) -> Iterator[tuple[str, str]]:
    if demand.pods > room.pods:
        per_node = f", {ceil(demand.pods / room.nodes):,} for each of {room.nodes:,} nodes" if room.nodes else ""
        yield "pods", f"{demand.pods:,} pods are wanted{per_node}, and there is room for {room.pods:,}"
    if room.addresses is not None and demand.pods > room.addresses:
        yield "addresses", f"{demand.pods:,} pods are wanted, and the nodes have {room.addresses:,} addresses for them"
    for name, unit, wanted, largest, free, most in (
        ("cpu", "m", demand.cpu_millicores, demand.largest_cpu_millicores, room.cpu_millicores, room.largest_cpu_millicores),
        ("memory", " bytes", demand.memory_bytes, demand.largest_memory_bytes, room.memory_bytes, room.largest_memory_bytes),
    ):  # fmt: skip
        if wanted > free:
            yield name, f"the pods request {wanted:,}{unit} of {name}, and {free:,}{unit} are free"
        elif largest > most:
            yield name, f"a pod requests {largest:,}{unit} of {name}, and the largest node has {most:,}{unit}"


def _used(pods: Iterable[Object], nodes: Iterable[str]) -> dict[str, Counter[str]]:
    known = set(nodes)
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for pod in pods:
        node = pod.get("spec", {}).get("nodeName")
        if node not in known or pod.get("status", {}).get("phase") in _OVER:
            continue
        used[node]["pods"] += 1
        for container in pod["spec"].get("containers", ()):
            requests = container.get("resources", {}).get("requests") or {}
            used[node]["cpu"] += parse_cpu(requests.get("cpu", "0"))
            used[node]["memory"] += parse_memory(requests.get("memory", "0"))
    return used


def _addresses(node: Object) -> int | None:
    """How many IPv4 addresses for pods a node has; None where its network plugin does not say so here."""
    spec = node.get("spec", {})
    for cidr in spec.get("podCIDRs") or [spec.get("podCIDR") or ""]:
        if cidr and ":" not in cidr:
            return max(0, ip_network(cidr, strict=False).num_addresses - RESERVED_ADDRESSES)
    return None
