"""Whole runs as a user starts them: simulation, archive, summary and report, in a process each."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.process import Usage, plimsoll

GIB = 1024**3

PAUSE_PODS = """\
name: bench/{nodes}-nodes-{pods_per_node}-pods-each
cluster:
  profile: ideal
  nodes: {nodes}
  settings: {{kubelet.maxPods: {max_pods}}}
load:
  pace: {{objectsPerCall: 5, parallelism: 2}}
  jobs:
  - name: fill
    namespaces: {namespaces}
    objects:
    - {{kind: Deployment, name: pause, replicas: {replicas}, pod: {{role: pause}}}}
    wait: {{for: ready, timeout: 4h}}
  delete: true
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A cluster filled evenly with pause pods, fifty to a deployment and a namespace."""

    nodes: int
    pods_per_node: int

    @property
    def pods(self) -> int:
        """How many pods the whole cluster gets."""
        return self.nodes * self.pods_per_node

    @property
    def label(self) -> str:
        """What a reader sees."""
        return f"{self.nodes:,} nodes x {self.pods_per_node} pods, ideal profile"

    def scenario(self) -> str:
        """Return the scenario as YAML."""
        replicas = 50
        return PAUSE_PODS.format(
            nodes=self.nodes,
            pods_per_node=self.pods_per_node,
            max_pods=max(110, self.pods_per_node * 2),
            namespaces=self.pods // replicas,
            replicas=replicas,
        )


SMALL = Shape(nodes=900, pods_per_node=5)
TENTH = Shape(nodes=500, pods_per_node=30)
LARGE = Shape(nodes=5000, pods_per_node=30)


def measure() -> Iterator[Figure]:
    """Run the main scenario, then the even fillings of three sizes."""
    yield from _main_scenario()
    small = _fill(SMALL)
    yield Figure(f"{SMALL.label}: wall time", small.wall_seconds, "s", limit=5)
    tenth = _fill(TENTH)
    yield Figure(f"{TENTH.label}: wall time", tenth.wall_seconds, "s")
    yield Figure(f"{TENTH.label}: peak memory", tenth.peak_bytes / GIB, "GiB")
    large = _fill(LARGE)
    yield Figure(f"{LARGE.label}: wall time", large.wall_seconds, "s", limit=180)
    yield Figure(f"{LARGE.label}: peak memory", large.peak_bytes / GIB, "GiB", limit=6)
    growth = LARGE.pods / TENTH.pods
    yield Figure(
        "time per pod at 150,000 pods against 15,000", large.wall_seconds / tenth.wall_seconds / growth, "x", 1.5
    )
    yield Figure(
        "memory per pod at 150,000 pods against 15,000", large.peak_bytes / tenth.peak_bytes / growth, "x", 1.5
    )


def _main_scenario() -> Iterator[Figure]:
    name = "openshift/500-pods-per-node"
    usage, document = _run(name)
    yield Figure(f"{name}: wall time", usage.wall_seconds, "s", limit=45, aim=15)
    yield Figure(f"{name}: peak memory", usage.peak_bytes / GIB, "GiB", limit=2, aim=1)
    yield Figure(f"{name}: virtual time", document["clock"]["virtualSeconds"] / 3600, "h")


def _fill(shape: Shape) -> Usage:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_text(shape.scenario(), encoding="utf-8")
        usage, document = _run(str(path))
    if document["pods"]["created"] != shape.pods:
        message = f"{shape.label}: {document['pods']['created']:,} of {shape.pods:,} pods were created"
        raise RuntimeError(message)
    return usage


def _run(scenario: str) -> tuple[Usage, dict[str, Any]]:
    """Run a scenario into a throw-away runs directory; a missed objective (exit 1) is a result, not a failure."""
    with tempfile.TemporaryDirectory() as runs:
        usage = plimsoll("run", scenario, "--output", "json", environment={"PLIMSOLL_RUNS": runs}, accept=(0, 1))
    return usage, json.loads(usage.output)
