"""Steady load on a station: how much of it there is, and how much longer a job takes than alone.

Two kinds of load: *open*, which comes at its rate whatever happens (heartbeats), and *closed*, whose sources think,
ask, and think again when they are answered (a connection that is cut, and set up again). The mean time of a job in an
M/M/c station, FIFO or processor sharing alike, is its service time times

    slowdown(c, rho) = 1 + rho^(sqrt(2(c+1)) - 1) / (c (1 - rho))

(Sakasegawa 1977; for c = 1 that is the 1/(1 - rho) of M/G/1 with processor sharing, exactly and for any distribution of
service times). A loop's rate is sources / (think + service x slowdown). The fixed point of both is unique, because one
falls with the slowdown and the other rises. In the limit of many sources it is the fluid limit: a station that is asked
for too much works at its capacity, and its clients wait for sources / capacity less their thinking.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

MOST_OPEN = 0.95
"""Open load beyond this share of a station would have no steady state; what exceeds it is left undone."""

_STEPS = 60
"""Bisections: enough for the last bit of a double."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Like sources that think for ``think_seconds`` on average, and then have work of ``cpu_seconds`` to be done.

    ``latency_seconds`` is the part of an answer's time in which no core is held.
    """

    sources: float
    think_seconds: float
    cpu_seconds: float
    latency_seconds: float = 0.0

    def rate(self, slowdown: float, speed: float) -> float:
        """Jobs per second of all sources together, where jobs take ``slowdown`` times as long as alone."""
        cycle = self.think_seconds + self.latency_seconds + self.cpu_seconds * slowdown / speed
        return self.sources / cycle if cycle > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Steady:
    """The state that steady load comes to."""

    work: float
    """CPU seconds of work per second."""
    slowdown: float
    """Time of a job in the station against its time alone."""
    rates: tuple[float, ...]
    """Jobs per second of each loop."""


def slowdown(servers: float, utilization: float) -> float:
    """Mean time in an M/M/c station against the mean service time; infinite at a utilisation of one."""
    if utilization >= 1.0:
        return inf
    return 1.0 + math.pow(utilization, sqrt(2.0 * (servers + 1.0)) - 1.0) / (servers * (1.0 - utilization))


def settle(open_work: float, loops: Sequence[Loop], servers: float, speed: float) -> Steady:
    """The steady state of a station of ``servers`` that each do ``speed`` CPU seconds of work in a second."""
    capacity = servers * speed
    open_work = min(open_work, MOST_OPEN * capacity)

    def asked(utilization: float) -> float:
        factor = slowdown(servers, utilization)
        return open_work + sum(loop.rate(factor, speed) * loop.cpu_seconds for loop in loops)

    low, high = open_work / capacity, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if asked(middle) > middle * capacity:
            low = middle
        else:
            high = middle
    factor = slowdown(servers, low)
    return Steady(low * capacity, factor, tuple(loop.rate(factor, speed) for loop in loops))
