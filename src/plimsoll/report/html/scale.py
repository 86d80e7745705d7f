"""From values to places on a plot, and where the ticks go."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Floats

Tick = tuple[float, str]
"""A value and its label."""

NICE_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
QUIET_SHARE_OF_RUN = 0.5
QUIET_SHARE_OF_WIDTH = 0.22


class Scale(Protocol):
    """A monotonic map from values to places in user units of the SVG."""

    def place(self, values: Floats) -> Floats:
        """Where values go."""
        ...

    def ticks(self) -> Sequence[Tick]:
        """Values worth a line and a label."""
        ...


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear scale from 0 to ``top``."""

    top: float
    start: float
    end: float
    """Places of 0 and of the top."""
    unit: str = ""
    tick_count: int = 4

    def place(self, values: Floats) -> Floats:
        """Where values go."""
        return self.start + (self.end - self.start) * values / self.top

    def ticks(self) -> Sequence[Tick]:
        """Multiples of a round step."""
        step = nice_step(self.top / self.tick_count)
        values = [step * number for number in range(math.floor(self.top / step + 1e-9) + 1)]
        return [(value, self._label(value)) for value in values]

    def _label(self, value: float) -> str:
        if self.unit == "s":
            return f"{value:,g} s" if self.top >= 1 else f"{value * 1e3:g} ms"
        return f"{value:.0%}".replace("%", " %") if self.unit == "%" else compact(value)


def rounded_up(top: float, start: float, end: float, unit: str = "") -> Linear:
    """A linear scale that ends on a round number at or above ``top``, so that its last tick is its end."""
    step = nice_step(max(top, 1e-9) / 4)
    return Linear(step * math.ceil(top / step - 1e-9) or step, start, end, unit)


MOST_LABELLED_DECADES = 6


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """A logarithmic scale of durations in seconds over whole decades. What is below the lowest goes to its place."""

    lowest: float
    highest: float
    start: float
    end: float

    @property
    def _decades(self) -> tuple[int, int]:
        low = math.floor(math.log10(self.lowest) + 1e-9)
        return low, max(low + 1, math.ceil(math.log10(self.highest) - 1e-9))

    def place(self, values: Floats) -> Floats:
        """Where values go."""
        low, high = self._decades
        decades = np.log10(np.maximum(values, 10.0**low))
        return self.start + (self.end - self.start) * (decades - low) / (high - low)

    def ticks(self) -> Sequence[Tick]:
        """Powers of ten; every other one where there are so many that their labels would touch."""
        low, high = self._decades
        step = 2 if high - low > MOST_LABELLED_DECADES else 1
        return [(10.0**power, _decade_label(power)) for power in range(low, high + 1, step)]


def _decade_label(power: int) -> str:
    if power < -3:  # noqa: PLR2004
        return f"{10.0 ** (power + 6):g} µs"
    return f"{10 ** (power + 3):,} ms" if power < 0 else f"{10**power:,} s"


