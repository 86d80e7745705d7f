"""When the next object may be sent: arrival processes as pure state machines.

A pacer is asked with the time and answers with a wait. It keeps no clock and never sleeps, so it behaves the same in
virtual and in wall time and can be checked against its closed form. Every pacer counts *objects due since the start*
rather than sleeping ``1/rate`` after each one: waits that end late do not make the stream drift below its target.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Pacer(Protocol):
    """An arrival process."""

    def reserve(self, now_seconds: float, objects: int = 1) -> float:
        """Claim the next ``objects`` places in the stream; return how long to wait for them, in seconds."""
        ...


class Rate:
    """A token bucket: ``rate_per_second`` on average, ``burst`` objects at once after a pause.

    The bucket starts full and may be overdrawn, as that of client-go does (``golang.org/x/time/rate``), which makes it
    a first-come-first-served queue: a claim of more than the bucket holds waits for the missing tokens.
    """

    def __init__(self, rate_per_second: float, burst: float = 1.0) -> None:
        if not rate_per_second > 0:
            raise ValueError(f"a rate must be positive, not {rate_per_second}")
        self.rate_per_second = rate_per_second
        self.burst = max(1.0, burst)
        self._full_at_seconds = -math.inf
        """When the bucket will be (or was) full again: the only state, so that nothing accumulates rounding errors."""

    def reserve(self, now_seconds: float, objects: int = 1) -> float:
        """Claim ``objects`` tokens; the wait is zero while the bucket is not overdrawn."""
        self._full_at_seconds = max(self._full_at_seconds, now_seconds) + objects / self.rate_per_second
        tokens = self.burst - (self._full_at_seconds - now_seconds) * self.rate_per_second
        return 0.0 if tokens > -_SLACK_TOKENS else -tokens / self.rate_per_second


_SLACK_TOKENS = 1e-9
"""Overdraft that is a rounding error and not worth an event."""


@dataclass(frozen=True, slots=True)
class ShapePoint:
    """From ``at_seconds`` after the start the rate is ``rate_per_second``, changing linearly to the next point's."""

    at_seconds: float
    rate_per_second: float


class Shape:
    """A rate that is a piecewise linear function of time; after its last point it stays as it is.

    The n-th object is due when the integral of the rate reaches n: exact, whatever the resolution of the clock. The last
    rate must be positive, or objects would be left that are never due.
    """

    def __init__(self, points: Sequence[ShapePoint]) -> None:
        if not points:
            raise ValueError("a shape needs at least one point")
        if any(later.at_seconds < earlier.at_seconds for earlier, later in pairwise(points)):
            raise ValueError("the points of a shape must be in the order of time")
        if points[-1].rate_per_second <= 0:
            raise ValueError("the last rate of a shape must be positive")
        first = points[0]
        self._points = (ShapePoint(0.0, first.rate_per_second), *points) if first.at_seconds > 0 else tuple(points)
        self._objects_by_point = _integral_at_each(self._points)
        self._claimed = 0
        self._started_seconds: float | None = None

    def reserve(self, now_seconds: float, objects: int = 1) -> float:
        """Claim the next ``objects`` places: they go out together when the last of them is due."""
        if self._started_seconds is None:
            self._started_seconds = now_seconds
        self._claimed += objects
        return max(0.0, self._started_seconds + self.due_seconds(self._claimed) - now_seconds)

    def due_seconds(self, objects: float) -> float:
        """Seconds after the start at which this many objects (at least one) are due in all."""
        index = bisect_left(self._objects_by_point, objects) - 1
        point = self._points[index]
        missing = objects - self._objects_by_point[index]
        return point.at_seconds + _time_to_send(missing, point.rate_per_second, self._slope_after(index))

    def rate_at(self, seconds: float) -> float:
        """The rate ``seconds`` after the start, in objects per second."""
        index = bisect_right(self._points, seconds, key=lambda point: point.at_seconds) - 1
        point = self._points[index]
        return point.rate_per_second + self._slope_after(index) * (seconds - point.at_seconds)

    def _slope_after(self, index: int) -> float:
        if index + 1 == len(self._points):
            return 0.0
        here, there = self._points[index], self._points[index + 1]
        span_seconds = there.at_seconds - here.at_seconds
        return (there.rate_per_second - here.rate_per_second) / span_seconds if span_seconds else 0.0


def _integral_at_each(points: Sequence[ShapePoint]) -> list[float]:
    """Objects due in all at each point: trapezoids summed up."""
    totals = [0.0]
    for here, there in pairwise(points):
        mean_rate = (here.rate_per_second + there.rate_per_second) / 2
        totals.append(totals[-1] + mean_rate * (there.at_seconds - here.at_seconds))
    return totals


def _time_to_send(objects: float, rate: float, slope: float) -> float:
    """Solve ``rate*t + slope*t²/2 = objects`` for the first t ≥ 0, in the form that does not cancel for small slopes.

    There is a solution: the caller has found the stretch of time in which so many objects are sent.
    """
    if slope == 0:
        return objects / rate
    discriminant = max(0.0, rate * rate + 2 * slope * objects)  # below zero only by rounding
    return 2 * objects / (rate + math.sqrt(discriminant))
