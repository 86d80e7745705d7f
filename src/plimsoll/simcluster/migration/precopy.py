"""Pre-copy: memory is sent while the machine runs; what it wrote meanwhile is sent again, until little is left.

Round ``i`` sends ``V_i`` bytes at bandwidth ``B``; meanwhile the machine writes ``D`` bytes a second, so
``V_{i+1} = D · V_i / B``: the rounds shrink by ``r = D/B``, and grow for ever where ``r ≥ 1``. The machine is paused for
the last round, once that takes no longer than the downtime allowed (QEMU ``migration/migration.c``; Clark et al., "Live
Migration of Virtual Machines", NSDI 2005).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf, log


def precopy_seconds(
    memory_bytes: float, dirty_bytes_per_second: float, bytes_per_second: float, downtime_seconds: float
) -> float:
    """How long it takes at a constant bandwidth: ``M/B · (1 − r^(n+1)) / (1 − r)`` with n rounds before the last.

    All of the memory is sent with the machine running, since nobody knows the bandwidth before. Infinite where the rest
    never becomes small enough.
    """
    first_seconds = memory_bytes / bytes_per_second
    if not dirty_bytes_per_second:
        return first_seconds
    ratio = dirty_bytes_per_second / bytes_per_second
    if ratio >= 1:
        return inf
    rounds = max(1, ceil(log(downtime_seconds / first_seconds) / log(ratio)))
    return first_seconds * (1 - ratio ** (rounds + 1)) / (1 - ratio)


Send = Callable[[float, Callable[[], object]], object]
"""Sends so many bytes and then calls back."""


@dataclass(slots=True)
class PreCopy:
    """One machine's memory on its way, over a bandwidth that may change from moment to moment."""

    memory_bytes: float
    dirty_bytes_per_second: float
    downtime_seconds: float
    now: Callable[[], float]
    send: Send
    done: Callable[[], object]
    rest_bytes: float = 0.0
    """What the current round sends."""
    least_rest_bytes: float = inf
    progress_seconds: float = 0.0
    """When the rest was last less than ever before."""
    _round_began_seconds: float = 0.0

    def start(self) -> None:
        """Send all of the memory."""
        self._round(self.memory_bytes)

    def _round(self, rest_bytes: float) -> None:
        self.rest_bytes = rest_bytes
        self._round_began_seconds = self.now()
        if rest_bytes < self.least_rest_bytes:
            self.least_rest_bytes, self.progress_seconds = rest_bytes, self.now()
        self.send(rest_bytes, self._end_round)

    def _end_round(self) -> None:
        seconds = self.now() - self._round_began_seconds
        dirty_bytes = min(self.memory_bytes, self.dirty_bytes_per_second * seconds)
        if seconds <= 0 or not dirty_bytes:
            self.done()
            return
        last_seconds = dirty_bytes * seconds / self.rest_bytes
        if last_seconds <= self.downtime_seconds:
            self.send(dirty_bytes, self.done)  # with the machine paused, nothing more is written
        else:
            self._round(dirty_bytes)