class NoTicks:
    """A scale of things that are already in their places and have names rather than values."""

    def place(self, values: Floats) -> Floats:
        """Places as they are."""
        return values

    def ticks(self) -> Sequence[Tick]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time and the stretch of the axis that shows it."""

    from_seconds: float
    to_seconds: float
    start: float
    end: float

    @property
    def seconds_per_unit(self) -> float:
        """How much time a user unit of the SVG stands for."""
        return (self.to_seconds - self.from_seconds) / (self.end - self.start)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The run's clock along a plot, with a long quiet stretch compressed so that the rest can be seen.

    Eight hours of steady exchange would leave a seventh of the width to the hour in which everything happens.
    """

    segments: tuple[Segment, ...]
    quiet: Segment | None = None

    @property
    def end(self) -> float:
        """The place of its last moment."""
        return self.segments[-1].end

    @property
    def _edges(self) -> tuple[Floats, Floats]:
        """Times and places of the segments' ends."""
        first = self.segments[0]
        times = [first.from_seconds, *(segment.to_seconds for segment in self.segments)]
        return np.array(times), np.array([first.start, *(segment.end for segment in self.segments)])

    def place(self, values: Floats) -> Floats:
        """Where moments go."""
        return np.interp(values, *self._edges)

    def ticks(self) -> list[Tick]:
        """Round times, as far apart as their labels need in each segment, none too near to another."""
        widest = max(segment.to_seconds for segment in self.segments)
        kept: list[Tick] = []
        last_place = -math.inf
        for value in self._round_times():
            place = float(self.place(np.array([value]))[0])
            if place - last_place >= 44:  # noqa: PLR2004  the width of a label
                kept.append((value, clock_label(value, widest)))
                last_place = place
        return kept

    def _round_times(self) -> Iterator[float]:
        for segment in self.segments:
            wanted = 64 * segment.seconds_per_unit
            step = next((step for step in NICE_SECONDS if step >= wanted), nice_step(wanted))
            first = math.ceil(segment.from_seconds / step)
            yield from (step * number for number in range(first, math.floor(segment.to_seconds / step) + 1))

    def bins(self, interval_seconds: float) -> Floats:
        """The edges of bins a little over a unit wide, each of whole intervals, so that none is empty by chance."""
        edges = [self.segments[0].from_seconds]
        for segment in self.segments:
            intervals = max(1, math.ceil(1.5 * segment.seconds_per_unit / interval_seconds))
            count = max(1, round((segment.to_seconds - edges[-1]) / (intervals * interval_seconds)))
            edges.extend(edges[-1] + intervals * interval_seconds * np.arange(1, count + 1))
        return np.array(edges)


def time_axis(end_seconds: float, steady: tuple[float, float] | None, start: float, end: float) -> TimeAxis:
    """The axis of a whole run; its steady stretch is compressed if it is most of the run."""
    end_seconds = max(end_seconds, 1.0)
    quiet_from, quiet_to = _snapped(steady or (0.0, 0.0), end_seconds)
    lively_seconds = end_seconds - (quiet_to - quiet_from)
    if not 0 < lively_seconds < (1 - QUIET_SHARE_OF_RUN) * end_seconds:
        return TimeAxis((Segment(0.0, end_seconds, start, end),))
    quiet_width = QUIET_SHARE_OF_WIDTH * (end - start)
    quiet_start = start + (end - start - quiet_width) * quiet_from / lively_seconds
    quiet = Segment(quiet_from, quiet_to, quiet_start, quiet_start + quiet_width)
    segments = (Segment(0.0, quiet_from, start, quiet.start), quiet, Segment(quiet_to, end_seconds, quiet.end, end))
    return TimeAxis(tuple(segment for segment in segments if segment.to_seconds > segment.from_seconds), quiet)


def _snapped(steady: tuple[float, float], end_seconds: float) -> tuple[float, float]:
    """A steady stretch that begins or ends with the run but for what no plot could show does so exactly."""
    sliver = end_seconds / 1000
    return (
        0.0 if steady[0] < sliver else steady[0],
        end_seconds if end_seconds - steady[1] < sliver else steady[1],
    )


def nice_step(at_least: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    if at_least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= at_least * (1 - 1e-9))


def compact(value: float) -> str:
    """A number on an axis: ``50k``, ``1.5M``, ``0.25``."""
    for prefix, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= 10 * factor or (prefix != "k" and abs(value) >= factor):
            return f"{value / factor:g}{prefix}"
    return f"{value:,g}" if abs(value) < 1e6 else f"{value:,.0f}"  # noqa: PLR2004


def clock_label(value: float, longest_seconds: float) -> str:
    """A moment on an axis: ``1:05`` is minutes and seconds in a short run, hours and minutes in a long one."""
    whole = round(value)
    if longest_seconds < 1800:  # noqa: PLR2004
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole // 60 % 60:02d}"
