"""Searches as a user starts them, on all cores, with nothing known beforehand."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any

from bench.figures import Figure
from bench.process import plimsoll

LIMITER = "openshift/kubelet-qps-before"
FRONTIER = "future/f8-pods-per-node-by-nodes"


def measure() -> Iterator[Figure]:
    """Tune the kubelet's limiter for R2 to a definite answer, then find the twelve points of F8's frontier."""
    seconds, tuned = _timed("tune", LIMITER, "--knob", "kubelet.kubeAPIQPS=5:100")
    yield Figure(f"tune {LIMITER}: wall time", seconds, "s", limit=120)
    yield Figure(f"tune {LIMITER}: trials", len(tuned["trials"]), "trials")
    yield Figure(f"tune {LIMITER}: lowest kubeAPIQPS that holds", tuned["lowest"]["kubelet.kubeAPIQPS"], "/s")
    seconds, remedied = _timed("tune", LIMITER)
    yield Figure(f"tune {LIMITER}, from a diagnosis: wall time", seconds, "s", limit=120)
    yield Figure(f"tune {LIMITER}, from a diagnosis: steps", len(remedied["steps"]), "runs")
    seconds, frontier = _timed("limits", FRONTIER)
    yield Figure(f"limits {FRONTIER}: wall time", seconds, "s", limit=600)
    yield Figure(f"limits {FRONTIER}: points", len(frontier["limits"]), "points")


def _timed(*command: str) -> tuple[float, dict[str, Any]]:
    """How long a search takes with an empty notebook, and its answer."""
    with tempfile.TemporaryDirectory() as runs:
        usage = plimsoll(*command, "--output", "json", environment={"PLIMSOLL_RUNS": runs})
    return usage.wall_seconds, json.loads(usage.output)
