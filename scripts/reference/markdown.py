"""The little Markdown that the generated pages need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def notice(source: str) -> str:
    """Return the comment that tells an editor not to edit."""
    return f"<!-- Written by `make docs` from {source}. Change that, not this page. -->"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; pipes in cells are escaped and line breaks become spaces."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def code(text: str) -> str:
    """Return inline code, or nothing for nothing."""
    return f"`{text}`" if text else ""


def prose(docstring: str) -> str:
    """Return a docstring as Markdown paragraphs: double backticks become single ones, lines of a paragraph join."""
    paragraphs = re.split(r"\n\s*\n", docstring.strip())
    joined = (re.sub(r"\s*\n\s*", " ", paragraph) for paragraph in paragraphs)
    return "\n\n".join(text.replace("``", "`") for text in joined)


def anchor(title: str) -> str:
    """Return the anchor that renderers give a heading."""
    return re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).replace(" ", "-")


def page(*blocks: str) -> str:
    """Return a page of blocks with one blank line between them."""
    return "\n\n".join(block for block in blocks if block) + "\n"


def _cell(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text).replace("|", "\\|").strip()
