"""The report's tables: every number of the summary, for reading, copying and screen readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from plimsoll.measurement import wording
from plimsoll.measurement.latency import INTERVALS
from plimsoll.report.html.markup import Markup, join, tag

if TYPE_CHECKING:
    from plimsoll.measurement.latency import Quantiles
    from plimsoll.measurement.objectives import Judgement
    from plimsoll.measurement.summary import Measurements
    from plimsoll.measurement.traffic import Durations

MOST_REQUESTS = 25


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, words: int = 1) -> Markup | None:
    """A table whose first ``words`` columns are words and whose others are numbers; None without rows."""
    body = [tag("tr", *(_cell(place, cell, words) for place, cell in enumerate(row))) for row in rows]
    if not body:
        return None
    head = tag("tr", *(tag("th", name, scope="col", class_=_kind(place, words)) for place, name in enumerate(columns)))
    content = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag("div", content, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _cell(place: int, cell: object, words: int) -> Markup:
    if place == 0:
        return tag("th", cell, scope="row")
    return tag("td", cell, class_=_kind(place, words))


def _kind(place: int, words: int) -> str | None:
    return "number" if place >= words else None


def objectives(judgements: Sequence[Judgement], value: Any) -> Markup | None:
    """What was expected, what came, and whether that is enough; ``value`` words the number of a judgement."""
    rows = (
        (
            tag("code", judgement.expression),
            tag("span", "✓ met" if judgement.met else "✗ missed", class_="met" if judgement.met else "missed"),
            judgement.problem or value(judgement),
        )
        for judgement in judgements
    )
    return table("Objectives", ("Objective", "", "Measured"), rows, words=2)


def phases(measured: Measurements) -> Markup | None:
    """The article's table of timings."""
    rows = (
        (phase.name, wording.clock(phase.started_seconds), wording.elapsed(phase.seconds), f"{phase.seconds:,.1f}")
        for phase in measured.phases
    )
    return table("Phases", ("Phase", "Began at", "Took", "Seconds"), rows)


def latencies(measured: Measurements) -> Markup | None:
    """The quantiles of every latency."""
    rows = []
    stamped = dict(measured.by_api_timestamps)
    for interval in INTERVALS:
        name = join(interval.title, " ", tag("code", interval.key))
        if found := measured.latencies.get(interval.key):
            rows.append(_latency(name, found))
        if by_stamps := stamped.pop(interval.key, None):
            rows.append(_latency("… by the API's timestamps, in whole seconds", by_stamps))
    rows += [_latency(join(tag("code", key), " by the API's timestamps"), found) for key, found in stamped.items()]
    return table("Latencies of pods", ("", "Pods", "Mean", "p50", "p90", "p95", "p99", "Max"), rows)


def _latency(name: object, found: Quantiles) -> Sequence[object]:
    values = (found.mean, found.p50, found.p90, found.p95, found.p99, found.max)
    return name, wording.count(found.count), *map(wording.seconds, values)


def clients(measured: Measurements) -> Markup | None:
    """What each client asked for, and how long it held itself back."""
    rows = (
        (
            client.client,
            wording.count(client.requests),
            wording.count(client.errors),
            wording.rate(client.per_second),
            wording.rate(client.peak_per_second),
            wording.rate(client.steady_per_second),
            *_waits(client.throttle),
        )
        for client in measured.traffic.clients
    )
    columns = (
        "Client",
        "Requests",
        "Errors",
        "Per s",
        "Peak/s",
        "Steady/s",
        "Held back",
        "p50 wait",
        "p99 wait",
        "Max",
    )
    return table("Requests by client, and waits at its own limiter", columns, rows)


def _waits(waits: Durations | None) -> Iterable[str]:
    if waits is None:
        return ("0", wording.NOT_MEASURED, wording.NOT_MEASURED, wording.NOT_MEASURED)
    return (wording.count(waits.count), *map(wording.seconds, (waits.p50, waits.p99, waits.max)))


def requests(measured: Measurements) -> Markup | None:
    """Answer times by kind of request, the most frequent first."""
    rows = (
        (
            f"{kind.verb} {kind.resource}",
            wording.count(kind.durations.count),
            wording.count(kind.errors),
            *map(wording.seconds, (kind.durations.mean, kind.durations.p50, kind.durations.p90)),
            *map(wording.seconds, (kind.durations.p99, kind.durations.max)),
        )
        for kind in measured.traffic.latencies[:MOST_REQUESTS]
    )
    columns = ("Request", "Count", "Errors", "Mean", "p50", "p90", "p99", "Max")
    return table("Answer times of the API server", columns, rows)


def slowest(measured: Measurements) -> Markup | None:
    """The pods to look at first."""
    rows = (
        (
            f"{pod.namespace}/{pod.name}",
            pod.node or "not scheduled",
            "never" if pod.running_seconds is None else wording.seconds(pod.running_seconds),
        )
        for pod in measured.slowest
    )
    return table("Slowest pods", ("Pod", "Node", "Created → Running"), rows, words=2)


def constants(profile: Mapping[str, Any]) -> Markup | None:
    """Every constant of the simulated cluster with where it comes from."""
    rows = (
        (tag("code", constant.get("name")), constant.get("value"), constant.get("status"), constant.get("source"))
        for constant in profile.get("constants") or ()
    )
    return table("Constants of the profile", ("Setting", "Value", "Known from", "Source"), rows, words=4)
