from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest

from plimsoll.archive.writer import write_summary
from plimsoll.cli import runs
from tests.archive.synthetic import write_synthetic_run

if TYPE_CHECKING:
    from pathlib import Path


def call(*flags: str) -> int:
    parser = argparse.ArgumentParser()
    runs.register(parser.add_subparsers())
    arguments = parser.parse_args(["runs", *flags])
    return int(arguments.run(arguments))


def test_runs_are_listed_in_columns_with_the_latest_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_summary(write_synthetic_run(tmp_path), {"verdict": "fail"})
    write_synthetic_run(tmp_path, close=False)

    assert call("--runs-directory", str(tmp_path)) == 0

    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["RUN", "SCENARIO", "PROFILE", "SEED", "STARTED", "STATUS", "VERDICT", "VIRTUAL", "WALL"],
        [
            "synthetic-20260105-101500-2",
            *("tests/synthetic", "openshift-4.2", "7", "2026-01-05", "10:15:00", "killed", "-", "-", "-"),
        ],
        [
            "synthetic-20260105-101500",
            *("tests/synthetic", "openshift-4.2", "7", "2026-01-05", "10:15:00", "complete", "fail", "8m20s", "1.5s"),
        ],
    ]


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_synthetic_run(tmp_path)

    assert call("--runs-directory", str(tmp_path), "--output", "json") == 0

    document = json.loads(capsys.readouterr().out)
    (run,) = document["runs"]
    assert document["directory"] == str(tmp_path)
    assert run.pop("archiveHash").startswith("sha256:")
    assert run.pop("plimsollVersion")
    assert run == {
        "run": "synthetic-20260105-101500",
        "scenario": "tests/synthetic",
        "profile": "openshift-4.2",
        "seed": 7,
        "started": "2026-01-05T10:15:00+00:00",
        "status": "complete",
        "clock": {"virtualSeconds": 500.0, "wallSeconds": 1.5},
        "verdict": None,
    }


def test_where_there_are_none_the_next_step_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLIMSOLL_RUNS", str(tmp_path))

    assert call() == 0

    assert capsys.readouterr().out == f"No runs in {tmp_path} yet. Make one with `plimsoll run`.\n"


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0.25, "0.2s"), (59.94, "59.9s"), (60, "1m00s"), (28_925, "8h02m")]
)
def test_durations_are_as_long_as_they_need_be(seconds: float | None, text: str) -> None:
    assert runs._duration(seconds) == text
