"""The conversation of a search: it yields the probes it wants to know about, and is sent their verdicts.

A point holds one index into the grid of each knob. The grids are ordered by safety: index 0 is what one would like to
have and is least safe, the last index is the safest.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

Point: TypeAlias = tuple[int, ...]
Found = TypeVar("Found")


class Probe(NamedTuple):
    """One question: whether the point holds with the seed of this number, counted from 0."""

    point: Point
    seed: int


class Verdict(NamedTuple):
    """The answer: whether every objective is met, and otherwise by how much the worst is missed.

    ``shortfall`` is 0 where it holds and grows with the distance, e.g. 0.5 for a limit exceeded by half.
    """

    holds: bool
    shortfall: float = 0.0


Verdicts: TypeAlias = Mapping[Probe, Verdict]
Search: TypeAlias = Generator[Sequence[Probe], Verdicts, Found]
"""Yields rounds of probes, all of which may be tried at the same time; returns what it was looking for."""


def drive(search: Search[Found], answer: Callable[[Sequence[Probe]], Verdicts]) -> Found:
    """Carry a search through: answer each round until it returns."""
    try:
        probes = next(search)
        while True:
            probes = search.send(answer(probes))
    except StopIteration as end:
        found: Found = end.value
        return found
