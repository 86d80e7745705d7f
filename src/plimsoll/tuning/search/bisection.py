"""The least safe index of one knob that holds, on the assumption that everything safer holds, too.

With ``width`` trials at the same time a bracket is cut into ``width + 1`` parts per round. One seed narrows the bracket
down, since a point that fails with one seed fails; only the answer has to hold with all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from plimsoll.tuning.search.questions import Probe, Search, Verdicts

ProbeAt: TypeAlias = Callable[[int, int], Probe]
"""The probe at an index of the knob, with a seed."""

NOWHERE = -1
"""Below the least safe index: nothing is known to fail."""


def lowest(probe_at: ProbeAt, size: int, *, seeds: int, width: int, fails_at: int = NOWHERE) -> Search[int | None]:
    """The least index above ``fails_at`` that holds with every seed; None where not even the safest does."""
    top = size - 1
    first = sorted({*cuts(fails_at, top, width - 1), top})
    verdicts = yield [probe_at(index, 0) for index in first]
    low, high = narrowed(fails_at, size, first, _holding(first, verdicts, probe_at, 0))
    high = yield from _between(probe_at, low, high, seed=0, width=width)
    while high < size:
        failed = yield from first_failing_seed(probe_at, high, seeds)
        if failed is None:
            return high
        high = yield from _between(probe_at, high, size, seed=failed, width=width)
    return None


def near(probe_at: ProbeAt, size: int, guess: int, *, seeds: int, width: int) -> Search[int | None]:
    """As :func:`lowest`, for who has a good guess: two probes suffice where it is right."""
    low, high = yield from _bracket(probe_at, size, guess, width)
    high = yield from _between(probe_at, low, high, seed=0, width=width)
    while high < size:
        failed = yield from first_failing_seed(probe_at, high, seeds)
        if failed is None:
            return high
        high = yield from _between(probe_at, high, size, seed=failed, width=width)
    return None


def first_failing_seed(probe_at: ProbeAt, index: int, seeds: int) -> Search[int | None]:
    """The first seed with which an index fails; None where it holds with all."""
    probes = [probe_at(index, seed) for seed in range(seeds)]
    verdicts = yield probes
    return next((seed for seed, probe in enumerate(probes) if not verdicts[probe].holds), None)


def _bracket(probe_at: ProbeAt, size: int, guess: int, width: int) -> Search[tuple[int, int]]:
    """Walk away from a guess in growing strides until one index fails and a safer one holds."""
    low, high, stride = NOWHERE, size, 1
    tried = [index for index in (guess - 1, guess) if 0 <= index < size]
    while True:
        verdicts = yield [probe_at(index, 0) for index in tried]
        low, high = narrowed(low, high, tried, _holding(tried, verdicts, probe_at, 0))
        if high - low <= 1 or (low > NOWHERE and high < size):
            return low, high
        strides = [stride * (2 ** (number + 1) - 1) for number in range(width)]
        away = [low + each for each in strides] if high == size else [high - each for each in strides]
        tried = sorted({min(max(index, 0), size - 1) for index in away})
        stride = 2**width * stride


def _between(probe_at: ProbeAt, low: int, high: int, *, seed: int, width: int) -> Search[int]:
    """The least index above ``low`` that holds with one seed, where ``high`` is known to hold, or is beyond the safest."""
    while high - low > 1:
        indices = cuts(low, high, width)
        verdicts = yield [probe_at(index, seed) for index in indices]
        low, high = narrowed(low, high, indices, _holding(indices, verdicts, probe_at, seed))
    return high


def cuts(low: int, high: int, parts: int) -> list[int]:
    """Up to ``parts`` indices strictly between two others that divide what lies between them evenly."""
    inside = high - low - 1
    count = min(parts, inside)
    return [low + round((number + 1) * (high - low) / (count + 1)) for number in range(count)]


def narrowed(low: int, high: int, indices: Sequence[int], holding: Mapping[int, bool]) -> tuple[int, int]:
    """The bracket after some verdicts; where they contradict monotony, the safer side of what failed."""
    low = max([low, *(index for index in indices if not holding[index])])
    return low, min([high, *(index for index in indices if holding[index] and index > low)])


def _holding(indices: Sequence[int], verdicts: Verdicts, probe_at: ProbeAt, seed: int) -> dict[int, bool]:
    return {index: verdicts[probe_at(index, seed)].holds for index in indices}
