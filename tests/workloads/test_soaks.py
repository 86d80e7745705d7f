"""The other programs, for a moment each."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.workloads.programs.volume_reader import Reader
from plimsoll.workloads.programs.worker import Worker
from tests.workloads.programs import DIRECTORY, Program

STARTED = ["client", "coordinator", "cpu_soak", "dns_lookups", "log_writer", "memory_soak", "pause", "server", "small_files",
           "volume_reader"]  # fmt: skip
UNTIL_SIGTERM = {
    "cpu_soak": ("--seconds", "0", "--share", "0.1"),
    "dns_lookups": ("--seconds", "0", "--name", "localhost"),
    "log_writer": ("--seconds", "0"),
    "memory_soak": ("--seconds", "0", "--bytes", "8192"),
    "pause": (),
    "small_files": ("--seconds", "0", "--rate", "100"),
    "volume_reader": ("--seconds", "0", "--path", "/nowhere"),
}


@pytest.mark.parametrize("program", STARTED)
def test_every_program_explains_itself(program: str) -> None:
    command = [sys.executable, str(DIRECTORY / f"{program}.py"), "--help"]

    assert "usage:" in subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout


@pytest.mark.parametrize("path", sorted(DIRECTORY.glob("*.py")), ids=lambda path: path.stem)
def test_every_program_is_python_3_8_and_imports_nothing_but_its_like(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))

    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}
    assert all(name.startswith("plimsoll.workloads.programs.") for name in foreign)


@pytest.mark.parametrize("program", UNTIL_SIGTERM)
def test_every_program_reports_what_it_has_on_sigterm(program: str) -> None:
    with Program(program, *UNTIL_SIGTERM[program], "--idle") as running:
        running.until("begun")
        (result,) = running.end(signal.SIGTERM)

    assert not result["complete"]
    assert result["measures"]["activeSeconds"] >= 0


def test_a_processor_is_kept_busy_for_a_share_of_the_time() -> None:
    with Program("cpu_soak", "--share", "0.2", "--period", "0.02", "--seconds", "0.2") as running:
        (result,) = running.end()

    measures = result["measures"]
    assert measures["iterations"] > 0
    assert 0 < measures["busyShare"] < 0.6
    assert measures["wantedShare"] == 0.2


@pytest.mark.parametrize("pattern", ["sequential", "random", "once"])
def test_memory_is_held_and_touched(pattern: str) -> None:
    options = ("--bytes", "4000000", "--pattern", pattern, "--interval", "0.01", "--seconds", "0.05")
    with Program("memory_soak", *options) as running:
        (result,) = running.end()

    assert result["measures"]["touchedPages"] >= 4_000_000 // 4096
    assert result["measures"]["residentBytes"] > 4_000_000


def test_files_are_created_read_and_deleted(tmp_path: Path) -> None:
    options = ("--directory", str(tmp_path), "--files", "20", "--rounds", "2", "--sync")
    with Program("small_files", *options) as running:
        (result,) = running.end()

    assert {name: took["count"] for name, took in result["durations"].items()} == dict.fromkeys(
        ("create", "read", "delete"), 40
    )
    assert (result["measures"]["rounds"], result["measures"]["failed"]) == (2, 0)
    assert list(tmp_path.iterdir()) == []


def test_lines_are_numbered_and_of_their_length() -> None:
    with Program("log_writer", "--lines", "5", "--line-bytes", "40", "--rate", "0") as running:
        (result,) = running.end()

    own = [line for line in running.lines if line.startswith("line ")]
    assert [line.split()[1] for line in own] == ["0", "1", "2", "3", "4"]
    assert {len(line) for line in own} == {40}
    assert (result["measures"]["lines"], result["measures"]["bytes"]) == (5, 200)


def test_look_ups_are_counted_by_how_they_went() -> None:
    options = ("--name", "localhost", "--name", "no such name", "--rate", "100", "--seconds", "0.1", "--clients", "2")
    with Program("dns_lookups", *options) as running:
        results = running.end()

    for result in results:
        measures, took = result["measures"], result["durations"]
        wrong = measures["unknown"] + measures["timedOut"] + measures["failed"]
        assert measures["lookups"] == took["lookup"]["count"] + took["failure"]["count"]
        assert took["failure"]["count"] == wrong


def test_a_reader_notices_changes_and_how_long_they_took(tmp_path: Path) -> None:
    hidden = tmp_path / "..data"
    hidden.mkdir()
    for path in (hidden / "hidden", tmp_path / "color", tmp_path / "going"):
        path.write_text("red", encoding="utf-8")
    reader = Reader(Worker("reader"), [str(tmp_path), str(tmp_path / "absent")])
    reader.read_all()

    (tmp_path / "color").write_text("updatedSeconds=1000000000.5", encoding="utf-8")
    (tmp_path / "coming").write_text("x", encoding="utf-8")
    (tmp_path / "going").unlink()
    reader.read_all()

    counts = reader.counts
    assert (reader.files, counts["changes"], counts["appeared"], counts["vanished"]) == (2, 1, 1, 1)
    assert counts["failed"] == 2
    assert reader.delays.count == 1
    assert reader.delays.max_nanoseconds > 1e17
