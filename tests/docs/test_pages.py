"""The checks of the documentation are themselves checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs import pages
from tests.docs.pages import Console, Step, anchors, consoles, links, resembles


def test_a_console_block_is_read_as_commands_with_what_they_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "Text\n\n<!-- console: exit code only -->\n```console\n$ one a\nx\ny\n$ two\n```\n", encoding="utf-8"
    )
    assert list(consoles(page)) == [Console("page.md:4", "exit code only", (Step("one a", "x\ny\n"), Step("two", "")))]


@pytest.mark.parametrize(
    ("note", "runs", "compares", "exit_codes"),
    [
        ("", True, True, (0, 0)),
        ("exit code only", True, False, (0, 0)),
        ("exit code 2", True, True, (2, 2)),
        ("exit codes 1 0", True, True, (1, 0)),
        ("not run, it takes a minute", False, True, (0, 0)),
    ],
)
def test_a_note_says_how_a_block_is_checked(note: str, runs: bool, compares: bool, exit_codes: tuple[int, ...]) -> None:  # noqa: FBT001
    console = Console("page.md:1", note, (Step("one", ""), Step("two", "")))
    assert (console.runs, console.compares, console.exit_codes) == (runs, compares, exit_codes)


def test_a_note_belongs_to_the_block_right_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("<!-- console: not run, slow -->\nText\n```console\n$ one\n```\n", encoding="utf-8")
    assert [console.note for console in consoles(page)] == [""]


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("a\n…\nz\n", "a\nb\nc\nz\n"),
        ("a\n…\nz\n", "a\nz\n"),
        ("took … s\n", "took 12.5 s\n"),
        ("…\nlast\n", "first\nlast\n"),
        ("a\n", "\na   \n"),
    ],
)
def test_an_ellipsis_stands_for_any_lines_or_any_text(shown: str, printed: str) -> None:
    assert resembles(shown, printed)


@pytest.mark.parametrize(("shown", "printed"), [("a\n", "a\nb\n"), ("took … s\n", "took 1\n2 s\n"), ("a.c\n", "abc\n")])
def test_anything_else_has_to_be_the_same(shown: str, printed: str) -> None:
    assert not resembles(shown, printed)


def test_links_in_code_are_not_links(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](b.md) `[c](d.md)` ![e](f.svg)\n```text\n[g](h.md)\n```\n", encoding="utf-8")
    assert links(page) == ["b.md", "f.svg"]


def test_an_anchor_is_the_heading_without_its_punctuation(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `cluster.profile`, two\n```sh\n# not a heading\n```\n## Not used\n", encoding="utf-8")
    assert anchors(page) == {"a-clusterprofile-two", "not-used"}
