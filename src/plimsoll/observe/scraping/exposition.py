"""The Prometheus text format, read for a few metrics out of pages of many.

A page of a large cluster's API server has a hundred thousand lines, of which a few hundred matter: lines are told apart
by their beginnings, and only those of wanted metrics are looked into. Those must be well-formed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*[ \t]*=[ \t]*"(?:[^"\\\n]|\\[\\"n])*"'
_LINE = re.compile(
    r"[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*"
    rf"(?:\{{[ \t]*((?:{_LABEL}[ \t]*(?:,[ \t]*{_LABEL}[ \t]*)*,?[ \t]*)?)\}}[ \t]*|(?<=[ \t]))"
    r"(\S+)(?:[ \t]+-?[0-9]+)?[ \t\r]*"
)
_PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\\n]|\\[\\"n])*)"')
_ESCAPED = re.compile(r"\\(.)")
_PLAIN = {"n": "\n"}


class ExpositionError(ValueError):
    """A line that should be a sample and is none; the page is not to be trusted then."""


class Sample(NamedTuple):
    """One line of a page."""

    name: str
    labels: dict[str, str]
    value: float


def samples(page: bytes, wanted: Collection[str]) -> Iterator[Sample]:
    """The samples of the wanted names, in the page's order; timestamps are passed over.

    Raises :class:`ExpositionError` for a line that begins with a wanted name and does not follow the format.
    """
    beginnings = tuple(name.encode() for name in wanted)
    for line in page.split(b"\n"):
        if line.startswith(beginnings):
            sample = _read(line.decode("utf-8", "replace"))
            if sample.name in wanted:
                yield sample


def _read(line: str) -> Sample:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ExpositionError(f"not a sample: {line[:200]!r}")
    name, labels, value = match.groups()
    try:
        number = float(value)
    except ValueError:
        raise ExpositionError(f"not a number: {line[:200]!r}") from None
    return Sample(name, {key: _unescaped(text) for key, text in _PAIR.findall(labels or "")}, number)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: _PLAIN.get(match[1], match[1]), text) if "\\" in text else text
