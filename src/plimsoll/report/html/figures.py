"""The plots of a report, each a function of what the run measured. One that has nothing to show is None."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.report import wording
from plimsoll.report.columns import Samples
from plimsoll.report.html import plot, series, strips
from plimsoll.report.html.markup import Markup, tag
from plimsoll.report.html.plot import HALF, LEFT, RIGHT, TOP, WIDE, Figure, Frame, Hover, band, level, line
from plimsoll.report.html.scale import Linear, Logarithmic, NoTicks, Segment, TimeAxis, rounded_up, time_axis
from plimsoll.report.latency import INTERVALS
from plimsoll.report.network import MEGABIT, natural
from plimsoll.report.states import POD_STATES
from plimsoll.report.timelines import Timelines, read_timelines
from plimsoll.simcluster.telemetry import Milestone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from plimsoll.report.columns import Archive, Floats
    from plimsoll.report.creation import Little
    from plimsoll.report.html.series import Line
    from plimsoll.report.summary import Measurements, Summary

TIME_TITLE = "time since the run began"
COLOURS = tuple(f"c{number}" for number in range(8))


@dataclass(frozen=True, slots=True)
class Material:
    """What the plots are drawn from, read once."""

    measured: Measurements
    timelines: Timelines
    samples: Samples
    requests: pa.Table

    def time(self, width: float) -> TimeAxis:
        """The run's clock along a plot of this width."""
        return time_axis(self.measured.run_seconds, self.measured.steady, LEFT, width - RIGHT)


Maker = Callable[[Material, float], Figure | None]
"""Draws one plot at a width; None where there is nothing to show."""


def figures(archive: Archive, summary: Summary) -> Iterator[Figure]:
    """All plots that this run has something to show in, in reading order."""
    material = Material(
        summary.measured, read_timelines(archive), Samples(archive.table("samples")), archive.table("requests")
    )
    rows: tuple[tuple[Maker, ...], ...] = (
        (phases,),
        (pods_by_state,),
        (time_to_running, way_of_a_pod),
        (pods_per_minute, container_creating),
        (requests_by_client, throttling),
        (api_latency,),
        (network_over_time, network_per_node),
    )
    for row in rows:
        yield from _row(row, material)


def _row(makers: Sequence[Maker], material: Material) -> Iterator[Figure]:
    """The plots of a row side by side; one that is alone there takes it all."""
    found = [(make, figure) for make in makers if (figure := make(material, HALF))]
    if len(found) == 1:
        make, _ = found[0]
        found = [(make, figure) for figure in [make(material, WIDE)] if figure]
    yield from (figure for _, figure in found)


def phases(material: Material, width: float) -> Figure | None:
    """The phases of the load."""
    return strips.phases(material.measured, width)


def way_of_a_pod(material: Material, width: float) -> Figure | None:
    """Where the time of the average pod goes."""
    return strips.way_of_a_pod(material.measured, width)


def _y(top: float, unit: str = "", height: float = plot.HEIGHT) -> Linear:
    return rounded_up(top, height - plot.BOTTOM, TOP, unit)


def _middles(edges: Floats) -> Floats:
    middles: Floats = (edges[1:] + edges[:-1]) / 2
    return middles


# ---------------------------------------------------------------------------------------------------------- pods


def pods_by_state(material: Material, width: float) -> Figure | None:
    """How many pods were in each state, one upon the other."""
    axis = material.time(width)
    sampled = {state: material.samples.series(f"pods.{state.key}") for state in POD_STATES}
    shown = [(state, found) for state, found in sampled.items() if found.values.any()]
    if not shown:
        return None
    edges = axis.bins(series.interval_of(shown[0][1].seconds))
    xs = _middles(edges)
    counts = [series.binned(found, edges)[0] for _, found in shown]
    stack = np.vstack([np.zeros(xs.size), np.cumsum(np.nan_to_num(counts), axis=0)])
    stack[:, np.isnan(counts[0])] = np.nan
    frame = Frame(width, axis, _y(float(np.nanmax(stack[-1])), height=330), TIME_TITLE, "pods", height=330)
    looks = [f"state-{state.key}" for state, _ in shown]
    marks = [band(frame, xs, stack[row], stack[row + 1], look) for row, look in enumerate(looks)]
    return Figure(
        id="pods-by-state",
        title="Pods by state",
        subtitle="As kubectl get pods names them.",
        frame=frame,
        marks=[mark for mark in marks if mark],
        legend=[(state.title, look) for (state, _), look in zip(shown, looks, strict=True)],
        hover=Hover(
            axis.place(xs),
            xs,
            "clock",
            tuple((state.title, look, "", row) for (state, _), look, row in zip(shown, looks, counts, strict=True)),
        ),
        description="Stacked areas: pods in each state over time. "
        + ", ".join(f"{state.title} at most {found.values.max():,.0f}" for state, found in shown),
    )


