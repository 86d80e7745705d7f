from __future__ import annotations

import pytest

from plimsoll.kernel import Kernel
from plimsoll.simcluster.counters import Mean, Rate


class Counted:
    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def add(self, count: int, seconds: float = 0.0) -> None:
        self.count += count
        self.seconds += seconds

    def read(self) -> tuple[int, float]:
        return self.count, self.seconds


def test_a_rate_is_the_growth_since_the_last_look_over_the_time_that_has_passed() -> None:
    kernel, counted = Kernel(), Counted()
    rate = Rate(kernel, lambda: counted.count)
    kernel.at(4, counted.add, 20)
    kernel.run(5)
    assert rate() == 4.0
    assert rate() == 0.0  # no time has passed
    kernel.run(10)
    assert rate() == 0.0


def test_a_counter_that_began_anew_has_grown_by_what_it_shows() -> None:
    kernel, counted = Kernel(), Counted()
    rate = Rate(kernel, lambda: counted.count)
    counted.add(100)
    kernel.run(10)
    assert rate() == 10.0
    counted.count = 30
    kernel.run(20)
    assert rate() == 3.0


def test_a_mean_is_that_of_what_was_counted_since_the_last_look() -> None:
    counted = Counted()
    mean = Mean(counted.read)
    assert mean() == 0.0
    counted.add(4, 2.0)
    assert mean() == 0.5
    assert mean() == 0.0
    counted.count, counted.seconds = 2, 6.0
    assert mean() == pytest.approx(3.0)
