"""A station in numbers: operational quantities over one stretch of time.

Arrival rate λ, utilisation U, mean number waiting or in service L, mean time W (Denning and Buzen, "The Operational Analysis
of Queueing Network Models", 1978). Little's law L = λ·W is checked where all three are measured apart. Where a cluster does
not show a number it is None: a kubelet of 1.14 has no metric about its limiter, so its W is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Steps

PEAK_WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time that is looked at, in seconds of the run's clock."""

    start_seconds: float
    end_seconds: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end_seconds - self.start_seconds

    def mean(self, steps: Steps) -> float | None:
        """The mean of a gauge over time; None where it was not sampled."""
        if not steps.values.size:
            return None
        within = steps.within(self.start_seconds, self.end_seconds)
        return within.mean(self.end_seconds) if within.values.size else 0.0

    def peak(self, steps: Steps) -> float | None:
        """The highest mean over a minute; over the whole where that is shorter."""
        if not steps.values.size:
            return None
        edges = np.arange(self.start_seconds, self.end_seconds + PEAK_WINDOW_SECONDS / 2, PEAK_WINDOW_SECONDS)
        if edges.size < 2:  # noqa: PLR2004  one edge bounds nothing
            return self.mean(steps)
        means = steps.means(edges)
        return float(np.nanmax(means)) if not np.isnan(means).all() else self.mean(steps)


@dataclass(frozen=True, slots=True)
class Station:
    """One station over the busy stretch; of many alike (kubelets), the busiest."""

    name: str
    instance: str
    """A node, a controller, a resource; empty where there is only one."""
    unit: str
    """What arrives: requests, pods, keys."""
    arrivals_per_second: float | None = None
    capacity_per_second: float | None = None
    utilization: float | None = None
    """Mean share of the capacity in use; 1 is all of it."""
    peak_utilization: float | None = None
    """Of the busiest minute."""
    inside: float | None = None
    """L: mean number waiting or in service."""
    wait_seconds: float | None = None
    """W: mean time of one in the station."""
    share: float | None = None
    """Part of the way from created to Ready that is spent here; only of stations that pods pass one after the other."""
    source: str = ""

    @property
    def little_ratio(self) -> float | None:
        """L / (λ·W): 1 where the three measurements agree; None where one of them is missing or nothing arrived."""
        if self.inside is None or not self.arrivals_per_second or not self.wait_seconds:
            return None
        return self.inside / (self.arrivals_per_second * self.wait_seconds)


def limited(station: Station, rate: Steps, capacity: float | None, stretch: Stretch, *, little: bool = True) -> Station:
    """A station that lets so many a second through: utilisation is the rate against that."""
    arrivals, most = stretch.mean(rate), stretch.peak(rate)
    bounded = capacity is not None and capacity > 0
    inside = station.inside
    if little and inside is None and arrivals is not None and station.wait_seconds:
        inside = arrivals * station.wait_seconds  # by Little's law: no cluster shows the length of this queue
    return Station(
        station.name,
        station.instance,
        station.unit,
        arrivals_per_second=arrivals,
        capacity_per_second=capacity if bounded else None,
        utilization=capped(arrivals / capacity) if bounded and arrivals is not None and capacity else None,
        peak_utilization=capped(most / capacity) if bounded and most is not None and capacity else None,
        inside=inside,
        wait_seconds=station.wait_seconds,
        source=station.source,
    )


def capped(utilization: float | None) -> float | None:
    """No more than all of it: a burst passes a limiter above its rate."""
    return None if utilization is None else min(utilization, 1.0)
