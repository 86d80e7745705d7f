"""A plausible run, written through the real writer: for tests of everything that reads an archive.

Two nodes and 200 pods of 20 namespaces. One node's kubelet is throttled, so that its pods are late; five pods never
become ready. The numbers are drawn from a fixed seed: the same arguments give the same archive.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from plimsoll.archive.directory import reserve_run
from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.writer import RunWriter
from plimsoll.histogram import bucket_of
from plimsoll.telemetry import Measure, Milestone, RequestRow

if TYPE_CHECKING:
    from pathlib import Path

STARTED = datetime(2026, 1, 5, 10, 15, tzinfo=UTC)
NODES = ("worker-0", "worker-1")
NAMESPACES = 20
PODS = 200
NEVER_READY = 5
JOB = "synthetic"

CREATING_SECONDS = (20.0, 60.0)
EXCHANGE_SECONDS = (120.0, 420.0)
DELETING_SECONDS = (420.0, 480.0)
END_SECONDS = 500.0
SAMPLE_SECONDS = 10.0

SCENARIO_NAME = "tests/synthetic"
SCENARIO = {
    "name": SCENARIO_NAME,
    "description": "Two nodes, 200 pods, one kubelet throttled.",
    "cluster": {"profile": "openshift-4.2", "nodes": len(NODES), "node": {"cpu": 8, "memory": "32Gi"}},
    "load": {
        "pace": {"objectsPerCall": 5, "parallelism": 2, "ratePerSecond": None, "burst": None},
        "jobs": [
            {
                "name": JOB,
                "namespaces": {"count": NAMESPACES, "prefix": "ns", "names": []},
                "objects": [
                    {
                        "kind": "Deployment",
                        "name": "server",
                        "count": 1,
                        "replicas": PODS // NAMESPACES,
                        "pod": {"role": "server"},
                    }
                ],
            }
        ],
        "delete": True,
    },
    "expect": ["podReady.p99 <= 5s", "pods.running == 100%"],
}
PROFILE = {
    "name": "openshift-4.2",
    "settings": {"kubelet.kubeAPIQPS": {"value": 5, "source": "Kubernetes 1.14 defaults", "status": "published"}},
}


@dataclass(frozen=True)
class _Pod:
    uid: str
    namespace: str
    name: str
    node: str
    created: float
    scheduled: float
    running: float
    ready: float | None
    deleted: float


def write_synthetic_run(runs_directory: Path, *, seed: int = 7, close: bool = True) -> Path:
    """Write the run and return its directory; ``close=False`` leaves it as a killed process would."""
    writer = RunWriter(
        reserve_run(runs_directory, SCENARIO_NAME, STARTED),
        scenario_name=SCENARIO_NAME,
        scenario=SCENARIO,
        profile_name="openshift-4.2",
        profile=PROFILE,
        seed=seed,
        started=STARTED,
    )
    pods = _pods(random.Random(seed))
    _write_phases(writer)
    for pod in pods:
        _write_pod(writer, pod)
    _write_samples(writer, pods)
    _write_requests(writer, random.Random(seed))
    _write_words(writer, pods)
    writer.flush()
    if close:
        writer.close(RunStatus.COMPLETE, virtual_seconds=END_SECONDS, wall_seconds=1.5)
    else:
        writer._lock.close()  # as the end of the process does
    return writer.directory


def _pods(chance: random.Random) -> list[_Pod]:
    return [_pod(number, chance) for number in range(PODS)]


def _pod(number: int, chance: random.Random) -> _Pod:
    begin, end = CREATING_SECONDS
    created = begin + (end - begin) * number / PODS
    scheduled = created + chance.uniform(0.02, 0.08)
    late = 25.0 * number / PODS if number % 2 else 0.0  # the second node's backlog grows
    running = scheduled + chance.uniform(1.5, 4.0) + late
    return _Pod(
        uid=f"00000000-0000-4000-8000-{number:012d}",
        namespace=f"ns-{number % NAMESPACES}",
        name=f"server-{number}",
        node=NODES[number % len(NODES)],
        created=created,
        scheduled=scheduled,
        running=running,
        ready=None if number >= PODS - NEVER_READY else running + chance.uniform(0.1, 0.5),
        deleted=DELETING_SECONDS[0] + chance.uniform(2.0, 50.0),
    )


def _write_phases(writer: RunWriter) -> None:
    writer.phase("Create namespaces", 0.0, 5.0)
    writer.phase("Create secrets", 5.0, 20.0)
    writer.phase("Create pods", *CREATING_SECONDS)
    writer.phase("Wait for pods to be ready", 60.0, 120.0)
    writer.phase("Exchange data", *EXCHANGE_SECONDS)
    writer.phase("Delete pods and namespaces", *DELETING_SECONDS)


def _write_pod(writer: RunWriter, pod: _Pod) -> None:
    writer.pod(pod.uid, pod.namespace, pod.name, JOB, pod.created)
    writer.pod_node(pod.uid, pod.node)
    moments = [
        (pod.created, Milestone.CREATED),
        (pod.scheduled, Milestone.SCHEDULED),
        (pod.scheduled + 0.01, Milestone.API_SCHEDULED),
        (pod.scheduled + 0.02, Milestone.KUBELET_SAW),
        (pod.running - 1.0, Milestone.VOLUMES_MOUNTED),
        (pod.running - 0.6, Milestone.SANDBOX_READY),
        (pod.running - 0.3, Milestone.CONTAINERS_STARTED),
        (pod.running - 0.2, Milestone.KUBELET_RUNNING),
        (pod.running, Milestone.API_RUNNING),
        (DELETING_SECONDS[0], Milestone.DELETION_REQUESTED),
        (pod.deleted, Milestone.DELETED),
    ]
    if pod.ready is not None:
        moments += [(pod.ready - 0.1, Milestone.KUBELET_READY), (pod.ready, Milestone.API_READY)]
    for seconds, milestone in moments:
        writer.milestone(seconds, pod.uid, milestone)


def _write_samples(writer: RunWriter, pods: list[_Pod]) -> None:
    for tick in range(int(END_SECONDS / SAMPLE_SECONDS) + 1):
        now = tick * SAMPLE_SECONDS
        alive = [pod for pod in pods if pod.created <= now < pod.deleted]
        terminating = len(alive) if now >= DELETING_SECONDS[0] else 0
        states = {
            "pods.pending": sum(now < pod.scheduled for pod in alive),
            "pods.containerCreating": sum(pod.scheduled <= now < pod.running for pod in alive),
            "pods.running": sum(pod.running <= now for pod in alive) - terminating,
            "pods.terminating": terminating,
            "namespaces.active": NAMESPACES if 5 <= now < DELETING_SECONDS[0] else 0,
            "nodes.ready": len(NODES),
            "nodes.notReady": 0,
            "scheduler.queue": sum(now < pod.scheduled for pod in alive),
            "apiserver.utilization": 0.4 if now < CREATING_SECONDS[1] else 0.05,
        }
        for series, value in states.items():
            writer.sample(now, series, "", value)
        _write_node_samples(writer, now, alive)


def _write_node_samples(writer: RunWriter, now: float, alive: list[_Pod]) -> None:
    exchanging = EXCHANGE_SECONDS[0] <= now < EXCHANGE_SECONDS[1]
    for node in NODES:
        here = [pod for pod in alive if pod.node == node]
        throttled = node == NODES[1] and any(now < pod.running for pod in here)
        writer.sample(now, "kubelet.pods", node, len(here))
        writer.sample(now, "kubelet.throttleSeconds", node, 12.5 if throttled else 0.0)
        writer.sample(now, "kubelet.statusQueue", node, sum(now < pod.running for pod in here))
        rate = 720e6 if exchanging else 0.0
        writer.sample(now, "network.sendBitsPerSecond", node, rate)
        writer.sample(now, "network.receiveBitsPerSecond", node, rate)
    for kind, depth in (("readonly", 3), ("mutating", 1)):
        writer.sample(now, "apiserver.inflight", kind, depth)
    writer.sample(now, "controller.queue", "replicaset", 0)
    writer.sample(now, "exchange.activeFlows", "", len(alive) if exchanging else 0)


def _write_requests(writer: RunWriter, chance: random.Random) -> None:
    for tick in range(int(END_SECONDS / SAMPLE_SECONDS)):
        window = tick * SAMPLE_SECONDS
        busy = window < EXCHANGE_SECONDS[0]
        rows = [
            _requests(window, "kubelet", "GET", "secrets", 200, 100 if busy else 5, chance.uniform(0.002, 0.01)),
            _requests(window, "kubelet", "PATCH", "pods/status", 200, 40 if busy else 1, chance.uniform(0.004, 0.02)),
            _requests(window, "scheduler", "POST", "bindings", 201, 50 if busy else 0, chance.uniform(0.003, 0.01)),
            _requests(window, "driver", "POST", "pods", 201, 50 if busy else 0, chance.uniform(0.005, 0.03)),
            _requests(window, "driver", "POST", "pods", 429, 2 if busy else 0, 0.001),
        ]
        if busy:
            wait = 0.2 + window / 4
            rows.append(_requests(window, "kubelet", "GET", "secrets", 200, 90, wait, "throttle"))
        writer.requests(row for row in rows if row.count)


def _requests(
    window: float,
    client: str,
    verb: str,
    resource: str,
    code: int,
    count: int,
    seconds: float,
    measure: Measure = "latency",
) -> RequestRow:
    return RequestRow(
        window, SAMPLE_SECONDS, client, verb, resource, code, measure, bucket_of(seconds), count, count * seconds
    )


def _write_words(writer: RunWriter, pods: list[_Pod]) -> None:
    for pod in pods:
        message = f"Successfully assigned {pod.namespace}/{pod.name} to {pod.node}"
        writer.event(pod.scheduled, "Normal", "Scheduled", "Pod", pod.namespace, pod.name, "default-scheduler", message)
    for pod in pods[-NEVER_READY:]:
        writer.event(
            pod.running + 30,
            "Warning",
            "Unhealthy",
            "Pod",
            pod.namespace,
            pod.name,
            f"kubelet, {pod.node}",
            "Readiness probe failed: <no answer & no route>",
            count=9,
        )
    for second in range(20, 110, 10):
        writer.log(second, "kubelet", NODES[1], 4, f"Throttling request took {second / 4:.3f}s, request: GET:secrets")
