"""How long pods take from one milestone to another, as quantiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Floats
    from plimsoll.measurement.timelines import Timelines


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The distribution of a duration in seconds. Quantiles are nearest-rank: each is a duration that occurred."""

    count: int
    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    max: float


def quantiles(durations: Floats) -> Quantiles | None:
    """The quantiles of some durations in seconds; None where there are none."""
    if not durations.size:
        return None
    p50, p90, p95, p99 = np.quantile(durations, [0.5, 0.9, 0.95, 0.99], method="inverted_cdf")
    return Quantiles(
        count=int(durations.size),
        mean=float(durations.mean()),
        p50=float(p50),
        p90=float(p90),
        p95=float(p95),
        p99=float(p99),
        max=float(durations.max()),
    )


@dataclass(frozen=True, slots=True)
class Interval:
    """A latency with a name: from one milestone to another."""

    key: str
    """As objectives name it: ``podReady.p99``."""
    title: str
    start: Milestone
    end: Milestone


INTERVALS = (
    Interval("podScheduled", "Created → scheduled", Milestone.CREATED, Milestone.API_SCHEDULED),
    Interval("podKubeletRunning", "Created → running on its node", Milestone.CREATED, Milestone.KUBELET_RUNNING),
    Interval("podKubeletReady", "Created → ready on its node", Milestone.CREATED, Milestone.KUBELET_READY),
    Interval("podRunning", "Created → Running in the API", Milestone.CREATED, Milestone.API_RUNNING),
    Interval("podReady", "Created → Ready in the API", Milestone.CREATED, Milestone.API_READY),
    Interval("podStarting", "Scheduled → Running in the API", Milestone.API_SCHEDULED, Milestone.API_RUNNING),
    # What the article observed by hand: pods that run long before the API says so.
    Interval("podStatusLag", "Running on its node → in the API", Milestone.KUBELET_RUNNING, Milestone.API_RUNNING),
    Interval("podDeleted", "Deletion requested → gone", Milestone.DELETION_REQUESTED, Milestone.DELETED),
)

# The way of a pod, each step beginning where the one before ended: where the time goes.
STAGES = (
    Interval("scheduling", "waits for the scheduler", Milestone.CREATED, Milestone.SCHEDULED),
    Interval("noticing", "reaches its kubelet", Milestone.SCHEDULED, Milestone.KUBELET_SAW),
    Interval("mounting", "fetches and mounts its volumes", Milestone.KUBELET_SAW, Milestone.VOLUMES_MOUNTED),
    Interval("sandbox", "gets its sandbox and network", Milestone.VOLUMES_MOUNTED, Milestone.SANDBOX_READY),
    Interval("starting", "starts its containers", Milestone.SANDBOX_READY, Milestone.CONTAINERS_STARTED),
    Interval("noticed", "is noticed as running", Milestone.CONTAINERS_STARTED, Milestone.KUBELET_RUNNING),
    Interval("reporting", "is reported to the API", Milestone.KUBELET_RUNNING, Milestone.API_RUNNING),
)


def latencies(timelines: Timelines) -> dict[str, Quantiles]:
    """The quantiles of every interval that any pod completed, by key, in the order of :data:`INTERVALS`."""
    return _measured(timelines, INTERVALS)


def stages(timelines: Timelines) -> dict[str, Quantiles]:
    """The quantiles of every step on the way from created to Running, by key, in the order of :data:`STAGES`."""
    return _measured(timelines, STAGES)


def _measured(timelines: Timelines, intervals: tuple[Interval, ...]) -> dict[str, Quantiles]:
    found = {interval.key: quantiles(timelines.between(interval.start, interval.end)) for interval in intervals}
    return {key: distribution for key, distribution in found.items() if distribution is not None}