def time_to_running(material: Material, width: float) -> Figure | None:
    """Which share of the pods had got how far, so long after they were created."""
    wanted = ("podScheduled", "podKubeletRunning", "podRunning", "podReady")
    intervals = [interval for interval in INTERVALS if interval.key in wanted]
    curves = [
        (
            interval,
            *series.cumulative(material.timelines.between(interval.start, interval.end), len(material.timelines)),
        )
        for interval in intervals
        if material.timelines.reached(interval.end)
    ]
    if not curves:
        return None
    lowest = max(1e-3, min(float(durations[0]) for _, durations, _ in curves))
    highest = max(10 * lowest, *(float(durations[-1]) for _, durations, _ in curves))
    frame = Frame(
        width,
        Logarithmic(lowest, highest, LEFT, width - RIGHT),
        _y(1.0, "%"),
        "after the pod was created",
        "share of all pods",
    )
    grid = np.geomspace(lowest, highest, 120)
    shares = [np.interp(grid, durations, share, left=0.0) for _, durations, share in curves]
    return Figure(
        id="time-to-running",
        title="Time to Running",
        subtitle="How many of all pods had come how far. What stays below 100 % never came there.",
        frame=frame,
        marks=[line(frame, durations, share, COLOURS[row]) for row, (_, durations, share) in enumerate(curves)],
        legend=[(interval.title, COLOURS[row]) for row, (interval, _, _) in enumerate(curves)],
        hover=Hover(
            frame.x.place(grid),
            grid,
            "s",
            tuple((curve[0].title, COLOURS[row], "%", shares[row]) for row, curve in enumerate(curves)),
        ),
        description="Cumulative distributions on a logarithmic axis of time; the table of latencies has their quantiles.",
    )


def pods_per_minute(material: Material, width: float) -> Figure | None:
    """How fast pods were created, came up, and went."""
    axis = material.time(width)
    edges = axis.bins(max(10.0, material.measured.run_seconds / 400))
    kinds = (("created", Milestone.CREATED), ("became Running", Milestone.API_RUNNING), ("gone", Milestone.DELETED))
    lines = [
        series.Line(name, series.per_minute(material.timelines.at(milestone), edges))
        for name, milestone in kinds
        if material.timelines.reached(milestone)
    ]
    if not lines:
        return None
    subtitle = "Pods created, seen Running, and gone."
    if found := material.measured.running_rate:
        subtitle = f"{wording.rate(found.best_per_minute)} a minute became Running in the best ten minutes."
    return _over_time("pods-per-minute", "Pods per minute", subtitle, axis, edges, lines, y_title="pods per minute")


def container_creating(material: Material, width: float) -> Figure | None:
    """Pods in ContainerCreating while they came up, and what Little's law makes of them."""
    little = material.measured.little
    if little is None:
        return None
    sampled = material.samples.series("pods.containerCreating").within(little.start_seconds, little.end_seconds)
    axis = TimeAxis((_segment(little, width),))
    edges = axis.bins(series.interval_of(sampled.seconds))
    means, _, highest = series.binned(sampled, edges)
    xs = _middles(edges)
    known = ~np.isnan(means)
    frame = Frame(width, axis, _y(max(little.max_inside, little.expected_inside) * 1.1), TIME_TITLE, "pods")
    verdict = "The two agree." if little.agrees else f"They differ by a factor of {wording.rate(little.ratio)}."
    return Figure(
        id="container-creating",
        title="ContainerCreating and Little’s law",
        subtitle=f"{wording.rate(little.arrivals_per_second)} arrivals/s × {wording.seconds(little.mean_stay_seconds)} "
        f"inside = {wording.rate(little.expected_inside)}; seen: {wording.rate(little.mean_inside)}. {verdict}",
        frame=frame,
        marks=[
            line(frame, xs[known], means[known], "state-containerCreating"),
            level(frame, little.expected_inside, f"λ·W = {wording.rate(little.expected_inside)}"),
        ],
        hover=Hover(
            axis.place(xs[known]),
            xs[known],
            "clock",
            (
                ("in ContainerCreating", "state-containerCreating", "", means[known]),
                ("at most", "state-containerCreating", "", highest[known]),
            ),
        ),
        description=f"Pods in ContainerCreating, on average {little.mean_inside:.0f}, at most {little.max_inside:.0f}.",
    )


