"""How fast pods came up, how many were in between, and whether those two numbers agree.

Little's law says that in any stretch of time in which everything that arrives also leaves, the mean number inside is
the rate of arrivals times the mean time spent inside: ``L = λ·W``. The article applies it to ContainerCreating by
hand: 1600 pods a minute, about 270 inside, hence 10 s per pod. Here all three are measured separately (``L`` from the
sampled counts, ``λ`` and ``W`` from the pods' timelines), so their ratio checks the observation itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Floats, Steps
    from plimsoll.measurement.timelines import Timelines

BEST_WINDOW_SECONDS = 600.0
LITTLE_TOLERANCE = 0.10


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast pods reached a milestone."""

    pods: int
    first_seconds: float
    last_seconds: float
    per_minute: float
    """From the first pod to the last."""
    best_per_minute: float
    """In the busiest ten minutes, or over the whole where that was shorter."""


def rate(moments: Floats) -> Rate | None:
    """The rate at which things happened at these moments (NaN: never); None for fewer than two of them."""
    known = np.sort(moments[~np.isnan(moments)])
    if known.size < 2 or known[-1] == known[0]:  # noqa: PLR2004  one moment has no rate
        return None
    span_seconds = float(known[-1] - known[0])
    overall = (known.size - 1) / span_seconds
    # For each moment as the start of a window: how many fall into it.
    inside = np.searchsorted(known, known + BEST_WINDOW_SECONDS, side="left") - np.arange(known.size)
    best = overall if span_seconds <= BEST_WINDOW_SECONDS else float(inside.max()) / BEST_WINDOW_SECONDS
    return Rate(int(known.size), float(known[0]), float(known[-1]), 60 * overall, 60 * best)


@dataclass(frozen=True, slots=True)
class Little:
    """The three quantities of Little's law for ContainerCreating, and how well they agree."""

    start_seconds: float
    end_seconds: float
    mean_inside: float
    """L: the mean of the sampled counts."""
    max_inside: float
    samples: int
    """How many counts L is the mean of."""
    arrivals_per_second: float
    """λ: pods that entered ContainerCreating in this time."""
    mean_stay_seconds: float
    """W: from the kubelet's first sight of a pod (where unknown: from scheduled) to Running in the API; pods that never ran count until they were given up or the run ended."""

    @property
    def expected_inside(self) -> float:
        """λ·W."""
        return self.arrivals_per_second * self.mean_stay_seconds

    @property
    def ratio(self) -> float | None:
        """L / (λ·W): 1 where the observation is consistent; None where nothing is expected inside."""
        return self.mean_inside / self.expected_inside if self.expected_inside > 0 else None

    @property
    def agrees(self) -> bool:
        """Whether the ratio is as near to 1 as it must be: within ten percent, or what few samples can tell.

        A mean of n samples of a coarse clock is worth about 1/√n; nothing expected and nothing seen agree too.
        """
        if self.ratio is None:
            return self.mean_inside == 0
        return abs(self.ratio - 1) <= max(LITTLE_TOLERANCE, 1 / math.sqrt(self.samples))


def little(timelines: Timelines, container_creating: Steps, end_of_run_seconds: float) -> Little | None:
    """Little's law over the time from the first pod that a kubelet saw to the last one Running.

    As ``kubectl get pods`` has it, ContainerCreating begins when the kubelet first reports a pod, just after it saw
    it. A kubelet that falls behind with its reports shows fewer pods there than it has, and the law then disagrees.

    That stretch holds every stay from beginning to end, so the law is exact in it whatever the arrivals look like.
    None where no sample was taken in it.
    """
    arrivals = timelines.at(Milestone.KUBELET_SAW)
    if np.isnan(arrivals).all():
        arrivals = timelines.at(Milestone.API_SCHEDULED)
    leaving = _leaving(timelines, end_of_run_seconds)
    arrived = ~np.isnan(arrivals)
    if not arrived.any():
        return None
    stays = np.maximum(leaving[arrived] - arrivals[arrived], 0.0)
    start, end = float(arrivals[arrived].min()), float(leaving[arrived].max())
    inside = container_creating.within(start, end)
    if not inside.values.size or end <= start:
        return None
    return Little(
        start_seconds=start,
        end_seconds=end,
        mean_inside=inside.mean(end),
        max_inside=float(inside.values.max()),
        samples=int(inside.values.size),
        arrivals_per_second=stays.size / (end - start),
        mean_stay_seconds=float(stays.mean()),
    )


def _leaving(timelines: Timelines, end_of_run_seconds: float) -> Floats:
    """When each pod stopped being in ContainerCreating: it ran, failed, was being deleted, or the run ended."""
    ends = np.stack(
        [
            timelines.at(milestone)
            for milestone in (Milestone.API_RUNNING, Milestone.API_FAILED, Milestone.DELETION_REQUESTED)
        ]
    )
    leaving: Floats = np.fmin.reduce(ends, axis=0, initial=end_of_run_seconds)
    return leaving
