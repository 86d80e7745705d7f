"""What the plots of a run are drawn from, and the two shapes that most of them have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.report.html import plot
from plimsoll.report.html.plot import LEFT, RIGHT, TOP, Curve, Figure, Frame, Hover, band, line
from plimsoll.report.html.scale import Linear, TimeAxis, rounded_up, time_axis

if TYPE_CHECKING:
    import pyarrow as pa

    from plimsoll.measurement.columns import Floats, Samples
    from plimsoll.measurement.summary import Measurements
    from plimsoll.measurement.timelines import Timelines

TIME_TITLE = "time since the run began"
COLOURS = tuple(f"c{number}" for number in range(8))
"""Classes of the style sheet, as far apart as eight colours can be, also for the colour-blind; the last is grey."""


@dataclass(frozen=True, slots=True)
class Material:
    """A run's summary and the tables behind it, read once."""

    measured: Measurements
    timelines: Timelines
    samples: Samples
    requests: pa.Table

    def time(self, width: float) -> TimeAxis:
        """The run's clock along a plot of this width."""
        return time_axis(self.measured.run_seconds, self.measured.steady, LEFT, width - RIGHT)

    def colours_of_clients(self, clients: Sequence[str]) -> list[str]:
        """A colour each: that of its rank among all clients, the same in every plot, or else one that is left over."""
        ranked = {
            traffic.client: colour for traffic, colour in zip(self.measured.traffic.clients, COLOURS[:-1], strict=False)
        }
        taken = {ranked.get(client) for client in clients}
        left_over = iter([colour for colour in reversed(COLOURS) if colour not in taken])
        return [ranked.get(client) or next(left_over, COLOURS[-1]) for client in clients]


def upwards(top: float, unit: str = "", height: float = plot.HEIGHT) -> Linear:
    """The ordinate of a plot of this height, from 0 to at least ``top``."""
    return rounded_up(top, height - plot.BOTTOM, TOP, unit)


def middles(edges: Floats) -> Floats:
    """The middle of each bin."""
    found: Floats = (edges[1:] + edges[:-1]) / 2
    return found


def lines_over_time(
    id_: str, title: str, subtitle: str, axis: TimeAxis, xs: Floats, curves: Sequence[Curve], *, y_title: str
) -> Figure:
    """Some lines over time from 0 upwards."""
    top = max(float(np.nanmax(curve.values)) for curve in curves)
    frame = Frame(axis.end + RIGHT, axis, upwards(top, curves[0].unit), TIME_TITLE, y_title)
    return Figure(
        id=id_,
        title=title,
        subtitle=subtitle,
        frame=frame,
        marks=[line(frame, xs, curve.values, curve.colour) for curve in curves],
        legend=[(curve.name, curve.colour) for curve in curves],
        hover=Hover(axis.place(xs), xs, "clock", tuple(curves)),
        description=f"Lines over time: {_highest(curves)}.",
    )


def stack_over_time(
    id_: str,
    title: str,
    subtitle: str,
    axis: TimeAxis,
    xs: Floats,
    curves: Sequence[Curve],
    *,
    y_title: str,
    height: float = plot.HEIGHT,
) -> Figure:
    """Some areas over time, one upon the other."""
    edges = np.vstack([np.zeros(xs.size), np.cumsum([curve.values for curve in curves], axis=0)])
    scale = upwards(float(np.nanmax(edges[-1])), height=height)
    frame = Frame(axis.end + RIGHT, axis, scale, TIME_TITLE, y_title, height)
    areas = [band(frame, xs, edges[row], edges[row + 1], curve.colour) for row, curve in enumerate(curves)]
    return Figure(
        id=id_,
        title=title,
        subtitle=subtitle,
        frame=frame,
        marks=[area for area in areas if area],
        legend=[(curve.name, curve.colour) for curve in curves],
        hover=Hover(axis.place(xs), xs, "clock", (*curves, Curve("all", "", curves[0].unit, edges[-1]))),
        description=f"Areas over time, one upon the other: {_highest(curves)}.",
    )


def _highest(curves: Sequence[Curve]) -> str:
    return ", ".join(f"{curve.name} up to {np.nanmax(curve.values):,.3g} {curve.unit}".rstrip() for curve in curves)
