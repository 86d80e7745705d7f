from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.dns.answering import Answer
from plimsoll.simcluster.dns.lookups import LookupTimes, Patience, lookup_times, ways
from plimsoll.simcluster.dns.searchpath import NAME_KINDS, NameKind, Try, tries

KINDS = [Try(zone, exists) for zone in ("cluster", "upstream") for exists in (True, False)]


def times_of(kind: NameKind, answer: Answer, attempts: int = 2) -> LookupTimes:
    answers = dict.fromkeys(KINDS, answer)
    return lookup_times(ways(tries(kind), answers, Patience(5.0, attempts), dual_stack=False), 5.0)


def test_a_look_up_takes_its_tries_one_after_the_other() -> None:
    assert times_of("sameNamespace", Answer(0.01, 0, 0)).mean_seconds == pytest.approx(0.01)
    assert times_of("external", Answer(0.01, 0, 0)).mean_seconds == pytest.approx(0.04)


def test_a_lost_query_costs_the_resolver_its_time_out_of_5_s() -> None:
    times = times_of("sameNamespace", Answer(0.001, 0, 0.05))
    one_lost = 1 - 0.95**2
    assert times.mean_seconds == pytest.approx(5 * one_lost * (1 - one_lost) + 10 * one_lost**2, rel=0.01)
    assert 5 < times.p99_seconds < 5.1
    assert times.failed == pytest.approx(one_lost**2)


def test_a_look_up_that_nobody_answers_fails_after_10_s() -> None:
    times = times_of("external", Answer(0.0, 0, 1.0))
    assert (times.mean_seconds, times.longest_seconds, times.failed) == (10.0, 10.0, 1.0)


def test_a_look_up_that_is_refused_fails_at_once() -> None:
    times = times_of("external", Answer(0.0, 1.0, 0.0))
    assert (times.mean_seconds, times.failed) == (0.0, 1.0)


def test_ninety_nine_of_a_hundred_exponential_answers_come_within_4_6_means() -> None:
    assert times_of("sameNamespace", Answer(1.0, 0, 0)).p99_seconds == pytest.approx(4.605, rel=1e-3)


def test_no_look_ups_take_no_time() -> None:
    assert lookup_times([], 5.0) == LookupTimes(0.0, 0.0, 0.0, 0.0)


@given(st.sampled_from(NAME_KINDS), st.floats(0, 1), st.floats(0, 1), st.integers(1, 4))
def test_every_look_up_ends_one_way(kind: NameKind, refused: float, lost: float, attempts: int) -> None:
    total = max(refused + lost, 1.0)
    answers = dict.fromkeys(KINDS, Answer(0.01, refused / total, lost / total))
    found = ways(tries(kind), answers, Patience(5.0, attempts), dual_stack=False)
    assert sum(way.probability for way in found) == pytest.approx(1.0, abs=1e-6)
