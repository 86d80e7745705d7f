from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest

from plimsoll.archive.reader import RunArchive
from plimsoll.cli import export
from plimsoll.errors import ArchiveError, InputError
from plimsoll.report.kube_burner import kube_burner_files
from tests.archive.synthetic import write_synthetic_run

if TYPE_CHECKING:
    from pathlib import Path


def call(*flags: str) -> int:
    parser = argparse.ArgumentParser()
    export.register(parser.add_subparsers())
    arguments = parser.parse_args(["export", *flags])
    return int(arguments.run(arguments))


def test_every_file_is_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, target = write_synthetic_run(tmp_path / "runs"), tmp_path / "new" / "metrics"

    assert call(run.name, "--runs-directory", str(tmp_path / "runs"), "--directory", str(target)) == 0

    written = {path.name: json.loads(path.read_text()) for path in target.iterdir()}
    assert written == kube_burner_files(RunArchive(run))
    assert capsys.readouterr().out.splitlines() == [str(target / name) for name in kube_burner_files(RunArchive(run))]


def test_json_names_the_files_in_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_synthetic_run(tmp_path)

    assert call(str(run), "--directory", str(tmp_path / "out"), "--output", "json") == 0

    document = json.loads(capsys.readouterr().out)
    assert (document["run"], document["format"], len(document["files"])) == (run.name, "kube-burner", 3)


def test_without_a_run_the_latest_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_synthetic_run(tmp_path)
    latest = write_synthetic_run(tmp_path)

    call("--runs-directory", str(tmp_path), "--directory", str(tmp_path / "out"), "--output", "json")

    assert json.loads(capsys.readouterr().out)["run"] == latest.name


def test_a_run_that_does_not_exist_is_an_error_of_the_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no run xyz"):
        call("xyz", "--runs-directory", str(tmp_path), "--directory", str(tmp_path))


def test_a_directory_that_cannot_be_written_is_an_error_of_the_input(tmp_path: Path) -> None:
    run = write_synthetic_run(tmp_path)
    (tmp_path / "file").write_text("")

    with pytest.raises(InputError, match=r"cannot be written: .* Name another --directory"):
        call(str(run), "--directory", str(tmp_path / "file"))
