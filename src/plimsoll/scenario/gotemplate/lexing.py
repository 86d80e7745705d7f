"""Splits a template into its text and its actions, and an action into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.scenario.gotemplate.nodes import TemplateError

_ACTION = re.compile(r"\{\{(- )?(/\*.*?\*/|(?:\"(?:\\.|[^\"\\\n])*\"|`[^`]*`|[^\"`])*?)( -)?\}\}", re.DOTALL)
"""From ``{{`` to the ``}}`` that does not stand in a string; a minus and a space beside a brace trim the text there."""

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<text>"(?:\\.|[^"\\\n])*" | `[^`]*`)
    | (?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))
    | (?P<variable>\$\w*)
    | (?P<fields>(?:\.[A-Za-z_]\w*)+)
    | (?P<dot>\.)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<mark>:=|=|\||\(|\)|,)
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """One token of an action. ``adjoins``: no space before it, so that ``$x`` and ``.a`` make one operand."""

    kind: str
    text: str
    line: int
    adjoins: bool


class Piece(NamedTuple):
    """Text, or an action's tokens."""

    text: str
    tokens: tuple[Token, ...] | None = None


def split(template: str) -> Iterator[Piece]:
    """The pieces in order; comments are gone, and text is trimmed where its neighbours ask for it."""
    position, trim_next = 0, False
    for action in _ACTION.finditer(template):
        text = template[position : action.start()]
        yield Piece(_trimmed(text, left=trim_next, right=action[1] is not None))
        line = template.count("\n", 0, action.start(2)) + 1
        if not action[2].strip().startswith("/*"):
            tokens = tuple(_tokens(action[2], line))
            if not tokens:
                raise TemplateError(line, "an action is empty")
            yield Piece("", tokens)
        position, trim_next = action.end(), action[3] is not None
    rest = template[position:]
    if "{{" in rest:
        line = template.count("\n", 0, position + rest.index("{{")) + 1
        raise TemplateError(line, "an action begins with `{{` and does not end")
    yield Piece(_trimmed(rest, left=trim_next, right=False))


def _trimmed(text: str, *, left: bool, right: bool) -> str:
    text = text.lstrip() if left else text
    return text.rstrip() if right else text


def _tokens(action: str, line: int) -> Iterator[Token]:
    position, adjoins = 0, False
    while position < len(action):
        match = _TOKEN.match(action, position)
        if match is None:
            raise TemplateError(line, f"{action[position:].split(maxsplit=1)[0][:20]!r} is not understood in an action")
        kind = str(match.lastgroup)
        if kind != "space":
            yield Token(kind, match[0], line, adjoins)
        adjoins = kind != "space"
        line += match[0].count("\n")
        position = match.end()
