"""Gauges of components as numbers of the run: the largest value of all instances, and the mean over time and instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Samples

SUMMED_UP = (
    "scheduler.algorithmSeconds",
    "apiserver.refusedPerSecond",
    "apiserver.rejectedPerSecond",
    "apiserver.seatQueue",
    "apiserver.utilization",
    "kubelet.plegLastSeenSeconds",
    "kubelet.plegRelistSeconds",
    "kubelet.imagePullSeconds",
)
"""Series of which a run has a ``.max`` and a ``.mean``; how many pods break a rule is a number as it is."""


def gauges(samples: Samples, run_seconds: float) -> Mapping[str, float]:
    """The numbers by name; those of series that were never sampled are absent."""
    found: dict[str, float] = {}
    for name in SUMMED_UP:
        series = samples.series(name)
        if series.values.size:
            found[f"{name}.max"] = float(series.values.max())
            instances = series.per_instance().values()
            found[f"{name}.mean"] = float(np.mean([steps.mean(run_seconds) for steps in instances]))
    violated = samples.series("pods.antiAffinityViolated").values
    if violated.size:
        found["pods.antiAffinityViolated"] = float(violated.max())
    return found
