"""The control plane's numbers: who used which cores, what the nodes' connections cost, how long answers took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Samples, Steps
    from plimsoll.measurement.traffic import ApiLatency

CONNECTIONS = (
    "apiserver.connectionsPerSecond",
    "apiserver.watchStartsPerSecond",
    "apiserver.watchEventsPerSecond",
    "apiserver.watches",
)
"""Series of which a run has a ``.max`` and a ``.mean``, where the nodes' connections are known."""


def controlplane(samples: Samples, latencies: Iterable[ApiLatency], run_seconds: float) -> Mapping[str, float]:
    """The numbers by name; those of series that were never sampled are absent."""
    found: dict[str, float] = {}
    for name in CONNECTIONS:
        found.update(_spread(name, samples.series(name).per_instance().values(), run_seconds))
    for name, kept_busy in samples.series("masters.cpuCores").per_instance().items():
        found.update(_spread(f"masters.cpuCores.{name}", [kept_busy], run_seconds))
    machines = samples.series("masters.utilization").per_instance().values()
    found.update(_spread("masters.utilization", machines, run_seconds))
    found.update(_answer_times(latencies))
    return found


def _spread(name: str, instances: Iterable[Steps], run_seconds: float) -> dict[str, float]:
    """The largest value, and the mean over time and instances."""
    known = list(instances)
    if not known:
        return {}
    return {
        f"{name}.max": float(max(steps.values.max() for steps in known)),
        f"{name}.mean": float(np.mean([steps.mean(run_seconds) for steps in known])),
    }


def _answer_times(latencies: Iterable[ApiLatency]) -> dict[str, float]:
    """Mean and longest answer by verb, over all resources; a WATCH is answered when it has begun."""
    counts: dict[str, int] = defaultdict(int)
    totals: dict[str, float] = defaultdict(float)
    longest: dict[str, float] = defaultdict(float)
    for kind in latencies:
        counts[kind.verb] += kind.durations.count
        totals[kind.verb] += kind.durations.total_seconds
        longest[kind.verb] = max(longest[kind.verb], kind.durations.max)
    found: dict[str, float] = {}
    for verb, count in counts.items():
        found[f"apiserver.latency.{verb}.mean"] = totals[verb] / count
        found[f"apiserver.latency.{verb}.max"] = longest[verb]
    return found
