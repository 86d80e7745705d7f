"""Whole runs as a user starts them: simulation, archive, summary and report, in a process each."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.figures import Figure
from bench.process import plimsoll

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a scenario cost."""

    wall_seconds: float
    peak_gib: float
    virtual_hours: float
    pods: int


def measure() -> Iterator[Figure]:
    """Run the main scenarios of both articles, then an ideal cluster at three sizes."""
    yield from _figures("openshift/500-pods-per-node", seconds=45, gib=2, aims=(15, 1))
    yield from _figures("openstack/900-nodes-before", seconds=20, aims=(10, None))
    yield from _figures("scale/900-nodes", seconds=5)
    tenth, large = _run("scale/500-nodes"), _run("scale/5000-nodes")
    yield Figure("scale/5000-nodes: wall time", large.wall_seconds, "s", limit=180)
    yield Figure("scale/5000-nodes: peak memory", large.peak_gib, "GiB", limit=6)
    growth = large.pods / tenth.pods
    seconds, memory = large.wall_seconds / tenth.wall_seconds, large.peak_gib / tenth.peak_gib
    yield Figure("time per pod at 150,000 pods against 15,000", seconds / growth, "x", limit=1.5, aim=1)
    yield Figure("memory per pod at 150,000 pods against 15,000", memory / growth, "x", limit=1.5, aim=1)


def _figures(
    scenario: str, *, seconds: float, gib: float | None = None, aims: tuple[float | None, float | None] = (None, None)
) -> Iterator[Figure]:
    run = _run(scenario)
    yield Figure(f"{scenario}: wall time", run.wall_seconds, "s", limit=seconds, aim=aims[0])
    yield Figure(f"{scenario}: peak memory", run.peak_gib, "GiB", limit=gib, aim=aims[1])
    yield Figure(f"{scenario}: virtual time", run.virtual_hours, "h")


def _run(scenario: str) -> Run:
    """Run a scenario of the gallery into a throw-away directory; a missed objective (exit 1) is a result, not a failure."""
    with tempfile.TemporaryDirectory() as runs:
        usage = plimsoll("run", scenario, "--output", "json", environment={"PLIMSOLL_RUNS": runs}, accept=(0, 1))
    document: dict[str, Any] = json.loads(usage.output)
    pods = document["pods"]
    if pods["running"] != pods["wanted"]:
        message = f"{scenario}: {pods['running']:,} of {pods['wanted']:,} pods ran"
        raise RuntimeError(message)
    return Run(
        wall_seconds=usage.wall_seconds,
        peak_gib=usage.peak_bytes / GIB,
        virtual_hours=document["clock"]["virtualSeconds"] / 3600,
        pods=pods["wanted"],
    )
