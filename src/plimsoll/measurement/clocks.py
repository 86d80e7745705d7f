"""How far the clock of a real cluster is from ours, and what its own timestamps say about the pods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.measurement.columns import categories, numbers
from plimsoll.measurement.latency import Quantiles, quantiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from plimsoll.measurement.columns import Archive, Floats, Samples

# As ``plimsoll.observe.stamps`` names them.
CREATED = "stampCreated"
INTERVALS = {"podScheduled": "stampScheduled", "podStarted": "stampStarted", "podReady": "stampReady"}
"""From created to these, by the API's timestamps: whole seconds, so that each may be off by one."""


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """The cluster's clock minus ours, in seconds: between these two."""

    lowest_seconds: float
    highest_seconds: float

    @property
    def seconds(self) -> float:
        """The middle."""
        return (self.lowest_seconds + self.highest_seconds) / 2

    @property
    def uncertainty_seconds(self) -> float:
        """How far the offset may be from the middle."""
        return (self.highest_seconds - self.lowest_seconds) / 2


def clock_offset(samples: Samples) -> ClockOffset | None:
    """The offset as it was known at last; None for a simulated cluster."""
    lowest, highest = samples.series("clock.offsetLowest").values, samples.series("clock.offsetHighest").values
    if not (lowest.size and highest.size):
        return None
    return ClockOffset(float(lowest[-1]), float(highest[-1]))


def by_api_timestamps(archive: Archive) -> Mapping[str, Quantiles]:
    """The quantiles of :data:`INTERVALS` that any pod completed; empty for a simulated cluster."""
    table = archive.table("milestones")
    seconds, pods, names = (
        numbers(table, "seconds"),
        numbers(table, "pod").astype(np.int64),
        categories(table, "milestone"),
    )
    if not names.are(CREATED).any():
        return {}
    size = int(pods.max()) + 1
    created = _at(seconds, pods, names.are(CREATED), size)
    durations = {key: _at(seconds, pods, names.are(stamp), size) - created for key, stamp in INTERVALS.items()}
    found = {key: quantiles(values[~np.isnan(values)]) for key, values in durations.items()}
    return {key: distribution for key, distribution in found.items() if distribution is not None}


def _at(seconds: Floats, pods: NDArray[np.int64], rows: NDArray[np.bool_], size: int) -> Floats:
    """When each pod was first stamped; NaN where it was not."""
    moments = np.full(size, np.nan)
    chosen = np.flatnonzero(rows)[::-1]  # the first of a pod's rows is assigned last
    moments[pods[chosen]] = seconds[chosen]
    return moments
