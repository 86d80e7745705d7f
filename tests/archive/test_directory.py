from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.archive.directory import default_runs_directory, is_locked, read_json, reserve_run, write_json
from plimsoll.errors import ArchiveError
from tests.archive.synthetic import STARTED

LABEL_VALUE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def test_runs_are_kept_in_the_current_directory_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PLIMSOLL_RUNS", raising=False)
    assert default_runs_directory() == Path("plimsoll-runs")

    monkeypatch.setenv("PLIMSOLL_RUNS", "/srv/runs")
    assert default_runs_directory() == Path("/srv/runs")


def test_a_run_is_named_after_its_scenario_and_its_start_in_utc(tmp_path: Path) -> None:
    started = datetime(2026, 1, 5, 12, 15, tzinfo=timezone(timedelta(hours=2)))

    assert reserve_run(tmp_path / "runs", "openshift/500-pods-per-node", started).name == (
        "500-pods-per-node-20260105-101500"
    )


def test_runs_of_the_same_second_are_numbered(tmp_path: Path) -> None:
    names = [reserve_run(tmp_path, "a", STARTED).name for _ in range(3)]

    assert names == ["a-20260105-101500", "a-20260105-101500-2", "a-20260105-101500-3"]


@given(st.text())
def test_the_id_of_a_run_is_the_value_of_a_label(tmp_path_factory: pytest.TempPathFactory, scenario_name: str) -> None:
    directory = reserve_run(tmp_path_factory.mktemp("runs"), scenario_name, STARTED)

    assert LABEL_VALUE.fullmatch(directory.name)


def test_a_place_where_nothing_can_be_written_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ArchiveError, match=r"cannot keep runs in .*PLIMSOLL_RUNS"):
        reserve_run(tmp_path / "file", "a", STARTED)


def test_a_document_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": "ü"})
    write_json(tmp_path / "a.json", {"b": 1})

    assert read_json(tmp_path / "a.json") == {"b": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_directory_without_a_lock_is_not_being_written(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
