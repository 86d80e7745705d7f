"""How long look-ups take and how many fail, from what becomes of their queries.

A look-up tries names in turn (``searchpath``). Each try asks for two records at once; if either stays unanswered for the
resolver's time-out, or is refused, it is asked for again, until the attempts are used up; then the look-up fails, and names
further down the list are not tried (glibc ``res_nsend``, ``res_search``: neither a time-out nor REFUSED lets the search go
on). So a look-up takes its answers' time and a whole number of time-outs, 5 s each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from typing import NamedTuple

from plimsoll.simcluster.dns.answering import Answer
from plimsoll.simcluster.dns.searchpath import Try

_LONGEST_SECONDS = 3600.0
_HALVINGS = 40
_NEGLIGIBLE = 1e-12


class Patience(NamedTuple):
    """The resolver's: its time-out and how often it asks."""

    timeout_seconds: float
    attempts: int


class Way(NamedTuple):
    """One way in which a look-up can go."""

    probability: float
    timeouts: int
    tries: int
    answers_seconds: float
    """Mean time spent on answers that came."""
    failed: bool


class LookupTimes(NamedTuple):
    """Look-ups of all kinds together."""

    mean_seconds: float
    p99_seconds: float
    longest_seconds: float
    """Of all ways that more than one in a million goes."""
    failed: float


class _Pair(NamedTuple):
    """What becomes of the two queries of one try."""

    answered: float
    refused: float
    lost: float
    seconds: float


def ways(plan: Sequence[Try], answers: Mapping[Try, Answer], patience: Patience, *, dual_stack: bool) -> list[Way]:
    """Every way that a look-up with these tries can go; probabilities add up to 1."""
    finished: list[Way] = []
    going = [Way(1.0, 0, 0, 0.0, failed=False)]
    for step in plan:
        pair = _pair(answers[step], answers[Try(step.zone, step.exists and dual_stack)])
        going = [after for way in going for after in _tried(way, pair, patience.attempts, finished)]
    return [*finished, *going]


def _pair(first: Answer, second: Answer) -> _Pair:
    lost = 1.0 - (1.0 - first.lost) * (1.0 - second.lost)
    answered = max(0.0, (1.0 - first.lost - first.refused) * (1.0 - second.lost - second.refused))
    return _Pair(answered, max(0.0, 1.0 - lost - answered), lost, max(first.seconds, second.seconds))


def _tried(way: Way, pair: _Pair, attempts: int, failures: list[Way]) -> list[Way]:
    """The ways on from here after one try; those that end here go to ``failures``."""
    waiting = {way.timeouts: way.probability}
    succeeded: dict[int, float] = {}
    for _ in range(attempts):
        again: dict[int, float] = {}
        for timeouts, probability in waiting.items():
            succeeded[timeouts] = succeeded.get(timeouts, 0.0) + probability * pair.answered
            again[timeouts] = again.get(timeouts, 0.0) + probability * pair.refused
            again[timeouts + 1] = again.get(timeouts + 1, 0.0) + probability * pair.lost
        waiting = again
    tries, seconds = way.tries + 1, way.answers_seconds
    for timeouts, probability in waiting.items():
        if probability > _NEGLIGIBLE:
            failures.append(Way(probability, timeouts, tries, seconds, failed=True))
    seconds += pair.seconds
    return [Way(p, timeouts, tries, seconds, failed=False) for timeouts, p in succeeded.items() if p > _NEGLIGIBLE]


def lookup_times(all_ways: Sequence[Way], timeout_seconds: float) -> LookupTimes:
    """Sum up ways whose probabilities add up to 1, or none. Answers' times are taken to be exponential, their sums Erlang."""
    if not all_ways:
        return LookupTimes(0.0, 0.0, 0.0, 0.0)
    mean = sum(way.probability * (way.timeouts * timeout_seconds + way.answers_seconds) for way in all_ways)
    failed = sum(way.probability for way in all_ways if way.failed)
    likely = [way for way in all_ways if way.probability > 1e-6]  # noqa: PLR2004  one in a million
    longest = max(way.timeouts * timeout_seconds + way.answers_seconds for way in likely)
    return LookupTimes(mean, _quantile(all_ways, timeout_seconds, 0.99), longest, failed)


def _quantile(all_ways: Sequence[Way], timeout_seconds: float, share: float) -> float:
    shortest, longest = 0.0, _LONGEST_SECONDS
    for _ in range(_HALVINGS):
        middle = (shortest + longest) / 2
        done = sum(way.probability * _done(way, middle - way.timeouts * timeout_seconds) for way in all_ways)
        if done < share:
            shortest = middle
        else:
            longest = middle
    return longest


def _done(way: Way, seconds: float) -> float:
    """The probability that the answers of a way came within so many seconds."""
    if seconds < 0:
        return 0.0
    if way.answers_seconds <= 0:
        return 1.0
    scaled = seconds * way.tries / way.answers_seconds
    if scaled > 100:  # noqa: PLR2004  beyond doubt
        return 1.0
    term = total = 1.0
    for number in range(1, way.tries):
        term *= scaled / number
        total += term
    return 1.0 - exp(-scaled) * total
