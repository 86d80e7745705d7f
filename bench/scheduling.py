"""CPU of one scheduling decision, by size of cluster and by what the pods ask for.

Each row fills a cluster with pods, one decision after the other, each counted on the node it got. Shown are medians of
CPU time over blocks of decisions: at the start, and once the cluster is full of pods, where a scheduler that looks at
pods would have slowed down.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from time import process_time
from typing import Any

from bench.figures import Figure
from plimsoll.simcluster.scheduling import ClusterView

HOSTNAME = "kubernetes.io/hostname"
BLOCK = 250
"""Decisions timed together: one alone is shorter than the clock's resolution."""

Object = dict[str, Any]


@dataclass(frozen=True)
class Workload:
    """Pods of so many controllers in turn, on so many nodes; ``kind`` says what their template asks for.

    ``limit`` is what a decision may cost, in microseconds, and counting its outcome with it.
    """

    kind: str
    nodes: int
    pods: int
    controllers: int
    limit: float | None = None


WORKLOADS = (
    Workload("bare pods", 100, 20_000, 1, limit=60),
    Workload("bare pods", 900, 20_000, 1, limit=60),
    Workload("bare pods", 5000, 30_000, 1, limit=60),
    Workload("one ReplicaSet", 5000, 30_000, 1),
    Workload("many ReplicaSets", 100, 20_000, 2000),
    Workload("many ReplicaSets", 5000, 30_000, 1000),
    Workload("required anti-affinity", 900, 4500, 5, limit=300),
    Workload("hard topology spread", 900, 9000, 5),
)


def node(name: str) -> Object:
    """A worker as in the OpenShift article."""
    allocatable = {"cpu": "8", "memory": "32Gi", "pods": "520"}
    return {"metadata": {"name": name, "labels": {HOSTNAME: name}}, "spec": {}, "status": {"allocatable": allocatable}}


def template(kind: str, labels: dict[str, str]) -> Object:
    """The pod spec of one controller."""
    spec: Object = {"containers": [{"name": "main", "image": "pause"}]}
    selector = {"labelSelector": {"matchLabels": labels}, "topologyKey": HOSTNAME}
    if kind == "required anti-affinity":
        required = {"requiredDuringSchedulingIgnoredDuringExecution": [selector]}
        spec["affinity"] = {"podAntiAffinity": required}
    if kind == "hard topology spread":
        spec["topologySpreadConstraints"] = [{**selector, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}]
    return spec


def pods(workload: Workload) -> Iterator[Object]:
    """The pods of a workload, one of each controller in turn."""
    names = [f"app-{number}" for number in range(workload.controllers)]
    specs = [template(workload.kind, {"app": name}) for name in names]
    for number in range(workload.pods):
        name, spec = names[number % len(names)], specs[number % len(names)]
        metadata: Object = {"name": f"pod-{number}", "uid": f"{number}", "namespace": name, "labels": {"app": name}}
        if workload.kind != "bare pods":
            metadata["ownerReferences"] = [{"kind": "ReplicaSet", "name": name, "uid": name, "controller": True}]
        yield {"metadata": metadata, "spec": spec}


def microseconds_per_pod(workload: Workload) -> list[float]:
    """CPU microseconds of placing and counting a pod, for each block of pods."""
    view = ClusterView([node(f"node-{number}") for number in range(workload.nodes)], Random(1))
    figures: list[float] = []
    gc.collect()
    block: list[Object] = []
    for pod in pods(workload):
        block.append(pod)
        if len(block) == BLOCK:
            figures.append(_time_block(view, block))
            block = []
    return figures


def _time_block(view: ClusterView, block: list[Object]) -> float:
    started = process_time()
    for pod in block:
        placement = view.place(pod)
        if placement.node_name is None:
            raise SystemExit(f"a pod was not placed: {dict(placement.reasons)}")
        view.add_pod(pod, placement.node_name)
    return (process_time() - started) / len(block) * 1e6


def measure() -> list[Figure]:
    """Two figures for each workload: decisions in an empty cluster, and in one that has all but the last pods."""
    figures: list[Figure] = []
    for workload in WORKLOADS:
        blocks = microseconds_per_pod(workload)
        tenth = max(1, len(blocks) // 10)
        name = f"scheduling: {workload.kind}, {workload.nodes:,} nodes"
        figures += [
            Figure(f"{name}, empty", statistics.median(blocks[:tenth]), "µs", limit=workload.limit),
            Figure(f"{name}, {workload.pods:,} pods", statistics.median(blocks[-tenth:]), "µs", limit=workload.limit),
        ]
    return figures


if __name__ == "__main__":
    for figure in measure():
        print(f"{figure.name:60}{figure.value:8.1f} {figure.unit}")
