from __future__ import annotations

import argparse
import json
import webbrowser
from pathlib import Path

import pytest

from plimsoll.cli import report
from plimsoll.errors import ArchiveError, InputError
from tests.archive.synthetic import write_synthetic_run


def call(*flags: str) -> int:
    parser = argparse.ArgumentParser()
    report.register(parser.add_subparsers())
    arguments = parser.parse_args(["report", *flags])
    return int(arguments.run(arguments))


def test_the_latest_run_is_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_synthetic_run(tmp_path)

    assert call("--runs-directory", str(tmp_path)) == 0

    printed = capsys.readouterr()
    assert printed.out.startswith("tests/synthetic")
    assert printed.err == ""


def test_json_is_the_document_of_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_synthetic_run(tmp_path)

    assert call(str(run), "--output", "json") == 0

    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["run"]) == ("plimsoll.run/1", run.name)


def test_the_page_goes_where_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, page = write_synthetic_run(tmp_path), tmp_path / "page.html"

    assert call(str(run), "--html", str(page)) == 0

    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert capsys.readouterr().err == f"Report written to {page}\n"


def test_a_page_to_be_seen_is_kept_beside_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = write_synthetic_run(tmp_path)
    shown: list[str] = []

    def show(url: str) -> bool:
        shown.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", show)

    assert call(str(run), "--open") == 0

    assert shown == [(run / "report.html").resolve().as_uri()]


def test_without_a_browser_the_reader_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda url: False)

    assert call(str(write_synthetic_run(tmp_path)), "--open") == 0

    assert "No browser could be started" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_names_the_file(tmp_path: Path) -> None:
    run = write_synthetic_run(tmp_path)

    with pytest.raises(InputError, match=r"missing/page\.html: cannot be written: No such file or directory"):
        call(str(run), "--html", str(tmp_path / "missing" / "page.html"))


def test_an_unknown_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no run nonsense"):
        call("nonsense", "--runs-directory", str(tmp_path))
