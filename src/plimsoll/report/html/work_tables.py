"""Tables of what the programs in pods measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.measurement import wording
from plimsoll.report.html.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.measurement.summary import Measurements
    from plimsoll.measurement.work import Work
    from plimsoll.report.html.markup import Markup

FAILURES = ("refused", "timedOut", "unresolved", "failed")
"""How attempts to connect end that come to nothing."""


def work(measured: Measurements) -> Markup | None:
    """Who worked, and what came of it."""
    rows = (
        (f"{each.job}: {each.kind}", *map(wording.count, (each.clients, each.complete, each.clients - each.complete)),
         wording.count(each.late))
        for each in measured.work
    )  # fmt: skip
    return table("What pods did", ("Work", "Clients", "Through", "Stopped early", "Late"), rows)


def exchanges(measured: Measurements) -> Markup | None:
    """Connections and data of clients that exchanged any."""
    rows = (
        (
            each.job,
            wording.count(each.totals["attempts"]),
            wording.count(each.totals.get("connections", 0)),
            wording.count(sum(each.totals.get(name, 0) for name in FAILURES)),
            wording.count(each.totals.get("disconnects", 0)),
            *_first_connections(each),
            wording.quantity(each.totals.get("bytesSent"), "B"),
            wording.quantity(each.totals.get("bytesReceived"), "B"),
        )
        for each in measured.work
        if "attempts" in each.totals
    )
    columns = ("Job", "Attempts", "Connected", "Failed", "Cut off", "First p50", "p99", "Max", "Sent", "Received")
    return table("Data exchange, and time to the first connection", columns, rows)


def durations(measured: Measurements) -> Markup | None:
    """How long what the programs did took, each time of all of them together."""
    rows = (
        (
            f"{each.job}: {each.kind}",
            measure,
            wording.count(took.count),
            *map(wording.seconds, (took.mean, took.p50, took.p90, took.p99, took.max)),
        )
        for each in measured.work
        for measure, took in each.durations.items()
    )
    columns = ("Work", "Measured", "Count", "Mean", "p50", "p90", "p99", "Max")
    return table("Times that programs measured", columns, rows, words=2)


def _first_connections(each: Work) -> Sequence[str]:
    first = each.spreads.get("firstConnectionSeconds")
    if first is None:
        return (wording.NOT_MEASURED,) * 3
    return tuple(map(wording.seconds, (first.p50, first.p99, first.max)))
