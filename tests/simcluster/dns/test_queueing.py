from __future__ import annotations

from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.dns.queueing import FiniteQueue, erlang_b


@pytest.mark.parametrize(
    ("servers", "offered", "blocked"),
    [(1, 1.0, 0.5), (2, 1.0, 0.2), (10, 5.0, 0.018385), (20, 12.031, 0.01), (100, 84.064, 0.01)],
)
def test_blocking_is_that_of_erlangs_tables(servers: int, offered: float, blocked: float) -> None:
    assert erlang_b(servers, offered) == pytest.approx(blocked, rel=1e-3)


@given(st.integers(1, 40), st.floats(0.1, 80))
def test_the_recursion_agrees_with_erlangs_formula(servers: int, offered: float) -> None:
    terms = [offered**number / factorial(number) for number in range(servers + 1)]
    assert erlang_b(servers, offered) == pytest.approx(terms[-1] / sum(terms), rel=1e-9, abs=1e-11)


def test_150_slots_carry_15000_forwards_a_second_of_10_ms_each() -> None:
    held = 20_000 * 0.01
    carried = 20_000 * (1 - erlang_b(150, held))
    assert 14_500 < carried <= 15_000


def test_150_slots_carry_15_forwards_a_second_if_none_is_answered_for_10_s() -> None:
    carried = 2000 * (1 - erlang_b(150, 2000 * 10.0))
    assert carried == pytest.approx(15, rel=0.01)


def test_with_many_places_the_queue_is_m_m_1() -> None:
    queue = FiniteQueue(80.0, 100.0, 10_000)
    assert queue.mean_seconds == pytest.approx(1 / (100 - 80))
    assert queue.dropped == pytest.approx(0.0, abs=1e-12)
    assert queue.utilization == pytest.approx(0.8)
    assert queue.later_than(0.2) == pytest.approx(exp(-0.2 * 20), rel=0.6)


@given(st.floats(0.01, 50), st.integers(1, 60))
def test_the_queue_is_in_the_steady_state_of_its_birth_and_death_process(load: float, places: int) -> None:
    queue = FiniteQueue(load, 1.0, places)
    weights = [load**inside for inside in range(places + 1)]
    total = sum(weights)
    assert queue.dropped == pytest.approx(weights[-1] / total, rel=1e-6, abs=1e-12)
    mean = sum(inside * weight for inside, weight in enumerate(weights)) / total
    assert queue.mean_inside == pytest.approx(mean, rel=1e-4, abs=1e-6)


def test_an_overloaded_queue_serves_as_much_as_it_can_and_is_full() -> None:
    queue = FiniteQueue(5000.0, 1000.0, 256)
    assert queue.arrivals_per_second * (1 - queue.dropped) == pytest.approx(1000)
    assert queue.mean_seconds == pytest.approx(0.256, rel=0.01)
    assert queue.later_than(0.1) == pytest.approx(1.0)
    assert queue.later_than(0.3) == 0.0


@given(st.floats(0.0, 1e5), st.floats(1e-3, 1e5), st.integers(1, 20_000), st.floats(0, 100))
def test_shares_are_shares_whatever_the_load(arrivals: float, served: float, places: int, seconds: float) -> None:
    queue = FiniteQueue(arrivals, served, places)
    for share in (queue.dropped, queue.utilization, queue.later_than(seconds)):
        assert 0.0 <= share <= 1.0 + 1e-9
