from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from plimsoll.archive.index import RunIndex
from plimsoll.archive.manifest import Manifest, RunStatus
from plimsoll.archive.writer import write_summary
from tests.archive.synthetic import STARTED, write_synthetic_run

if TYPE_CHECKING:
    from pathlib import Path


def manifest(run_id: str, age_hours: int = 0) -> Manifest:
    return Manifest(
        id=run_id,
        plimsoll_version="1.0",
        scenario="a",
        profile="ideal",
        seed=1,
        started=STARTED - timedelta(hours=age_hours),
        status=RunStatus.COMPLETE,
    )


def add_run(runs: Path, run: Manifest) -> None:
    (runs / run.id).mkdir(parents=True)
    run.write(runs / run.id)


def ids(runs: Path) -> list[str]:
    return [record.manifest.id for record in RunIndex(runs).runs()]


def indexed(runs: Path) -> set[str]:
    with closing(sqlite3.connect(runs / "index.sqlite")) as database:
        return {run_id for (run_id,) in database.execute("SELECT id FROM runs")}


def test_the_latest_run_comes_first(tmp_path: Path) -> None:
    for run in (manifest("old", 2), manifest("new", 0), manifest("middle", 1)):
        add_run(tmp_path, run)

    assert ids(tmp_path) == ["new", "middle", "old"]


def test_a_record_is_the_manifest_and_the_verdict(tmp_path: Path) -> None:
    directory = write_synthetic_run(tmp_path)
    write_summary(directory, {"verdict": "fail"})

    (record,) = RunIndex(tmp_path).runs()

    assert (record.manifest.id, record.manifest.status, record.verdict) == (directory.name, "complete", "fail")


def test_a_lost_index_is_made_anew_from_the_runs(tmp_path: Path) -> None:
    write_summary(write_synthetic_run(tmp_path), {"verdict": "pass"})
    before = RunIndex(tmp_path).runs()
    (tmp_path / "index.sqlite").unlink()

    assert RunIndex(tmp_path).runs() == before
    assert len(indexed(tmp_path)) == 1


def test_an_index_that_is_no_database_is_made_anew(tmp_path: Path) -> None:
    add_run(tmp_path, manifest("a"))
    (tmp_path / "index.sqlite").write_text("not a database, certainly not one of SQLite's" * 100)

    assert ids(tmp_path) == ["a"]
    assert ids(tmp_path) == ["a"]
    assert indexed(tmp_path) == {"a"}


def test_an_index_of_a_later_version_is_left_alone_and_done_without(tmp_path: Path) -> None:
    add_run(tmp_path, manifest("a"))
    with closing(sqlite3.connect(tmp_path / "index.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")

    assert ids(tmp_path) == ["a"]
    with closing(sqlite3.connect(tmp_path / "index.sqlite")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (99,)
        assert database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_deleted_run_leaves_the_list(tmp_path: Path) -> None:
    for run in (manifest("a"), manifest("b", 1)):
        add_run(tmp_path, run)
    assert ids(tmp_path) == ["a", "b"]

    shutil.rmtree(tmp_path / "a")

    assert ids(tmp_path) == ["b"]
    assert indexed(tmp_path) == {"b"}


def test_a_run_that_was_killed_is_told_from_one_that_is_running(tmp_path: Path) -> None:
    write_synthetic_run(tmp_path, close=False)

    assert [record.manifest.status for record in RunIndex(tmp_path).runs()] == [RunStatus.KILLED]


def test_a_run_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    for run in (manifest("a"), manifest("b", 1)):
        add_run(tmp_path, run)
    (tmp_path / "a" / "run.json").write_text("{")

    assert ids(tmp_path) == ["b"]


def test_what_became_of_a_run_replaces_what_was_known(tmp_path: Path) -> None:
    running = replace(manifest("a"), status=RunStatus.RUNNING)
    add_run(tmp_path, running)
    RunIndex(tmp_path).record(running)
    manifest("a").write(tmp_path / "a")

    assert [record.manifest.status for record in RunIndex(tmp_path).runs()] == [RunStatus.COMPLETE]


def test_where_nothing_can_be_written_runs_are_listed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_run(tmp_path, manifest("a"))

    def refuse(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(sqlite3, "connect", refuse)

    assert ids(tmp_path) == ["a"]


def test_a_directory_that_does_not_exist_has_no_runs_and_is_not_made(tmp_path: Path) -> None:
    assert ids(tmp_path / "nowhere") == []
    assert not (tmp_path / "nowhere").exists()


RECORD = """
import sys
from dataclasses import replace
from pathlib import Path
from plimsoll.archive.index import RunIndex
from tests.archive.test_index import manifest

for number in range(20):
    RunIndex(Path(sys.argv[1])).record(manifest(f"{sys.argv[2]}-{number}"))
"""


def test_many_processes_may_record_runs_at_once(tmp_path: Path) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", RECORD, str(tmp_path), str(name)]) for name in range(3)]

    assert [process.wait() for process in processes] == [0, 0, 0]
    assert len(indexed(tmp_path)) == 60
