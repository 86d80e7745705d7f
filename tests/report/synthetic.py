"""A run that never happened, shaped like the article's: an archive to test reports on, of any size."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plimsoll import histogram
from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.archive.writer import RunWriter
from plimsoll.telemetry import Milestone, RequestRow, Telemetry

INTERVAL_SECONDS = 10.0


@dataclass(frozen=True)
class Shape:
    """What the run looks like. Times are seconds of its clock."""

    nodes: int = 4
    namespaces: int = 40
    pods_per_namespace: int = 10
    """The first of them is the server, the others are its clients."""
    secrets_seconds: float = 60.0
    deployments_seconds: float = 120.0
    exchange_seconds: float = 600.0
    delete_seconds: float = 60.0
    stay_seconds: float = 10.0
    """From the kubelet's first sight of a pod to Running in the API."""
    never_running: int = 0
    throttle_seconds: float = 0.0
    name: str = "openshift/500-pods-per-node"
    pod_name: str = "client-{}"
    expect: tuple[str, ...] = ("podReady.p99 <= 30s", "pods.running == 100%", "throttle.kubelet.max <= 1s")
    status: RunStatus = RunStatus.COMPLETE
    seed: int = 7

    @property
    def pods(self) -> int:
        return self.namespaces * self.pods_per_namespace

    @property
    def phases(self) -> Iterator[tuple[str, float, float]]:
        start = 0.0
        for name, seconds in (
            ("Create namespaces", self.secrets_seconds / 10),
            ("Create secrets", self.secrets_seconds),
            ("Create deployments", self.deployments_seconds),
            ("Wait for pods", 3 * self.stay_seconds),
            ("Exchange data", self.exchange_seconds),
            ("Delete pods and namespaces", self.delete_seconds),
        ):
            yield name, start, start + seconds
            start += seconds


ARTICLE = Shape(
    nodes=100,
    namespaces=5000,
    secrets_seconds=2580.0,
    deployments_seconds=2040.0,
    exchange_seconds=28800.0,
    delete_seconds=1740.0,
)


def write_run(runs_directory: Path, shape: Shape, run: str = "synthetic") -> RunArchive:
    """Write the archive of a run of this shape and open it."""
    directory = runs_directory / run
    directory.mkdir(parents=True)
    writer = RunWriter(
        directory,
        scenario_name=shape.name,
        scenario=_scenario(shape),
        profile_name="openshift-4.3",
        profile=_PROFILE,
        seed=shape.seed,
        started=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    )
    phases = {name: (start, end) for name, start, end in shape.phases}
    _pods(writer, shape, phases)
    _cluster(writer, shape, phases)
    for name, (start, end) in phases.items():
        writer.phase(name, start, end)
    if shape.status is not RunStatus.RUNNING:
        end = phases["Delete pods and namespaces"][1]
        writer.close(shape.status, virtual_seconds=end + INTERVAL_SECONDS, wall_seconds=14.2)
    return RunArchive.open(directory)


def _pods(telemetry: Telemetry, shape: Shape, phases: Mapping[str, tuple[float, float]]) -> None:
    chance = random.Random(shape.seed)
    begin, end = phases["Create deployments"]
    delete_begin, delete_end = phases["Delete pods and namespaces"]
    for number in range(shape.pods):
        uid = f"uid-{number}"
        created = begin + (end - begin) * number / shape.pods
        namespace = f"clusterbuster-{number // shape.pods_per_namespace}"
        telemetry.pod(uid, namespace, shape.pod_name.format(number), "buster", created)
        telemetry.pod_node(uid, f"worker-{number % shape.nodes}")
        runs = number >= shape.never_running
        for seconds, milestone in _life(created, shape.stay_seconds, chance, runs=runs):
            telemetry.milestone(seconds, uid, milestone)
        deleted = delete_begin + (delete_end - delete_begin) * number / shape.pods
        telemetry.milestone(deleted, uid, Milestone.DELETION_REQUESTED)
        telemetry.milestone(deleted + chance.uniform(2, 5), uid, Milestone.DELETED)


def _life(created: float, stay: float, chance: random.Random, *, runs: bool) -> Iterator[tuple[float, Milestone]]:
    """A pod's milestones up to Ready; ``stay`` is the mean from the kubelet's first sight to Running in the API."""
    scheduled = created + chance.expovariate(50)
    saw = scheduled + 0.05
    yield scheduled, Milestone.SCHEDULED
    yield scheduled + 0.01, Milestone.API_SCHEDULED
    yield saw, Milestone.KUBELET_SAW
    if not runs:
        return
    took = stay * (0.4 + chance.expovariate(1 / 0.6))
    for share, milestone in (
        (0.3, Milestone.VOLUMES_MOUNTED),
        (0.5, Milestone.SANDBOX_READY),
        (0.7, Milestone.CONTAINERS_STARTED),
        (0.8, Milestone.KUBELET_RUNNING),
        (0.85, Milestone.KUBELET_READY),
        (1.0, Milestone.API_RUNNING),
        (1.02, Milestone.API_READY),
    ):
        yield saw + share * took, milestone


def _cluster(telemetry: Telemetry, shape: Shape, phases: Mapping[str, tuple[float, float]]) -> None:
    chance = random.Random(shape.seed + 1)
    end = phases["Delete pods and namespaces"][1]
    for step in range(int(end / INTERVAL_SECONDS) + 1):
        seconds = step * INTERVAL_SECONDS
        phase = next((name for name, (start, stop) in phases.items() if start <= seconds < stop), "")
        for state, number in _states(shape, phases, seconds).items():
            telemetry.sample(seconds, f"pods.{state}", "", number)
        _nodes(telemetry, shape, seconds, phase, chance)
        telemetry.requests(_requests(shape, seconds, phase))


