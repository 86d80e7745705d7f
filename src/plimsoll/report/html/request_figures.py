"""Plots of requests: how many each client made, how long it held itself back, how long the answers took."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from plimsoll.report.html import plot, series
from plimsoll.report.html.material import COLOURS, TIME_TITLE, Material, lines_over_time, middles, stack_over_time
from plimsoll.report.html.plot import TOP, Curve, Figure, Frame, Hover, line
from plimsoll.report.html.scale import Logarithmic, TimeAxis

MOST_VERBS = 5  # two lines each; more cannot be told apart


def requests_by_client(material: Material, width: float) -> Figure | None:
    """Requests per second of each client, one upon the other."""
    axis = material.time(width)
    lines = _counts(material, axis, "latency", "client").rates()
    if not lines:
        return None
    curves = _curves(material, lines, "/s")
    subtitle = "What each kind of client asks of the API server, one upon the other."
    xs = middles(axis.bins(_window(material)))
    return stack_over_time(
        "requests-by-client", "Requests by client", subtitle, axis, xs, curves, y_title="requests per second"
    )


def throttling(material: Material, width: float) -> Figure | None:
    """The longest wait of each client at its own rate limiter."""
    axis = material.time(width)
    lines = _counts(material, axis, "throttle", "client").longest()
    if not lines:
        return None
    curves = _curves(material, lines, "s")
    subtitle = "The longest wait at a client’s own rate limiter, which no API server sees."
    xs = middles(axis.bins(_window(material)))
    return lines_over_time("throttling", "Client-side throttling", subtitle, axis, xs, curves, y_title="wait")


def api_latency(material: Material, width: float) -> Figure | None:
    """Answer times by verb: the median and the 99th percentile."""
    axis = material.time(width)
    counts = _counts(material, axis, "latency", "verb")
    verbs = counts.labels[:MOST_VERBS]
    medians = [Curve(f"{verb} p50", COLOURS[row], "s", counts.quantile(row, 0.5)) for row, verb in enumerate(verbs)]
    tails = [Curve(f"{verb} p99", COLOURS[row], "s", counts.quantile(row, 0.99)) for row, verb in enumerate(verbs)]
    known = np.array([value for curve in (*medians, *tails) for value in curve.values.tolist() if value > 0])
    if not known.size:
        return None
    xs = middles(axis.bins(_window(material)))
    scale = Logarithmic(float(known.min()), float(known.max()), plot.HEIGHT - plot.BOTTOM, TOP)
    frame = Frame(width, axis, scale, TIME_TITLE, "answer time")
    hovered = tuple(curve for pair in zip(medians, tails, strict=True) for curve in pair)
    return Figure(
        id="api-latency",
        title="Answer times of the API server by verb",
        subtitle="99th percentile as a line, median dashed. Waits at the clients’ own limiters are left out.",
        frame=frame,
        marks=[
            *(line(frame, xs, tail.values, tail.colour) for tail in tails),
            *(line(frame, xs, median.values, f"{median.colour} dashed") for median in medians),
        ],
        legend=[(verb, COLOURS[row]) for row, verb in enumerate(verbs)],
        hover=Hover(axis.place(xs), xs, "clock", hovered),
        description="Answer times by verb over time on a logarithmic axis; the table of requests has the quantiles.",
    )


def _curves(material: Material, lines: Sequence[series.Line], unit: str) -> list[Curve]:
    colours = material.colours_of_clients([line.name for line in lines])
    return [Curve(line.name, colour, unit, line.values) for line, colour in zip(lines, colours, strict=True)]


def _window(material: Material) -> float:
    """The length of the windows in which requests were counted."""
    windows = material.requests.column("windowSeconds")
    return float(windows[0].as_py()) if len(windows) else 1.0


def _counts(material: Material, axis: TimeAxis, measure: str, label: str) -> series.RequestCounts:
    return series.request_counts(material.requests, measure, label, axis.bins(_window(material)))
