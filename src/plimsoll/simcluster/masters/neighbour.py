"""A process that computes beside an API server, in bursts of several threads: the scheduler."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.masters.machine import Machine

SLICE_SECONDS = 0.25
"""A long burst looks this often at how many threads it shares the cores with."""


class Neighbour:
    """Computes on a machine; what it computes takes longer, the more threads want the machine's cores."""

    def __init__(self, kernel: Kernel, machine: Machine, threads: int, *, alone: bool) -> None:
        """``alone`` on a machine of its own it need not look who else is there."""
        self._kernel = kernel
        self._slice_seconds = inf if alone else SLICE_SECONDS
        self._machine = machine
        self._threads = threads

    def compute(self, seconds: float, done: Callable[..., None], *args: Any) -> None:
        """Run on all threads for what takes ``seconds`` where each has a core to itself; then call ``done``."""
        self._machine.bursting += self._threads
        self._continue(seconds, done, args)

    def _continue(self, seconds: float, done: Callable[..., None], args: tuple[Any, ...]) -> None:
        machine, now = self._machine, self._kernel.now
        runnable = machine.runnable(now)
        speed = machine.capacity.speed(runnable)
        taken = min(seconds / speed, self._slice_seconds)
        machine.burst_cpu_seconds += self._threads * machine.capacity.on_cpu(runnable) * taken
        left = seconds - taken * speed
        if left > seconds * 1e-9:
            self._kernel.after(taken, self._continue, left, done, args)
        else:
            self._kernel.after(taken, self._finish, done, args)

    def _finish(self, done: Callable[..., None], args: tuple[Any, ...]) -> None:
        self._machine.bursting -= self._threads
        done(*args)
