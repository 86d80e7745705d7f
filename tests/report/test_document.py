from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.measurement.summary import summarise
from plimsoll.report.document import document
from tests.archive.synthetic import write_synthetic_run
from tests.measurement.building import archive_of, pod, wanting
from tests.report.synthetic import Shape, write_run

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "run.schema.json"


def _valid(archive: RunArchive) -> dict[str, Any]:
    """The document as a reader gets it, checked against the published schema."""
    found: dict[str, Any] = json.loads(json.dumps(document(summarise(archive)), allow_nan=False))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)
    return found


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("shape", [Shape(), replace(Shape(), never_running=7, throttle_seconds=31.0, expect=())])
def test_a_run_with_everything_fits_the_schema(tmp_path: Path, shape: Shape) -> None:
    found = _valid(write_run(tmp_path, shape))

    assert found["pods"]["wanted"] == 400
    assert found["network"]["megabitsPerNode"]["expected"] == 144.0


def test_a_run_with_nothing_fits_the_schema(tmp_path: Path) -> None:
    found = _valid(archive_of(tmp_path, virtual_seconds=0.0))

    assert (found["verdict"], found["latency"], found["network"]) == ("pass", {}, None)


def test_a_run_that_was_killed_fits_the_schema_and_is_incomplete(tmp_path: Path) -> None:
    found = _valid(RunArchive.open(write_synthetic_run(tmp_path, close=False)))

    assert (found["status"], found["verdict"], found["archiveHash"]) == ("killed", "incomplete", None)


def test_it_has_at_least_what_scripts_rely_on(tmp_path: Path) -> None:
    scenario = wanting(2, expect=("pods.running == 100%", "podReady.p99 <= 5s"))
    found = _valid(archive_of(tmp_path, pod("a", 1.0, apiRunning=3.0), pod("b", 1.0), scenario=scenario))

    assert found["verdict"] == "fail"
    assert found["seed"] == 1
    assert found["clock"] == {"virtualSeconds": 100.0, "wallSeconds": 0.5}
    assert {name: found["pods"][name] for name in ("wanted", "created", "running", "failed")} == {
        "wanted": 2,
        "created": 2,
        "running": 1,
        "failed": 0,
    }
    assert {name: found["latency"]["podRunning"][name] for name in ("p50", "p90", "p99", "max")} == {
        "p50": 2.0,
        "p90": 2.0,
        "p99": 2.0,
        "max": 2.0,
    }
    running, ready = found["objectives"]
    assert running == {"expr": "pods.running == 100%", "value": 0.5, "unit": "%", "met": False}
    assert (ready["value"], ready["met"]) == (None, False)
    assert "podReady.p99" in ready["problem"]
    assert found["findings"] == []


def test_findings_are_passed_on(tmp_path: Path) -> None:
    finding = {"code": "PLM101", "name": "kubelet throttled", "severity": "error"}

    assert document(summarise(archive_of(tmp_path)), [finding])["findings"] == [finding]


def test_an_interrupted_run_is_incomplete_whatever_it_reached(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, pod("a", 1.0, apiRunning=3.0), scenario=wanting(1), status=RunStatus.INTERRUPTED)

    found = _valid(archive)

    assert found["objectives"][0]["met"]
    assert found["verdict"] == "incomplete"
