from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.monitoring.head import Head

HOUR = 3600.0


def hours_in_memory(died_hour: float) -> float:
    head = Head(2 * HOUR)
    head.add(1)
    head.retire(1, died_hour * HOUR)
    minute = died_hour * 60
    while head.series:
        minute += 1
        head.cut(minute * 60)
    return minute / 60 - died_hour


@given(st.floats(0, 100))
def test_a_dead_series_stays_for_one_to_three_hours(died_hour: float) -> None:
    assert 0.99 <= hours_in_memory(died_hour) <= 3.02


def test_what_dies_early_in_a_block_stays_longest() -> None:
    assert hours_in_memory(2.01) > 2.9
    assert hours_in_memory(3.99) < 1.1


def test_series_that_are_scraped_stay() -> None:
    head = Head(2 * HOUR)
    head.add(5)
    head.cut(100 * HOUR)

    assert head.series == head.live == 5
