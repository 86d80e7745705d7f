"""What every command shares: help, exit codes, complaints, pipes."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll import __version__
from plimsoll.cli import entry, main
from plimsoll.errors import ApiError, ArchiveError, Complaint, InputError, Place, PlimsollError, RunError


def raising(error: BaseException) -> argparse.ArgumentParser:
    def fail(_: argparse.Namespace) -> int:
        raise error

    parser = argparse.ArgumentParser()
    parser.set_defaults(run=fail, command="fail")
    return parser


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for command in ("run", "report", "runs", "examples", "plan", "export", "schema"):
        assert f"\n    {command} " in shown


def test_every_command_explains_itself_and_its_flags() -> None:
    actions = entry.command_line()._actions
    (commands,) = (action for action in actions if isinstance(action, argparse._SubParsersAction))
    for name, parser in commands.choices.items():
        assert parser.description, name
        for action in parser._actions:
            assert action.help or action.choices, f"{name}: {action.dest}"


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"plimsoll {__version__}\n"


def test_no_command_is_a_wrong_usage_and_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("usage: plimsoll")


@pytest.mark.parametrize("words", [["sail"], ["run"], ["run", "x", "--seed", "abc"], ["run", "x", "--bogus"]])
def test_a_wrong_usage_ends_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (InputError(Complaint(Place("a.yaml", 3, "load"), "is missing")), 2),
        (ArchiveError("there is no run x"), 2),
        (RunError("broke off"), 3),
        (ApiError(500, "InternalError", "no"), 3),
        (PlimsollError("whatever"), 3),
        (KeyboardInterrupt(), 130),
    ],
)
def test_an_error_meant_for_a_reader_ends_with_its_exit_code_and_no_traceback(
    error: BaseException, exit_code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(entry, "command_line", lambda: raising(error))
    assert main([]) == exit_code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (f"plimsoll: {error}\n" if str(error) else "")


def test_every_line_of_a_complaint_says_who_complains(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = InputError(Complaint(Place("a"), "is one thing"), Complaint(Place("b"), "is another"))
    monkeypatch.setattr(entry, "command_line", lambda: raising(error))
    main([])
    assert capsys.readouterr().err == "plimsoll: a: is one thing\nplimsoll: b: is another\n"


def test_an_error_in_plimsoll_itself_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "command_line", lambda: raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main([])


def test_help_loads_nothing_heavy() -> None:
    script = "import sys; from plimsoll.cli.entry import command_line; command_line(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {"numpy", "pyarrow", "pydantic", "yaml", "rich", "asyncio"}.isdisjoint(loaded)


def test_a_reader_who_closes_the_pipe_hears_no_complaint(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "plimsoll", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        complaints = process.stderr.read()
    assert (process.returncode, complaints) == (141, b"")
