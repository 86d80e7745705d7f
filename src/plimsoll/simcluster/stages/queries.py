"""The part of jq that stages are written in: paths, ``[]``, and ``select`` by equality, joined by pipes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_PIPE = re.compile(r"\|(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")
_SELECT = re.compile(r"select\(\s*(?P<path>[^=!]+?)\s*(?P<operator>==|!=)\s*\"(?P<literal>[^\"]*)\"\s*\)")
_STEP = re.compile(
    r"\.(?P<field>[A-Za-z_]\w*)|\.?\[\s*\"(?P<key>[^\"]*)\"\s*\]|(?P<each>\.?\[\s*\])|\.?\[\s*(?P<index>\d{1,6})\s*\]"
)
_LONGEST = 1000  # characters


@dataclass(frozen=True, slots=True)
class _Field:
    name: str

    def apply(self, value: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            yield value.get(self.name)


@dataclass(frozen=True, slots=True)
class _Index:
    index: int

    def apply(self, value: Any) -> Iterator[Any]:
        if isinstance(value, list) and self.index < len(value):
            yield value[self.index]


@dataclass(frozen=True, slots=True)
class _Each:
    def apply(self, value: Any) -> Iterator[Any]:
        if isinstance(value, list):
            yield from value
        elif isinstance(value, dict):
            yield from value.values()


@dataclass(frozen=True, slots=True)
class _Select:
    query: Query
    literal: str
    equal: bool

    def apply(self, value: Any) -> Iterator[Any]:
        if (self.literal in self.query.texts(value)) == self.equal:
            yield value


_Step = _Field | _Index | _Each | _Select


@dataclass(frozen=True, slots=True)
class Query:
    """A query that has been read."""

    steps: tuple[_Step, ...]

    def values(self, document: Any) -> list[Any]:
        """What it finds, without nulls: where there is nothing to go into it finds nothing."""
        found: Iterable[Any] = (document,)
        for step in self.steps:
            found = [part for value in found for part in step.apply(value)]
        return [value for value in found if value is not None]

    def texts(self, document: Any) -> list[str]:
        """What it finds, as texts; what is neither text, number nor boolean has none."""
        return [_text(value) for value in self.values(document) if isinstance(value, str | int | float)]


def parse_query(text: str) -> Query:
    """Read a query; ``ValueError`` where it is none, or more than is understood."""
    if len(text) > _LONGEST:
        raise ValueError(f"the query {text[:40]!r}… is too long")
    steps: list[_Step] = []
    for part in map(str.strip, _PIPE.split(text)):
        select = _SELECT.fullmatch(part)
        if select is not None:
            steps.append(
                _Select(Query(tuple(_path(select["path"], text))), select["literal"], select["operator"] == "==")
            )
        else:
            steps += _path(part, text)
    return Query(tuple(steps))


def _path(path: str, whole: str) -> Iterator[_Step]:
    if path == ".":
        return
    position = 0
    while position < len(path) or not path:
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(f"the query {whole!r} is more than paths and select(PATH == TEXT)")
        position = match.end()
        if match["each"]:
            yield _Each()
        elif match["index"]:
            yield _Index(int(match["index"]))
        else:
            yield _Field(match["field"] if match["key"] is None else match["key"])


def _text(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
