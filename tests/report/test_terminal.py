from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from plimsoll.measurement.summary import Summary, summarise
from plimsoll.report.console import WIDTH
from plimsoll.report.terminal import print_summary
from tests.measurement.building import archive_of
from tests.report.synthetic import Shape, write_run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _printed(summary: Summary) -> str:
    stream = io.StringIO()
    print_summary(summary, stream)
    return stream.getvalue()


@pytest.fixture
def troubled(tmp_path: Path) -> Summary:
    return summarise(write_run(tmp_path, replace(Shape(), never_running=7, throttle_seconds=31.0)))


def test_a_pipe_gets_plain_lines_of_at_most_100_columns(troubled: Summary) -> None:
    lines = _printed(troubled).splitlines()

    assert max(map(len, lines)) <= WIDTH
    assert not [line for line in lines if "\x1b" in line or line != line.rstrip()]


def test_a_terminal_gets_colours(troubled: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()

    print_summary(troubled, stream)

    assert "\x1b[" in stream.getvalue()


def test_the_summary_says_what_the_article_says(tmp_path: Path) -> None:
    text = _printed(summarise(write_run(tmp_path, Shape(expect=("podReady.p99 <= 60s",)))))

    for words in (
        "openshift/500-pods-per-node",
        "PASS",
        "✓ met  podReady.p99 <= 60s",
        "Create secrets              1.0 min",
        "Exchange data                10 min",
        "400 wanted   400 created   400 running   400 ready   0 failed",
        "200 created per minute",
        "in ContainerCreating on average",
        "Little's law",
        "Expected 2 · clients · rate = 72.0 MB/s in all, 144 Mb/s per node",
        "fetches and mounts its volumes",
    ):
        assert words in text


def test_what_went_wrong_stands_before_the_details(troubled: Summary) -> None:
    text = _printed(troubled)

    assert text.index("FAIL") < text.index("✗ missed") < text.index("! 7 of 400 pods") < text.index("Phases")


def test_square_brackets_in_names_are_no_markup(tmp_path: Path) -> None:
    text = _printed(summarise(write_run(tmp_path, Shape(name="[bold]x[/bold] [link=file:///]", namespaces=2))))

    assert text.startswith("[bold]x[/bold] [link=file:///]")


def test_a_run_that_saw_nothing_is_still_summed_up(tmp_path: Path) -> None:
    text = _printed(summarise(archive_of(tmp_path, virtual_seconds=0.0)))

    assert "PASS" in text
    assert "Latency" not in text
