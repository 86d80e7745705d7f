"""Rates and means out of counters that only grow, as whoever scrapes a component's metrics makes them.

A process that starts anew counts from zero; what it had counted since the last look is then lost, as it is to Prometheus.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel


class Rate:
    """How much a counter grew per second since the last call."""

    __slots__ = ("_count", "_counted", "_kernel", "_seconds")

    def __init__(self, kernel: Kernel, count: Callable[[], int]) -> None:
        self._kernel = kernel
        self._count = count
        self._counted = 0
        self._seconds = kernel.now

    def __call__(self) -> float:
        """Per second; zero where no time has passed."""
        now = self._kernel.now
        elapsed_seconds = now - self._seconds
        if elapsed_seconds <= 0:
            return 0.0
        count = self._count()
        grown = count - self._counted if count >= self._counted else count
        self._counted, self._seconds = count, now
        return round(grown / elapsed_seconds, 6)


class Mean:
    """The mean duration of what was counted since the last call."""

    __slots__ = ("_counted", "_read", "_total_seconds")

    def __init__(self, read: Callable[[], tuple[int, float]]) -> None:
        """``read`` gives the count, and the seconds that all of them took together."""
        self._read = read
        self._counted = 0
        self._total_seconds = 0.0

    def __call__(self) -> float:
        """Seconds; zero where nothing was counted."""
        count, total_seconds = self._read()
        counted, before_seconds = self._counted, self._total_seconds
        if count == counted:
            return 0.0
        self._counted, self._total_seconds = count, total_seconds
        if count < counted:
            counted, before_seconds = 0, 0.0
        return round((total_seconds - before_seconds) / (count - counted), 9) if count > counted else 0.0
