"""Simple JSON paths: of printer columns, scale subresources and selectable fields.

Fields in dot notation or in brackets, indices, ``*``, and filters that compare a member with a constant
(``.status.conditions[?(@.type=="Ready")].status``); the part of client-go's util/jsonpath that definitions use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

Step: TypeAlias = tuple[str, Any]

_STEP = re.compile(
    r"""\.(?P<field>(?:\\.|[^.\[\]\\])+)
      | \[(?P<index>-?\d+)\]
      | \['(?P<quoted>(?:\\.|[^'\\])*)'\]
      | \["(?P<double>(?:\\.|[^"\\])*)"\]
      | \[(?P<slice>-?\d*:-?\d*)\]
      | (?P<all>\[\*\])
      | \[\?\(\s*@(?P<path>[^=!<>]+?)\s*(?:(?P<operator>==|!=)\s*(?P<constant>'[^']*'|"[^"]*"|[^)\s]+)\s*)?\)\]""",
    re.VERBOSE,
)


class JSONPathError(ValueError):
    """A text that is no simple JSON path."""


@lru_cache(maxsize=1024)
def parsed(path: str) -> tuple[Step, ...]:
    """The steps of a path; raises :class:`JSONPathError`."""
    steps: list[Step] = []
    position = 0
    path = path.strip()
    if path in {"", "."}:
        return ()
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise JSONPathError(f"unrecognized JSON path {path!r}")
        steps.append(_step(match))
        position = match.end()
    return tuple(steps)


def _step(match: re.Match[str]) -> Step:
    if match["index"] is not None:
        return "index", int(match["index"])
    if match["slice"] is not None:
        first, _, last = match["slice"].partition(":")
        return "slice", slice(int(first) if first else None, int(last) if last else None)
    if match["all"] or match["field"] == "*":
        return "all", None
    if match["path"] is not None:
        constant = match["constant"]
        return "filter", (parsed(match["path"]), match["operator"], None if constant is None else _constant(constant))
    name = next(text for text in (match["field"], match["quoted"], match["double"]) if text is not None)
    return "field", re.sub(r"\\(.)", r"\1", name)


def _constant(text: str) -> Any:
    if text[0] in "'\"":
        return text[1:-1]
    try:
        return json.loads(text)
    except ValueError:
        return text


def found(value: Any, path: str) -> list[Any]:
    """Everything that a path leads to; nothing where members are missing."""
    values = [value]
    for step in parsed(path):
        values = [result for value in values for result in _followed(value, step)]
    return values


def _followed(value: Any, step: Step) -> Iterator[Any]:
    kind, argument = step
    if kind == "field":
        if isinstance(value, dict) and argument in value:
            yield value[argument]
    elif kind == "all":
        yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    elif isinstance(value, list):
        yield from _elements(value, kind, argument)


def _elements(value: list[Any], kind: str, argument: Any) -> Iterator[Any]:
    if kind == "index":
        if -len(value) <= argument < len(value):
            yield value[argument]
    elif kind == "slice":
        yield from value[argument]
    else:
        steps, operator, constant = argument
        yield from (element for element in value if _holds(element, steps, operator, constant))


def _holds(element: Any, steps: Sequence[Step], operator: str | None, constant: Any) -> bool:
    values = [element]
    for step in steps:
        values = [result for value in values for result in _followed(value, step)]
    if operator is None:
        return bool(values)
    return bool(values) and (values[0] == constant) == (operator == "==")
