from __future__ import annotations

import json
from pathlib import Path

import pytest

from plimsoll.cli import flavors
from plimsoll.cli.entry import main
from plimsoll.diagnosis.catalogue import load_findings
from plimsoll.diagnosis.finding import FLAVORS
from tests.archive.synthetic import write_synthetic_run


def test_a_run_is_diagnosed_and_the_exit_code_is_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_synthetic_run(tmp_path)

    assert main(["diagnose", str(run), "--stations"]) == 0

    assert capsys.readouterr().out.startswith("tests/synthetic")


def test_json_is_the_document_of_the_diagnosis(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_synthetic_run(tmp_path)

    assert main(["diagnose", str(run), "--output", "json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["run"]) == ("plimsoll.diagnosis/1", run.name)


def test_a_run_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "nothing", "--runs-directory", str(tmp_path)]) == 2
    assert "there is no run" in capsys.readouterr().err


def test_every_finding_can_be_explained_by_its_code_or_name(capsys: pytest.CaptureFixture[str]) -> None:
    for finding in load_findings():
        assert main(["explain", finding.code.lower()]) == 0
        by_code = capsys.readouterr().out
        assert main(["explain", finding.name]) == 0
        assert capsys.readouterr().out == by_code
        assert by_code.startswith(f"{finding.code} {finding.name}")


def test_without_a_code_the_catalogue_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0

    printed = capsys.readouterr().out
    assert all(finding.code in printed for finding in load_findings())


def test_a_finding_that_is_not_there_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "PLM999"]) == 2
    assert "there is no finding PLM999" in capsys.readouterr().err


def test_the_flavors_of_the_flags_are_those_of_the_findings() -> None:
    """The command line names them without importing what a diagnosis needs."""
    assert flavors.FLAVORS == FLAVORS
