"""What programs in pods measured, as tables of the report."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from plimsoll.measurement.work import work
from plimsoll.report.html import work_tables
from tests.measurement.test_work import durations, results

ROWS = [("complete", 1.0), ("late", 0.0), ("attempts", 4.0), ("connections", 1.0), ("refused", 3.0),
        ("bytesSent", 2e6), ("bytesReceived", 2e6), ("firstConnectionSeconds", 0.7)]  # fmt: skip
STOPPED = [(1, "complete", 0.0), (1, "late", 1.0)]
MEASURED = cast("Any", SimpleNamespace(work=work(results(*((0, *row) for row in ROWS), *STOPPED), durations(0.001))))
IDLE = cast("Any", SimpleNamespace(work=()))


def cells(table: object) -> list[str]:
    text = str(table).partition("<tbody>")[2].partition("</tbody>")[0]
    return [each.partition("</t")[0].rpartition(">")[2] for each in text.split("<t")[2:] if each[:1] in "hd"]


def test_who_was_stopped_and_who_was_late_is_counted() -> None:
    assert cells(work_tables.work(MEASURED)) == ["job: exchange", "2", "1", "1", "1"]


def test_an_exchange_shows_attempts_first_connections_and_bytes_both_ways() -> None:
    shown = cells(work_tables.exchanges(MEASURED))
    assert shown[:5] == ["job", "4", "1", "3", "0"]
    assert shown[5:] == ["700 ms", "700 ms", "700 ms", "2.00 MB", "2.00 MB"]


def test_every_time_that_programs_measured_has_its_quantiles() -> None:
    assert cells(work_tables.durations(MEASURED))[:3] == ["job: exchange", "roundTrip", "1"]


def test_a_run_whose_pods_did_nothing_has_none_of_these_tables() -> None:
    assert [make(IDLE) for make in (work_tables.work, work_tables.exchanges, work_tables.durations)] == [None] * 3