def _segment(little: Little, width: float) -> Segment:
    """The time in which pods came up, along a plot."""
    return Segment(little.start_seconds, little.end_seconds, LEFT, width - RIGHT)


# ------------------------------------------------------------------------------------------------------ requests


def requests_by_client(material: Material, width: float) -> Figure | None:
    """Requests per second of each client, one upon the other."""
    axis = material.time(width)
    counts = _counts(material, axis, "latency", "client")
    if not counts.labels:
        return None
    lines = counts.rates()
    edges = axis.bins(_window(material))
    xs = _middles(edges)
    stack = np.vstack([np.zeros(xs.size), np.cumsum([line.values for line in lines], axis=0)])
    frame = Frame(width, axis, _y(float(stack[-1].max())), TIME_TITLE, "requests per second")
    marks = [band(frame, xs, stack[row], stack[row + 1], COLOURS[row]) for row in range(len(lines))]
    return Figure(
        id="requests-by-client",
        title="Requests by client",
        subtitle="What each kind of client asks of the API server, one upon the other.",
        frame=frame,
        marks=[mark for mark in marks if mark],
        legend=_legend(lines),
        hover=Hover(axis.place(xs), xs, "clock", (*_hover_series(lines, "/s"), ("all", "", "/s", stack[-1]))),
        description="Stacked areas: requests per second by client; the table of clients has the totals.",
    )


def throttling(material: Material, width: float) -> Figure | None:
    """The longest wait of each client at its own rate limiter."""
    axis = material.time(width)
    counts = _counts(material, axis, "throttle", "client")
    lines = counts.longest()
    if not lines:
        return None
    edges = axis.bins(_window(material))
    subtitle = "The longest wait at a client’s own rate limiter. API servers and their metrics do not see it."
    return _over_time("throttling", "Client-side throttling", subtitle, axis, edges, lines, unit="s", y_title="wait")


def api_latency(material: Material, width: float) -> Figure | None:
    """Answer times by verb: the median and the 99th percentile."""
    axis = material.time(width)
    counts = _counts(material, axis, "latency", "verb")
    if not counts.labels:
        return None
    edges = axis.bins(_window(material))
    xs = _middles(edges)
    verbs = counts.labels[:5]
    medians = [counts.quantile(label, 0.5) for label in range(len(verbs))]
    tails = [counts.quantile(label, 0.99) for label in range(len(verbs))]
    known = np.concatenate([*medians, *tails])
    known = known[known > 0]
    if not known.size:
        return None
    scale = Logarithmic(float(known.min()), float(known.max()), plot.HEIGHT - plot.BOTTOM, TOP)
    frame = Frame(width, axis, scale, TIME_TITLE, "answer time")
    hovered = [
        (f"{verb} {name}", COLOURS[row], "s", values[row])
        for row, verb in enumerate(verbs)
        for name, values in (("p50", medians), ("p99", tails))
    ]
    return Figure(
        id="api-latency",
        title="Answer times of the API server by verb",
        subtitle="99th percentile as a line, median dashed. Waits at the clients’ own limiters are left out.",
        frame=frame,
        marks=[
            *(line(frame, xs, tail, COLOURS[row]) for row, tail in enumerate(tails)),
            *(line(frame, xs, median, f"{COLOURS[row]} dashed") for row, median in enumerate(medians)),
        ],
        legend=[(verb, COLOURS[row]) for row, verb in enumerate(verbs)],
        hover=Hover(axis.place(xs), xs, "clock", tuple(hovered)),
        description="Answer times by verb over time on a logarithmic axis; the table of requests has the quantiles.",
    )


def _window(material: Material) -> float:
    windows = material.requests.column("windowSeconds")
    return float(windows[0].as_py()) if len(windows) else 1.0


def _counts(material: Material, axis: TimeAxis, measure: str, label: str) -> series.RequestCounts:
    return series.request_counts(material.requests, measure, label, axis.bins(_window(material)))


# ------------------------------------------------------------------------------------------------------- network


