"""How much memory a stored pod takes, at rest, in a whole simulated cluster.

Everything that the store's pods refer to is counted once and divided by the pods: what pods share with their template and
with one another costs each of them its part only, as in a run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from bench.figures import Figure
from plimsoll.kube.resources import DEPLOYMENTS, NAMESPACES, PODS, Object
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry

NODES = 100
PODS_PER_NODE = 100
REPLICAS = 50
SETTLING_SECONDS = 3600.0


def measure() -> Iterator[Figure]:
    """Fill a cluster with pods of deployments, wait until they run, and weigh them."""
    cluster = _filled_cluster()
    pods = list(cluster.store.collection(PODS))
    running = sum(pod["status"]["phase"] == "Running" for pod in pods)
    if running != NODES * PODS_PER_NODE:
        message = f"{running:,} of {NODES * PODS_PER_NODE:,} pods run after {SETTLING_SECONDS:,.0f} s"
        raise RuntimeError(message)
    yield Figure("objects: memory per stored pod", weigh(pods) / len(pods) / 1000, "KB", limit=2.5)


def _filled_cluster() -> SimulatedCluster:
    shapes = [NodeShape(f"worker-{n}", 32_000, 128 << 30, 10e9) for n in range(NODES)]
    cluster = assemble(load_profile("ideal"), shapes, 1, NullTelemetry())
    namespaces, deployments = cluster.store.collection(NAMESPACES), cluster.store.collection(DEPLOYMENTS)
    for number in range(NODES * PODS_PER_NODE // REPLICAS):
        name = f"bench-{number}"
        cluster.api.create(namespaces, "", {"metadata": {"name": name}})
        cluster.api.create(deployments, name, _deployment())
    cluster.kernel.run(SETTLING_SECONDS)
    return cluster


def _deployment() -> Object:
    labels = {"app": "pause"}
    container = {"name": "pause", "image": "pause", "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}}}
    return {
        "metadata": {"name": "pause", "labels": labels},
        "spec": {
            "replicas": REPLICAS,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def weigh(roots: Iterable[object]) -> int:
    """Return the bytes of everything that ``roots`` consist of, each object counted once."""
    seen: set[int] = set()
    waiting = list(roots)
    total = 0
    while waiting:
        value = waiting.pop()
        if id(value) not in seen:
            seen.add(id(value))
            total += sys.getsizeof(value)
            waiting += _parts(value)
    return total


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, (list, tuple)) else ()
