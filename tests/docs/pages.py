"""Markdown as far as the checks of the documentation need it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.reference.markdown import anchor

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

_FENCE = re.compile(r"^(?P<fence>```+)(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=fence)\s*$", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r"<!-- console: (?P<note>[^>]*?) -->\s*\Z")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")
_HEADING = re.compile(r"^#+\s+(?P<title>.+?)\s*#*$", re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True, slots=True)
class Step:
    """One ``$ command`` of a console block and the lines that are shown below it."""

    command: str
    shown: str


@dataclass(frozen=True, slots=True)
class Console:
    """A console block: where it stands, what a comment before it says, and its steps in order."""

    place: str
    note: str
    steps: tuple[Step, ...]

    @property
    def runs(self) -> bool:
        return not self.note.startswith("not run")

    @property
    def compares(self) -> bool:
        return self.note != "exit code only"

    @property
    def exit_codes(self) -> tuple[int, ...]:
        """One for each step; what a note says of one is said of all."""
        said = re.fullmatch(r"exit codes? ((?:\d+)(?: \d+)*)", self.note)
        codes = [int(code) for code in said[1].split()] if said else [0]
        return tuple(codes * len(self.steps) if len(codes) == 1 else codes)


def consoles(page: Path) -> Iterator[Console]:
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        if match["language"] == "console":
            before = _NOTE.search(text[: match.start()])
            line = text.count("\n", 0, match.start()) + 1
            yield Console(f"{page.relative_to(ROOT)}:{line}", before["note"] if before else "", _steps(match["body"]))


def _steps(body: str) -> tuple[Step, ...]:
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    return tuple(Step(command.strip(), shown) for command, _, shown in (part.partition("\n") for part in parts))


def links(page: Path) -> list[str]:
    prose = _CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))
    return [match["target"] or match["image"] for match in _LINK.finditer(prose)]


def anchors(page: Path) -> set[str]:
    """The anchors that Markdown renderers give the headings of a page."""
    prose = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {anchor(match["title"]) for match in _HEADING.finditer(prose)}


def resembles(shown: str, printed: str) -> bool:
    """Whether ``printed`` is what a page shows: ``…`` stands for any lines, or for any text within a line."""
    pattern = "".join(_line_pattern(line) for line in shown.strip().splitlines())
    text = "".join(f"{line.rstrip()}\n" for line in printed.strip().splitlines())
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def _line_pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:[^\n]*\n)*?"
    return r"[^\n]*?".join(re.escape(piece) for piece in line.rstrip().split("…")) + r"\n"
