"""Whether safer really was safer: checks of the assumption that bisection and descent rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from plimsoll.tuning.search.questions import Point, Probe, Search, Verdict


class Violation(NamedTuple):
    """With one seed a point holds, and a safer one fails."""

    holding: Point
    failing: Point
    seed: int


def violations(verdicts: Mapping[Probe, Verdict]) -> tuple[Violation, ...]:
    """Every pair of tried points that contradicts monotony, ordered."""
    holding = sorted(probe for probe, verdict in verdicts.items() if verdict.holds)
    failing = sorted(probe for probe, verdict in verdicts.items() if not verdict.holds)
    return tuple(
        Violation(good.point, bad.point, good.seed)
        for good in holding
        for bad in failing
        if good.seed == bad.seed and is_safer(bad.point, good.point)
    )


def is_safer(point: Point, other: Point) -> bool:
    """Whether no knob of a point is less safe than the other's, and one is safer."""
    return point != other and all(mine >= others for mine, others in zip(point, other, strict=True))


def spot_checks(answer: Point, sizes: Sequence[int], tried: Iterable[Probe]) -> list[Probe]:
    """Up to two probes that nobody needs if monotony holds: half way up to the safest point, half way down to the other.

    A point that was tried already, or that is next to the answer, checks nothing new.
    """
    above = tuple((index + size - 1) // 2 for index, size in zip(answer, sizes, strict=True))
    below = tuple(index // 2 for index in answer)
    known = {probe.point for probe in tried}
    return [Probe(point, 0) for point in (above, below) if point not in known and point != answer]


def checked(answer: Point, sizes: Sequence[int], tried: Iterable[Probe]) -> Search[bool]:
    """Ask for the spot checks; False where a safer point than the answer fails, so that the answer is not to be trusted."""
    probes = spot_checks(answer, sizes, tried)
    if not probes:
        return True
    verdicts = yield probes
    return all(verdicts[probe].holds for probe in probes if is_safer(probe.point, answer))
