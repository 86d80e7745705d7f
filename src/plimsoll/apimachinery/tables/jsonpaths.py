"""The simple JSON paths of custom columns: ``.spec.size``, ``.a['b.c'][0]``, ``.status.conditions[?(@.type=="X")].status``."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Step = Callable[[Any], list[Any]]

_TOKEN = re.compile(
    r"""\.(?P<field>[^.\[\]]+)"""
    r"""|\[(?P<index>-?\d+)\]"""
    r"""|\[(?P<all>\*)\]"""
    r"""|\[(?P<quote>['"])(?P<quoted>[^'"]+)(?P=quote)\]"""
    r"""|\[\?\(@\.(?P<key>[^=!\s]+)\s*(?P<sign>==|!=)\s*(?P<mark>['"]?)(?P<wanted>[^'")]*)(?P=mark)\)\]"""
)


def find(path: str, value: Any) -> list[Any]:
    """Return what a path leads to, nothing where it leads nowhere; ``ValueError`` where it is none."""
    found = [value]
    for step in _steps(path):
        found = [result for one in found for result in step(one)]
    return found


@lru_cache(maxsize=256)
def _steps(path: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    position = 0
    text = path.strip().removeprefix("{").removesuffix("}").removeprefix("$").replace("\\.", "\x00")
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"{path!r} is no simple JSON path such as .spec.size or .items[0].name")
        steps.append(_step(match))
        position = match.end()
    return tuple(steps)


def _step(match: re.Match[str]) -> Step:
    if match["field"] or match["quoted"]:
        return _field((match["field"] or match["quoted"]).replace("\x00", "."))
    if match["index"]:
        return _index(int(match["index"]))
    if match["all"]:
        return lambda value: list(value) if isinstance(value, list) else []
    return _filter(match["key"], match["wanted"], equal=match["sign"] == "==")


def _field(name: str) -> Step:
    return lambda value: [value[name]] if isinstance(value, dict) and value.get(name) is not None else []


def _index(index: int) -> Step:
    def step(value: Any) -> list[Any]:
        in_range = isinstance(value, list) and -len(value) <= index < len(value)
        return [value[index]] if in_range else []

    return step


def _filter(key: str, wanted: str, *, equal: bool) -> Step:
    def step(value: Any) -> list[Any]:
        items = value if isinstance(value, list) else []
        return [item for item in items if (any(_text(one) == wanted for one in find(f".{key}", item))) == equal]

    return step


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
