"""How busy the cluster was a moment ago."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from plimsoll.archive.directory import reserve_run
from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.experiment.pulse import PulseWriter
from plimsoll.histogram import bucket_of
from plimsoll.telemetry import RequestRow

STARTED = datetime(2026, 1, 5, tzinfo=UTC)


def row(measure: str, seconds: float, count: int) -> RequestRow:
    labels = ("kubelet", "GET", "secrets", 200)
    return RequestRow(0.0, 10.0, *labels, measure, bucket_of(seconds), count, seconds * count)  # type: ignore[arg-type]


def test_the_last_window_tells_the_rate_and_the_longest_wait(tmp_path: Path) -> None:
    writer = PulseWriter(
        reserve_run(tmp_path, "pulse", STARTED),
        scenario_name="pulse",
        scenario={},
        profile_name="",
        profile={},
        seed=1,
        started=STARTED,
    )
    writer.requests(
        [row("latency", 0.01, 30), row("latency", 0.5, 20), row("throttle", 2.0, 5), row("throttle", 30, 1)]
    )
    assert writer.requests_per_second == pytest.approx(5)
    assert writer.throttle_seconds == pytest.approx(30, rel=0.1)
    writer.requests([row("latency", 0.01, 10)])
    assert (writer.requests_per_second, writer.throttle_seconds) == (1, 0)
    writer.close(RunStatus.COMPLETE, virtual_seconds=20, wall_seconds=0)
    assert RunArchive.open(writer.directory).table("requests").num_rows == 5
