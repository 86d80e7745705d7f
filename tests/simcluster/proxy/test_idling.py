"""How often an idle timer cuts a connection, held against a timer that is played through."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.proxy.idling import cuts_per_second, watch_cuts_per_second


def played(timeout: float, every: float, periods: int = 50) -> float:
    """Cuts per second of a connection on which bytes pass each ``every`` seconds, and when it is set up."""
    cuts, last = 0, 0.0
    for period in range(1, periods + 1):
        while period * every - last > timeout:
            last += timeout
            cuts += 1
        last = period * every
    return cuts / (periods * every)


@given(st.integers(1, 60), st.integers(1, 120))
def test_bytes_at_a_period_hold_a_connection_or_let_it_be_cut_in_between(timeout: int, every: int) -> None:
    assert cuts_per_second(timeout, every) == pytest.approx(played(timeout, every))


def test_a_connection_that_stays_idle_is_cut_once_per_timeout() -> None:
    assert cuts_per_second(3.0) == pytest.approx(1 / 3)


def test_without_a_timer_nothing_is_cut() -> None:
    assert cuts_per_second(0.0) == 0.0
    assert watch_cuts_per_second(0.0, 300) == 0.0


@pytest.mark.parametrize("timeout", [3.0, 250.0, 350.0, 450.0, 590.0])
def test_a_watch_is_cut_or_ends_by_itself_whatever_comes_first(timeout: float) -> None:
    random, elapsed, cuts = Random(7), 0.0, 0
    for _ in range(20_000):
        life = random.uniform(300.0, 600.0)
        cuts += life > timeout
        elapsed += min(life, timeout)

    assert watch_cuts_per_second(timeout, 300.0) == pytest.approx(cuts / elapsed, rel=0.05)


def test_no_watch_lives_long_enough_for_ten_minutes_of_idleness() -> None:
    assert watch_cuts_per_second(600.0, 300.0) == 0.0
