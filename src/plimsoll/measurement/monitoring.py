"""Prometheus itself: its memory, its crashes, and how much of the run it can still tell about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Samples


def monitoring(samples: Samples, run_seconds: float) -> Mapping[str, float]:
    """The numbers by name; none where there was no Prometheus."""
    memory = samples.series("monitoring.memoryBytes").steps
    if not memory.values.size or not run_seconds:
        return {}
    queries = samples.series("monitoring.querySeconds").values
    lost = float(samples.series("monitoring.lostSeconds").values.max(initial=0.0))
    return {
        "monitoring.memoryBytes.max": float(memory.values.max()),
        "monitoring.memoryBytes.mean": memory.mean(run_seconds),
        "monitoring.headSeries.max": float(samples.series("monitoring.headSeries").values.max(initial=0.0)),
        "monitoring.restarts": float(samples.series("monitoring.restarts").values.max(initial=0.0)),
        "monitoring.lost": lost,
        "monitoring.lost.ratio": lost / run_seconds,
        "monitoring.history.ratio": float(samples.series("monitoring.historySeconds").values[-1]) / run_seconds,
        "monitoring.querySeconds.max": float(queries.max(initial=0.0)),
    }
