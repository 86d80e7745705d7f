"""A kernel that keeps step with a wall clock.

A pacer gives the kernel turns on a real asyncio loop: each turn runs it up to ``now × rate``, then the pacer sleeps
until the kernel's next action is due. Who brings something in from outside (a request over HTTPS, say) first has the
kernel catch up, for its clock stands at its last action; then schedules; then pokes the pacer, for what has been
scheduled may be due before the pacer would wake::

    pacer.catch_up()
    kernel.after(0.003, answer, request)
    pacer.poke()

A simulation that cannot be computed as fast as it is meant to run falls behind, but the loop does not: a turn does a
bounded number of actions, and the loop serves its connections in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import isfinite
from typing import Never

from plimsoll.kernel import Kernel

ACTIONS_PER_TURN = 1000
"""At 2-20 µs for an action, a turn keeps a connection waiting for some milliseconds at most."""


class Pacer:
    """Runs a kernel in step with a clock, from the moment at which the pacer is made.

    ``clock`` gives wall-clock seconds and never goes back (``time.monotonic``). ``rate`` is virtual seconds per
    wall-clock second; at 0 the simulation stands still. ``lag_seconds`` is how far, in virtual seconds, the simulation
    was behind at the end of its last turn.
    """

    def __init__(
        self,
        kernel: Kernel,
        clock: Callable[[], float],
        *,
        rate: float = 1.0,
        actions_per_turn: int = ACTIONS_PER_TURN,
    ) -> None:
        self.lag_seconds = 0.0
        self._kernel = kernel
        self._clock = clock
        self._rate = _valid(rate)
        self._actions_per_turn = actions_per_turn
        self._alarm: asyncio.Future[None] | None = None
        self._clock_origin_seconds = clock()
        self._kernel_origin_seconds = kernel.now

    @property
    def rate(self) -> float:
        """Virtual seconds per wall-clock second. ``ValueError`` for one that is negative or not finite."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._kernel_origin_seconds, self._clock_origin_seconds = self._due_seconds(), self._clock()
        self._rate = _valid(rate)
        self.poke()

    async def run(self) -> Never:
        """Keep the kernel in step until cancelled. An exception of the simulation passes through."""
        while True:
            self.catch_up()
            await self._sleep()

    def catch_up(self) -> None:
        """Run the kernel up to the present, within the bounds of one turn."""
        due_seconds = max(self._due_seconds(), self._kernel.now)
        self._kernel.run(due_seconds, max_actions=self._actions_per_turn)
        self.lag_seconds = due_seconds - self._kernel.now

    def skip_to(self, seconds: float) -> None:
        """Leap ahead of the clock, to a virtual time at which the simulation is due from now on; it has to catch up."""
        self._kernel_origin_seconds, self._clock_origin_seconds = max(self._due_seconds(), seconds), self._clock()
        self.poke()

    def poke(self) -> None:
        """Wake the pacer: what has just been scheduled may be due before its alarm."""
        if self._alarm is not None and not self._alarm.done():
            self._alarm.set_result(None)

    def _due_seconds(self) -> float:
        """The virtual time at which the simulation should be now."""
        return self._kernel_origin_seconds + (self._clock() - self._clock_origin_seconds) * self._rate

    async def _sleep(self) -> None:
        """Sleep until the next action is due, or until poked; for one turn of the loop where it is due already."""
        next_seconds = self._kernel.next_time()
        loop = asyncio.get_running_loop()
        self._alarm = loop.create_future()
        if next_seconds is None or self._rate == 0.0:
            await self._alarm
            return
        timer = loop.call_later(max(0.0, next_seconds - self._due_seconds()) / self._rate, self.poke)
        try:
            await self._alarm
        finally:
            timer.cancel()


def _valid(rate: float) -> float:
    if not (isfinite(rate) and rate >= 0.0):
        raise ValueError(f"a simulation cannot run at {rate} virtual seconds per second")
    return rate
