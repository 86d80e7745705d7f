"""A minimal point of several knobs: none of them can be lowered by a step without something failing.

Where more safety never hurts, one knob after the other is lowered as far as it goes, and the result is minimal: a knob
that could not go lower while the others were safer cannot go lower now. It is tried nevertheless, and where that
assumption was wrong the descent goes on. Minimal points are not unique: the knobs named first are lowered furthest.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.tuning.search.bisection import first_failing_seed, lowest
from plimsoll.tuning.search.questions import Point, Probe, Search


def minimal(sizes: Sequence[int], *, seeds: int, width: int, start: Point | None = None) -> Search[Point | None]:
    """A minimal point that holds with every seed, going down from ``start`` (the safest point); None if that fails."""
    point = start or tuple(size - 1 for size in sizes)
    for knob in range(len(sizes)):
        index = yield from lowest(_Line(point, knob), point[knob] + 1, seeds=seeds, width=width)
        if index is None:
            return None
        point = _moved(point, knob, index)
    return (yield from polished(point, seeds=seeds))


def polished(point: Point, *, seeds: int) -> Search[Point]:
    """Go down from a point that holds, a step of one knob at a time, until every such step fails."""
    while True:
        lower = [_moved(point, knob, index - 1) for knob, index in enumerate(point) if index > 0]
        if not lower:
            return point
        verdicts = yield [Probe(candidate, 0) for candidate in lower]
        promising = [candidate for candidate in lower if verdicts[Probe(candidate, 0)].holds]
        if len(promising) > 1:  # where steps do not depend on each other, all of them can be gone at once
            promising.insert(0, tuple(map(min, *promising)))
        for candidate in promising:
            failed = yield from first_failing_seed(_Line(candidate, 0), candidate[0], seeds)
            if failed is None:
                point = candidate
                break
        else:
            return point


class _Line:
    """The points that differ from one in the index of one knob."""

    def __init__(self, point: Point, knob: int) -> None:
        self._point = point
        self._knob = knob

    def __call__(self, index: int, seed: int) -> Probe:
        return Probe(_moved(self._point, self._knob, index), seed)


def _moved(point: Point, knob: int, index: int) -> Point:
    return (*point[:knob], index, *point[knob + 1 :])
