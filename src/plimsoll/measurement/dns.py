"""Look-ups of names: how many there were and failed, how long they took, and what became of the servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Floats, Samples, Steps

_COUNTED = {"dns.refused.count": "dns.refusedPerSecond", "dns.dropped.count": "dns.droppedPerSecond"}
_COUNTERS = ("dns.restarts", "dns.oomKills")
_HIGHEST = ("dns.queriesPerSecond", "dns.memoryBytes", "dns.cpuCores", "dns.replicas")


def dns(samples: Samples, run_seconds: float) -> Mapping[str, float]:
    """The numbers by name; none where nothing was looked up. A p99 is that of the worst sampling interval."""
    rate = samples.series("dns.lookupsPerSecond").steps
    lookups = _total(rate, run_seconds)
    if not lookups:
        return {}
    failed = _total(samples.series("dns.failedPerSecond").steps, run_seconds)
    seconds = samples.series("dns.seconds").per_instance()
    found = {"dns.lookups": lookups, "dns.failed": failed, "dns.failed.ratio": failed / lookups}
    found["dns.seconds.mean"] = _weighted(seconds["mean"], rate, run_seconds) if "mean" in seconds else 0.0
    for name in ("p99", "max"):
        found[f"dns.seconds.{name}"] = float(seconds[name].values.max()) if name in seconds else 0.0
    for name, series in _COUNTED.items():
        found[name] = _total(samples.series(series).steps, run_seconds)
    for name in _COUNTERS:
        last = (steps.values[-1] for steps in samples.series(name).per_instance().values())
        found[name] = float(sum(last))
    for name in _HIGHEST:
        found[f"{name}.max"] = float(samples.series(name).values.max(initial=0.0))
    found["dns.cacheHitRatio.mean"] = _weighted(samples.series("dns.cacheHitRatio").steps, rate, run_seconds)
    return found


def _total(steps: Steps, run_seconds: float) -> float:
    """A rate's integral; none where it was never sampled."""
    return steps.integral(run_seconds) if steps.seconds.size else 0.0


def _weighted(steps: Steps, weights: Steps, run_seconds: float) -> float:
    """The mean of a gauge, each moment counted as the other gauge says."""
    edges = np.union1d(steps.seconds, weights.seconds)
    spans = np.diff(edges, append=max(run_seconds, float(edges[-1]))) * _at(weights, edges)
    whole = float(spans.sum())
    return float(np.dot(spans, _at(steps, edges))) / whole if whole else 0.0


def _at(steps: Steps, moments: Floats) -> Floats:
    """A gauge at some moments; 0 before its first sample."""
    values = np.concatenate([[0.0], steps.values])
    at_moments: Floats = values[np.searchsorted(steps.seconds, moments, side="right")]
    return at_moments
