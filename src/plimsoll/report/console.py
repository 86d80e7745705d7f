"""Writing to a terminal or a pipe what an archive holds, as text and nothing else.

Names and messages in an archive may be anybody's: brackets are no markup, and characters that steer a terminal are shown
as the replacement character.
"""

from __future__ import annotations

from typing import TextIO

from rich.console import Console, RenderableType
from rich.segment import Segment, Segments

WIDTH = 100
"""Columns of a page for a terminal; wider ones are harder to read, and logs wrap them."""

_STEERING = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\N{REPLACEMENT CHARACTER}")
_STEERING.pop(ord("\n"))


def plain_console(stream: TextIO, width: int | None = WIDTH) -> Console:
    """A console that takes text literally; None: as wide as the terminal."""
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def write(what: RenderableType, stream: TextIO) -> None:
    """Write a page; coloured only where the stream is a terminal, without trailing blanks where it is not."""
    console = plain_console(stream)
    harmless = [Segment(part.text.translate(_STEERING), part.style) for part in console.render(what)]
    with console.capture() as capture:
        console.print(Segments(harmless), crop=False)
    lines = capture.get().rstrip().splitlines()
    stream.write("".join(f"{line}\n" if console.is_terminal else f"{line.rstrip()}\n" for line in lines))
