"""Plots of the pods: their states, how fast they came up, and how long that took each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plimsoll.measurement import wording
from plimsoll.measurement.latency import INTERVALS
from plimsoll.measurement.states import POD_STATES
from plimsoll.report.html import series
from plimsoll.report.html.material import (
    COLOURS,
    TIME_TITLE,
    Material,
    lines_over_time,
    middles,
    stack_over_time,
    upwards,
)
from plimsoll.report.html.plot import LEFT, RIGHT, Curve, Figure, Frame, Hover, level, line
from plimsoll.report.html.scale import Logarithmic, Segment, TimeAxis
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.measurement.creation import Little

WAY = ("podScheduled", "podKubeletRunning", "podRunning", "podReady")


def pods_by_state(material: Material, width: float) -> Figure | None:
    """How many pods were in each state."""
    sampled = {state: material.samples.series(f"pods.{state.key}") for state in POD_STATES}
    shown = {state: found for state, found in sampled.items() if found.values.any()}
    if not shown:
        return None
    axis = material.time(width)
    edges = axis.bins(series.interval_of(next(iter(shown.values())).seconds))
    curves = [
        Curve(state.title, f"state-{state.key}", "", series.binned(found, edges)[0]) for state, found in shown.items()
    ]
    subtitle = "As kubectl get pods names them."
    return stack_over_time(
        "pods-by-state", "Pods by state", subtitle, axis, middles(edges), curves, y_title="pods", height=330
    )


def time_to_running(material: Material, width: float) -> Figure | None:
    """Which share of the pods had got how far, so long after they were created."""
    timelines = material.timelines
    intervals = [
        interval for interval in INTERVALS if interval.key in WAY and interval.key in material.measured.latencies
    ]
    if not intervals:
        return None
    curves = [series.cumulative(timelines.between(each.start, each.end), len(timelines)) for each in intervals]
    lowest = max(1e-3, min(float(durations[0]) for durations, _ in curves))
    highest = max(10 * lowest, *(float(durations[-1]) for durations, _ in curves))
    abscissa = Logarithmic(lowest, highest, LEFT, width - RIGHT)
    frame = Frame(width, abscissa, upwards(1.0, "%"), "after the pod was created", "share of all pods")
    grid = np.geomspace(lowest, highest, 120)
    hovered = [
        Curve(interval.title, colour, "%", np.interp(grid, durations, shares, left=0.0))
        for interval, (durations, shares), colour in zip(intervals, curves, COLOURS, strict=False)
    ]
    return Figure(
        id="time-to-running",
        title="Time to Running",
        subtitle="How many of all pods had come how far. What stays below 100 % never came there.",
        frame=frame,
        marks=[line(frame, *curve, colour) for curve, colour in zip(curves, COLOURS, strict=False)],
        legend=[(curve.name, curve.colour) for curve in hovered],
        hover=Hover(abscissa.place(grid), grid, "s", tuple(hovered)),
        description="Cumulative distributions on a logarithmic axis of time; the table of latencies has their quantiles.",
    )


def pods_per_minute(material: Material, width: float) -> Figure | None:
    """How fast pods were created, came up, and went."""
    kinds = (("created", Milestone.CREATED), ("became Running", Milestone.API_RUNNING), ("gone", Milestone.DELETED))
    reached = [(name, milestone) for name, milestone in kinds if material.timelines.reached(milestone)]
    if not reached:
        return None
    axis = material.time(width)
    edges = axis.bins(max(10.0, material.measured.run_seconds / 400))
    curves = [
        Curve(name, colour, "", series.per_minute(material.timelines.at(milestone), edges))
        for (name, milestone), colour in zip(reached, COLOURS, strict=False)
    ]
    subtitle = "Pods created, seen Running, and gone."
    if found := material.measured.running_rate:
        subtitle = f"{wording.rate(found.best_per_minute)} a minute became Running in the best ten minutes."
    return lines_over_time(
        "pods-per-minute", "Pods per minute", subtitle, axis, middles(edges), curves, y_title="pods per minute"
    )


def container_creating(material: Material, width: float) -> Figure | None:
    """Pods in ContainerCreating while they came up, and what Little's law makes of them."""
    little = material.measured.little
    if little is None:
        return None
    sampled = material.samples.series("pods.containerCreating")
    axis = TimeAxis((Segment(little.start_seconds, little.end_seconds, LEFT, width - RIGHT),))
    edges = axis.bins(series.interval_of(sampled.seconds))
    xs, look = middles(edges), "state-containerCreating"
    inside = Curve("in ContainerCreating", look, "", sampled.steps.means(edges))
    frame = Frame(width, axis, upwards(max(little.max_inside, little.expected_inside) * 1.1), TIME_TITLE, "pods")
    return Figure(
        id="container-creating",
        title="ContainerCreating and Little’s law",
        subtitle=_law(little),
        frame=frame,
        marks=[
            line(frame, xs, inside.values, look),
            level(frame, little.expected_inside, f"λ·W = {wording.rate(little.expected_inside)}", below=True),
        ],
        hover=Hover(axis.place(xs), xs, "clock", (inside,)),
        description=f"Pods in ContainerCreating, on average {little.mean_inside:.0f}, at most {little.max_inside:.0f}.",
    )


def _law(little: Little) -> str:
    verdict = "The two agree." if little.agrees else "The two disagree."
    return (
        f"{wording.rate(little.arrivals_per_second)} arrivals/s × {wording.seconds(little.mean_stay_seconds)} inside "
        f"= {wording.rate(little.expected_inside)}; seen: {wording.rate(little.mean_inside)}. {verdict}"
    )