def _states(shape: Shape, phases: Mapping[str, tuple[float, float]], seconds: float) -> dict[str, float]:
    def share_of(phase: str, delay: float = 0.0) -> float:
        start, stop = phases[phase]
        return min(1.0, max(0.0, (seconds - delay - start) / (stop - start)))

    seen, ran = share_of("Create deployments"), share_of("Create deployments", shape.stay_seconds)
    deleted, gone = share_of("Delete pods and namespaces"), share_of("Delete pods and namespaces", 3.5)
    never = min(shape.never_running, round(shape.pods * seen))
    running = max(0, round(shape.pods * (ran - deleted)) - never)
    return {
        "pending": float(round(2 * (0 < seen < 1))),
        "containerCreating": round(shape.pods * (seen - ran)) + (never if not deleted else 0),
        "running": running,
        "completed": 0.0,
        "terminating": round(shape.pods * (deleted - gone)),
        "error": 0.0,
        "failed": 0.0,
    }


def _nodes(telemetry: Telemetry, shape: Shape, seconds: float, phase: str, chance: random.Random) -> None:
    clients = shape.namespaces * (shape.pods_per_namespace - 1)
    fair = 2 * 8 * 100_000 * clients / shape.nodes if phase == "Exchange data" else 0.0
    throttle = shape.throttle_seconds if phase == "Create deployments" else 0.0
    for node in range(shape.nodes):
        lean = 0.94 + 0.1 * (node * 37 % shape.nodes) / shape.nodes
        telemetry.sample(seconds, "network.sendBitsPerSecond", f"worker-{node}", fair * lean * chance.uniform(0.99, 1))
        telemetry.sample(seconds, "network.receiveBitsPerSecond", f"worker-{node}", fair * lean)
        telemetry.sample(seconds, "kubelet.throttleSeconds", f"worker-{node}", throttle * chance.random())


_BUSY = {"Create namespaces": 1, "Create secrets": 1, "Create deployments": 4, "Delete pods and namespaces": 3}
_KINDS = (
    ("driver", "create", "secrets", 19.0, 0.012),
    ("kubelet", "get", "secrets", 60.0, 0.004),
    ("kubelet", "patch", "pods", 50.0, 0.009),
    ("kubelet-events", "create", "events", 40.0, 0.006),
    ("kubelet-heartbeat", "update", "leases", 10.0, 0.003),
    ("scheduler", "create", "pods/binding", 25.0, 0.007),
    ("replicaset-controller", "create", "pods", 25.0, 0.011),
    ("namespace-controller", "deletecollection", "pods", 5.0, 0.05),
)


def _requests(shape: Shape, seconds: float, phase: str) -> Iterator[RequestRow]:
    busy = _BUSY.get(phase, 0)
    for client, verb, resource, rate, typical in _KINDS:
        steady = client == "kubelet-heartbeat"
        count = round((rate if steady else rate * busy / 4) * INTERVAL_SECONDS)
        for spread, part in ((0.7, 0.5), (1.0, 0.4), (3.0, 0.1)):
            if number := math.floor(count * part):
                took = typical * spread * (1 + busy / 4)
                yield _row(seconds, (client, verb, resource), "latency", took, number)
        if client == "kubelet" and phase == "Create deployments" and shape.throttle_seconds:
            yield _row(seconds, (client, verb, resource), "throttle", shape.throttle_seconds, max(1, count // 10))


def _row(seconds: float, kind: tuple[str, str, str], measure: Any, took: float, count: int) -> RequestRow:
    bucket = histogram.bucket_of(took)
    return RequestRow(seconds, INTERVAL_SECONDS, *kind, 200, measure, bucket, count, took * count)


_PROFILE = {
    "name": "openshift-4.3",
    "description": "OpenShift 4.3 as the article ran it",
    "constants": [
        {"name": "kubelet.kubeAPIQPS", "value": 50, "unit": "1/s", "status": "published", "source": "release notes"},
        {"name": "kubelet.kubeAPIBurst", "value": 100, "unit": "", "status": "source", "source": "kubelet types.go"},
        {"name": "runtime.sandboxSeconds", "value": 1.2, "unit": "s", "status": "calibrated", "source": "calibration"},
        {"name": "apiserver.cores", "value": 16, "unit": "", "status": "guessed", "source": "size of a large master"},
    ],
}


def _scenario(shape: Shape) -> dict[str, Any]:
    objects = [
        {"kind": "Secret", "name": "secret", "count": 10, "dataBytes": 64},
        {"kind": "Service", "name": "server"},
        {"kind": "Deployment", "name": "server", "count": None, "replicas": 1, "pod": {"role": "server"}},
        {
            "kind": "Deployment",
            "name": "client",
            "count": None,
            "replicas": shape.pods_per_namespace - 1,
            "pod": {"role": "client", "server": "server"},
        },
    ]
    job = {
        "name": "buster",
        "namespaces": {"count": shape.namespaces, "prefix": "clusterbuster", "names": []},
        "objects": objects,
        "alongside": [],
        "exchange": {"bytesPerSecond": 100_000, "seconds": shape.exchange_seconds},
    }
    return {
        "name": shape.name,
        "description": "100 nodes, 500 pods on each: 5,000 namespaces of a server and nine clients.",
        "cluster": {"profile": "openshift-4.3", "nodes": shape.nodes, "settings": {"kubelet.maxPods": 520}},
        "load": {"jobs": [job], "order": "byKind"},
        "expect": list(shape.expect),
        "measure": {"interval": INTERVAL_SECONDS},
    }