def network_over_time(material: Material, width: float) -> Figure | None:
    """What nodes sent: the mean of all, between the quietest and the busiest."""
    transfer = material.measured.transfer
    if transfer is None:
        return None
    axis = material.time(width)
    sending = material.samples.series("network.sendBitsPerSecond")
    edges = axis.bins(series.interval_of(sending.seconds))
    xs = _middles(edges)
    mean, lowest, highest = (values / MEGABIT for values in series.binned(sending, edges))
    expected = transfer.expected_megabits_per_node
    frame = Frame(width, axis, _y(1.05 * max(float(np.nanmax(highest)), expected or 0.0)), TIME_TITLE, "Mb/s per node")
    return Figure(
        id="network-over-time",
        title="Network over time",
        subtitle="What a node sends: the mean of all nodes, and from the quietest to the busiest.",
        frame=frame,
        marks=[
            *(mark for mark in [band(frame, xs, lowest, highest, "c0 faded")] if mark),
            line(frame, xs, mean, "c0"),
            *([level(frame, expected, f"expected {wording.rate(expected)}")] if expected else []),
        ],
        hover=Hover(
            axis.place(xs),
            xs,
            "clock",
            (("busiest", "c0", "Mb/s", highest), ("mean", "c0", "Mb/s", mean), ("quietest", "c0", "Mb/s", lowest)),
        ),
        description=f"Nodes send {transfer.mean:.0f} Mb/s on average while the exchange is steady.",
    )


def network_per_node(material: Material, width: float) -> Figure | None:
    """Each node's steady rate of sending, with its range."""
    transfer = material.measured.transfer
    if transfer is None:
        return None
    nodes = transfer.nodes
    if len(nodes) > series.MOST_NODES:
        chosen = np.linspace(0, len(nodes) - 1, series.MOST_NODES).astype(int).tolist()
        nodes = tuple(sorted(nodes, key=lambda node: (node.send_mean, natural(node.node)))[row] for row in chosen)
    top = max(node.send_max for node in nodes)
    expected = transfer.expected_megabits_per_node
    places = LEFT + (width - RIGHT - LEFT) * (np.arange(len(nodes)) + 0.5) / len(nodes)
    frame = Frame(width, NoTicks(), _y(1.1 * max(top, expected or 0.0)), f"{len(nodes):,} nodes", "Mb/s sent")
    means = np.array([node.send_mean for node in nodes])
    ranges = [np.array([getattr(node, name) for node in nodes]) for name in ("send_min", "send_max")]
    return Figure(
        id="network-per-node",
        title="Network per node",
        subtitle=f"{wording.rate(transfer.min)} to {wording.rate(transfer.max)} Mb/s"
        + (" while the exchange was steady." if transfer.is_steady else " while data were sent."),
        frame=frame,
        marks=[
            *_bars(frame, places, means),
            *([level(frame, expected, f"expected {wording.rate(expected)}")] if expected else []),
        ],
        hover=Hover(
            places,
            places,
            "",
            (
                ("mean", "c0", "Mb/s", means),
                ("lowest", "", "Mb/s", ranges[0]),
                ("highest", "", "Mb/s", ranges[1]),
            ),
            names=tuple(node.node for node in nodes),
        ),
        description="A bar for each node; all are in the table of nodes of the archive.",
    )


def _bars(frame: Frame, places: Floats, values: Floats) -> Iterator[Markup]:
    pitch = float(places[1] - places[0]) if places.size > 1 else 80.0
    width = max(1.0, 0.72 * pitch)
    for place, top in zip(places.tolist(), frame.y.place(values).tolist(), strict=True):
        yield tag(
            "rect",
            x=plot.number(place - width / 2),
            y=plot.number(top),
            width=plot.number(width),
            height=plot.number(frame.bottom - top),
            class_="bar c0",
        )


# -------------------------------------------------------------------------------------------------------- shared


def _over_time(
    id_: str,
    title: str,
    subtitle: str,
    axis: TimeAxis,
    edges: Floats,
    lines: Sequence[Line],
    *,
    unit: str = "",
    y_title: str = "",
) -> Figure:
    """Some lines over time from 0 upwards."""
    xs = _middles(edges)
    frame = Frame(
        axis.end + RIGHT, axis, _y(max(float(each.values.max()) for each in lines), unit), TIME_TITLE, y_title
    )
    return Figure(
        id=id_,
        title=title,
        subtitle=subtitle,
        frame=frame,
        marks=[line(frame, xs, each.values, COLOURS[row]) for row, each in enumerate(lines)],
        legend=_legend(lines),
        hover=Hover(axis.place(xs), xs, "clock", tuple(_hover_series(lines, unit))),
        description=f"{title} over time: {', '.join(f'{each.name} up to {each.values.max():.3g}' for each in lines)}.",
    )


def _legend(lines: Sequence[Line]) -> list[tuple[str, str]]:
    return [(line.name, COLOURS[row]) for row, line in enumerate(lines)]


def _hover_series(lines: Sequence[Line], unit: str) -> Iterator[tuple[str, str, str, Floats]]:
    return ((line.name, COLOURS[row], unit, line.values) for row, line in enumerate(lines))
