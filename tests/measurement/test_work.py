from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest
from rich.console import Console, Group

from plimsoll.archive.rows import DURATIONS, RESULTS
from plimsoll.histogram import RELATIVE_ERROR, bucket_of
from plimsoll.measurement.metrics import _work as _metrics
from plimsoll.measurement.work import Spread, work
from plimsoll.report.terminal import _exchanges, _work


def results(*rows: tuple[int, str, float], kind: str = "exchange") -> pa.Table:
    """Rows of clients by their number: measure and value."""
    columns = [(9.0, "ns", "client-0", "client", client, "job", kind, *measured) for client, *measured in rows]
    return pa.Table.from_pylist([dict(zip(RESULTS.names, row, strict=True)) for row in columns], RESULTS)


def durations(*seconds: float) -> pa.Table:
    rows = [("job", "exchange", "roundTrip", bucket_of(each), 1, each) for each in seconds]
    return pa.Table.from_pylist([dict(zip(DURATIONS.names, row, strict=True)) for row in rows], DURATIONS)


def test_without_results_there_is_no_work() -> None:
    assert work(RESULTS.empty_table(), DURATIONS.empty_table()) == ()


def test_counts_are_added_and_others_spread_over_clients() -> None:
    (found,) = work(
        results(
            (0, "complete", 1.0), (0, "late", 0.0), (0, "attempts", 3.0), (0, "firstConnectionSeconds", 2.0),
            (1, "complete", 0.0), (1, "late", 1.0), (1, "attempts", 1.0), (1, "firstConnectionSeconds", 0.5),
        ),
        DURATIONS.empty_table(),
    )  # fmt: skip

    assert (found.job, found.kind, found.clients, found.complete, found.late) == ("job", "exchange", 2, 1, 1)
    assert found.totals == {"attempts": 4.0}
    assert found.spreads == {"firstConnectionSeconds": Spread(p50=0.5, p99=2.0, min=0.5, max=2.0)}


def test_quantiles_are_those_of_all_round_trips_together() -> None:
    (found,) = work(results((0, "complete", 1.0), (0, "late", 0.0)), durations(*[0.001] * 99, 0.5))

    took = found.durations["roundTrip"]
    assert took.count == 100
    assert took.p50 == pytest.approx(0.001, rel=RELATIVE_ERROR)
    assert took.max == pytest.approx(0.5, rel=RELATIVE_ERROR)
    assert took.total_seconds == pytest.approx(0.599)


def test_a_terminal_shows_connections_rates_and_round_trips() -> None:
    rows = [("complete", 1.0), ("late", 0.0), ("attempts", 4.0), ("connections", 1.0), ("refused", 3.0),
            ("bytesSent", 2e6), ("bytesReceived", 2e6), ("bytesPerSecond", 1e6), ("firstConnectionSeconds", 0.7)]  # fmt: skip
    measured = cast("Any", SimpleNamespace(work=work(results(*((0, *row) for row in rows)), durations(0.001))))
    stream = io.StringIO()
    Console(file=stream, width=100).print(Group(_work(measured), *_exchanges(measured)))

    text = stream.getvalue()
    assert "job: 1 of 4 attempts connected, 3 refused" in text
    assert "2.00 MB sent, 2.00 MB received, each client 1.00 MB/s to 1.00 MB/s each way" in text
    assert "first connection after 700 ms" in text
    assert "round trip" in text


def test_objectives_can_be_about_what_pods_did() -> None:
    rows = [("complete", 1.0), ("late", 0.0), ("attempts", 4.0), ("firstConnectionSeconds", 0.7)]
    done = work(results(*((0, *row) for row in rows), (1, "complete", 0.0), (1, "late", 0.0)), durations(0.001))

    numbers = dict(_metrics(cast("Any", SimpleNamespace(work=done))))

    assert numbers["work.exchange.complete.ratio"] == 0.5
    assert numbers["work.exchange.attempts"] == 4
    assert numbers["work.exchange.firstConnectionSeconds.max"] == 0.7
    assert numbers["work.exchange.roundTrip.count"] == 1


def test_jobs_that_do_the_same_are_told_apart() -> None:
    (one,) = work(results((0, "complete", 1.0), (0, "late", 0.0)), DURATIONS.empty_table())
    both = (one, replace(one, job="other"))

    names = {name for name, _ in _metrics(cast("Any", SimpleNamespace(work=both)))}

    assert {"work.job.exchange.clients", "work.other.exchange.clients"} <= names
