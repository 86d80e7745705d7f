from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import plimsoll
from plimsoll.archive import writer as writer_module
from plimsoll.archive.directory import reserve_run
from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.archive.rows import TABLES
from plimsoll.archive.writer import RunWriter, write_summary
from plimsoll.histogram import bucket_of
from plimsoll.telemetry import Milestone, RequestRow
from tests.archive.synthetic import STARTED, write_synthetic_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plimsoll.telemetry import Telemetry

UID = "uid-0"


def begin(runs: Path) -> RunWriter:
    return RunWriter(
        reserve_run(runs, "small", STARTED),
        scenario_name="small",
        scenario={"name": "small", "load": {"jobs": []}},
        profile_name="ideal",
        profile={"name": "ideal"},
        seed=7,
        started=STARTED,
    )


def end(writer: RunWriter) -> RunArchive:
    writer.close(RunStatus.COMPLETE, virtual_seconds=10.0, wall_seconds=0.1)
    return RunArchive.open(writer.directory)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[RunWriter]:
    writer = begin(tmp_path)
    yield writer
    writer._lock.close()


def test_the_writer_is_telemetry(writer: RunWriter) -> None:
    telemetry: Telemetry = writer

    telemetry.pod(UID, "ns", "a", "job", 0.0)


def test_everything_told_is_in_the_tables(writer: RunWriter) -> None:
    request = RequestRow(0.0, 10.0, "kubelet", "GET", "secrets", 200, "latency", bucket_of(0.003), 4, 0.012)
    writer.pod(UID, "ns-0", "server-0", "job", 0.5)
    writer.pod_node(UID, "worker-1")
    writer.milestone(0.75, UID, Milestone.SCHEDULED)
    writer.requests([request])
    writer.sample(1.0, "kubelet.pods", "worker-1", 1)
    writer.event(1.5, "Warning", "Failed", "Pod", "ns-0", "server-0", "kubelet, worker-1", "no", count=2)
    writer.log(2.0, "kubelet", "worker-1", 4, "Throttling request")
    writer.phase("Create pods", 0.0, 2.5)
    writer.result(3.0, ("ns-0", "client", "client-1", 2), "job", "exchange", "attempts", 7)
    writer.durations("job", "exchange", "roundTrip", 90, 5, 0.25)

    archive = end(writer)

    rows = {name: [tuple(row.values()) for row in archive.table(name).to_pylist()] for name in TABLES}
    assert rows == {
        "pods": [(0, UID, "ns-0", "server-0", "job", "worker-1", 0.5)],
        "milestones": [(0.75, 0, "scheduled")],
        "requests": [tuple(request)],
        "samples": [(1.0, "kubelet.pods", "worker-1", 1.0)],
        "events": [(1.5, "Warning", "Failed", "Pod", "ns-0", "server-0", "kubelet, worker-1", "no", 2)],
        "logs": [(2.0, "kubelet", "worker-1", 4, "Throttling request")],
        "phases": [("Create pods", 0.0, 2.5)],
        "results": [(3.0, "ns-0", "client", "client-1", 2, "job", "exchange", "attempts", 7.0)],
        "durations": [("job", "exchange", "roundTrip", 90, 5, 0.25)],
    }


def test_requests_may_be_none(writer: RunWriter) -> None:
    writer.requests([])

    assert end(writer).table("requests").num_rows == 0


def test_a_pod_told_twice_is_one_pod(writer: RunWriter) -> None:
    writer.pod(UID, "ns", "a", "job", 0.0)
    writer.pod(UID, "ns", "a", "job", 3.0)

    assert end(writer).table("pods").to_pylist() == [
        {"pod": 0, "uid": UID, "namespace": "ns", "name": "a", "job": "job", "node": "", "createdSeconds": 0.0}
    ]


def test_a_pod_nobody_told_of_is_a_bug_and_leaves_no_half_row(writer: RunWriter) -> None:
    with pytest.raises(KeyError, match="uid-9"):
        writer.milestone(1.0, "uid-9", Milestone.SCHEDULED)
    with pytest.raises(KeyError, match="uid-9"):
        writer.pod_node("uid-9", "worker-0")

    assert end(writer).table("milestones").num_rows == 0


