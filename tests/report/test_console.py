"""Text of an archive stays text."""

from __future__ import annotations

import io

from rich.text import Text

from plimsoll.report.console import write


def _written(what: str | Text) -> str:
    stream = io.StringIO()
    write(what, stream)
    return stream.getvalue()


def test_brackets_and_colons_are_no_markup() -> None:
    """A node may be called whatever it likes."""
    assert _written("[red]node[/red] [/] :smile:") == "[red]node[/red] [/] :smile:\n"


def test_characters_that_steer_a_terminal_are_shown_and_not_obeyed() -> None:
    """Neither a cleared screen nor a new title comes out of a message."""
    assert _written(Text("a\x1b[2Jb\x9b1m")) == "a\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}1m\n"
