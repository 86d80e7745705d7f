from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from plimsoll.archive.bindings import journal_batches
from plimsoll.archive.directory import hold_lock
from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.archive.rows import TABLES
from plimsoll.errors import ArchiveError
from tests.archive.synthetic import PODS, PROFILE, SCENARIO, write_synthetic_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def complete(tmp_path: Path) -> Path:
    return write_synthetic_run(tmp_path)


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    return write_synthetic_run(tmp_path, close=False)


def test_a_run_is_opened_by_its_directory_by_its_id_or_as_the_latest(complete: Path) -> None:
    runs = complete.parent

    opened = [RunArchive.open(complete), RunArchive.open(complete.name, runs), RunArchive.open(runs_directory=runs)]

    assert {archive.manifest.id for archive in opened} == {complete.name}


def test_the_runs_directory_is_named_by_the_environment(complete: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIMSOLL_RUNS", str(complete.parent))

    assert RunArchive.open(complete.name).manifest.id == complete.name


def test_scenario_and_profile_are_those_that_were_written(complete: Path) -> None:
    archive = RunArchive(complete)

    assert (archive.scenario, archive.profile) == (SCENARIO, PROFILE)


@pytest.mark.parametrize("table", TABLES)
def test_a_killed_run_reads_as_a_complete_one(complete: Path, killed: Path, table: str) -> None:
    closed, open_ = RunArchive(complete).table(table), RunArchive(killed).table(table)

    assert open_.schema == closed.schema == TABLES[table]
    assert open_.to_pylist() == closed.to_pylist()


def test_a_run_whose_process_lives_is_running_and_one_whose_process_is_gone_was_killed(killed: Path) -> None:
    with hold_lock(killed):
        assert RunArchive(killed).manifest.status is RunStatus.RUNNING

    assert RunArchive(killed).manifest.status is RunStatus.KILLED


def test_milestones_of_pods_that_were_cut_off_are_left_out(killed: Path) -> None:
    (killed / "pods.arrow").write_bytes(b"")

    archive = RunArchive(killed)

    assert archive.table("pods").num_rows == archive.table("milestones").num_rows == 0


def test_pods_whose_bindings_were_cut_off_have_no_node(killed: Path) -> None:
    (killed / "bindings.arrow").write_bytes(b"")

    assert set(RunArchive(killed).table("pods")["node"].to_pylist()) == {""}


def test_a_run_killed_while_it_was_closing_is_read_from_tables_and_journals(complete: Path, killed: Path) -> None:
    shutil.copy(complete / "pods.parquet", killed)
    (killed / "pods.arrow").unlink()
    (killed / "bindings.arrow").unlink()

    archive = RunArchive(killed)

    assert archive.table("pods").num_rows == PODS
    assert archive.table("milestones").num_rows > PODS


def test_a_table_is_found_even_if_the_run_closes_between_two_looks(
    complete: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = complete / "hidden"
    (complete / "phases.parquet").rename(hidden)

    def close_meanwhile(directory: Path, table: str) -> object:
        hidden.rename(complete / "phases.parquet")
        return journal_batches(directory, table)

    monkeypatch.setattr("plimsoll.archive.reader.journal_batches", close_meanwhile)

    assert RunArchive(complete).table("phases").num_rows == 6


def test_a_table_is_read_once(complete: Path) -> None:
    archive = RunArchive(complete)

    assert archive.table("pods") is archive.table("pods")


def test_a_run_that_is_as_it_was_written_passes_verification(complete: Path) -> None:
    RunArchive(complete).verify()


def test_a_table_of_another_run_fails_verification(complete: Path) -> None:
    other = write_synthetic_run(complete.parent, seed=8)
    shutil.copy(other / "milestones.parquet", complete)

    with pytest.raises(ArchiveError, match=r"milestones\.parquet is not what run synthetic-.* wrote"):
        RunArchive(complete).verify()


def test_a_run_that_does_not_exist_names_the_one_that_was_probably_meant(complete: Path) -> None:
    with pytest.raises(ArchiveError, match=rf"Did you mean {complete.name}\?"):
        RunArchive.open("synthetic-20260105-101501", complete.parent)


def test_a_run_that_does_not_exist_names_the_command_that_lists_them(complete: Path) -> None:
    with pytest.raises(ArchiveError, match=r"there is no run xyz in .*`plimsoll runs` lists"):
        RunArchive.open("xyz", complete.parent)


def test_where_there_are_no_runs_there_is_no_latest(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"there are no runs in .*`plimsoll run`"):
        RunArchive.open(runs_directory=tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b"", b"PAR1 not really", None])
def test_a_table_that_is_damaged_or_gone_is_an_error_with_a_remedy(complete: Path, content: bytes | None) -> None:
    path = complete / "pods.parquet"
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    for read in (lambda: RunArchive(complete).table("pods"), lambda: RunArchive(complete).verify()):
        with pytest.raises(ArchiveError, match=r"pods\.parquet cannot be read: .*Restore it from a copy, or run again"):
            read()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": 1}', b"\xff", b'"text"'])
def test_a_manifest_that_is_damaged_is_an_error_that_names_it(complete: Path, content: bytes) -> None:
    (complete / "run.json").write_bytes(content)

    with pytest.raises(ArchiveError, match=r"run\.json.*Restore it from a copy"):
        RunArchive(complete)


def test_an_archive_of_a_later_format_names_the_version_that_reads_it(complete: Path) -> None:
    document = json.loads((complete / "run.json").read_text())
    (complete / "run.json").write_text(json.dumps({**document, "format": 2, "plimsollVersion": "9.1"}))

    with pytest.raises(ArchiveError, match=r"format 2, and this Plimsoll reads format 1.*9\.1"):
        RunArchive(complete)