def test_a_full_batch_is_written_without_being_asked(writer: RunWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "BATCH_ROWS", 3)
    writer.pod(UID, "ns", "a", "job", 0.0)
    for second in range(4):
        writer.milestone(second, UID, Milestone.CREATED)

    archive = RunArchive.open(writer.directory)

    assert archive.table("milestones").num_rows == 3
    assert archive.table("pods").num_rows == 1  # whom the milestones are about


def test_when_the_writer_flushes_makes_no_difference_to_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = write_synthetic_run(tmp_path)
    monkeypatch.setattr(writer_module, "BATCH_ROWS", 11)
    other = write_synthetic_run(tmp_path)

    assert RunArchive(one).manifest.archive_hash == RunArchive(other).manifest.archive_hash
    for table in TABLES:
        assert (one / f"{table}.parquet").read_bytes() == (other / f"{table}.parquet").read_bytes()


def test_another_seed_has_another_hash(tmp_path: Path) -> None:
    hashes = {RunArchive(write_synthetic_run(tmp_path, seed=seed)).manifest.archive_hash for seed in (1, 2)}

    assert len(hashes) == 2


def test_a_closed_run_has_tables_and_no_journals(tmp_path: Path) -> None:
    directory = write_synthetic_run(tmp_path)

    names = {path.name for path in directory.iterdir()}
    assert names == {"run.json", "scenario.json", "profile.json", *(f"{table}.parquet" for table in TABLES)}


def test_the_manifest_says_what_the_run_was(tmp_path: Path) -> None:
    directory = write_synthetic_run(tmp_path)

    document = json.loads((directory / "run.json").read_text())

    assert document.pop("archiveHash").startswith("sha256:")
    assert document.pop("tables")["pods"]["rows"] == 200
    assert document == {
        "format": 1,
        "id": "synthetic-20260105-101500",
        "plimsollVersion": plimsoll.__version__,
        "scenario": "tests/synthetic",
        "profile": "openshift-4.2",
        "seed": 7,
        "status": "complete",
        "started": "2026-01-05T10:15:00+00:00",
        "clock": {"virtualSeconds": 500.0, "wallSeconds": 1.5},
    }


def test_the_summary_is_kept_beside_the_tables(tmp_path: Path) -> None:
    directory = write_synthetic_run(tmp_path)
    assert RunArchive(directory).summary is None

    write_summary(directory, {"run": directory.name, "verdict": "pass"})

    assert RunArchive(directory).summary == {"run": directory.name, "verdict": "pass"}


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from plimsoll.archive.directory import reserve_run
from plimsoll.archive.writer import RunWriter

started = datetime(2026, 1, 5, tzinfo=UTC)
writer = RunWriter(
    reserve_run(Path(sys.argv[1]), "killed", started), scenario_name="killed", scenario={"name": "killed"},
    profile_name="ideal", profile={}, seed=1, started=started,
)
for number in range(50_000):
    writer.pod(f"uid-{number}", "ns", f"pod-{number}", "job", number / 10)
    writer.pod_node(f"uid-{number}", "worker-0")
    writer.milestone(number / 10, f"uid-{number}", "created")
    if number == 40_000:
        writer.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_everything_that_was_flushed(tmp_path: Path) -> None:
    process = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert process.returncode == -9

    archive = RunArchive.open(next(tmp_path.glob("killed-*")))

    assert archive.manifest.status is RunStatus.KILLED
    assert archive.scenario == {"name": "killed"}
    assert archive.table("pods")["uid"].to_pylist()[:40_001] == [f"uid-{number}" for number in range(40_001)]
    assert set(archive.table("pods")["node"].to_pylist()) == {"worker-0"}
    assert archive.table("milestones").num_rows == archive.table("pods").num_rows >= 40_001


def test_a_run_started_in_another_time_zone_is_listed_in_utc(tmp_path: Path) -> None:
    started = STARTED.astimezone(timezone(timedelta(hours=-5)))
    directory = reserve_run(tmp_path, "west", started)
    writer = RunWriter(
        directory, scenario_name="west", scenario={}, profile_name="ideal", profile={}, seed=1, started=started
    )

    assert end(writer).manifest.started.isoformat() == "2026-01-05T10:15:00+00:00"
