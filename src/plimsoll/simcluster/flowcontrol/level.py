"""One priority level: its seats, and the fair queues of those who find none.

Theory: a station with as many servers as it has seats, a G/G/c queue. When a request that has a seat will be answered is
known on arrival; as long as seats are free the level is no more than a heap of these times, and costs no event. Only
where all are taken there are queues, and an event for each moment at which a seat becomes free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from plimsoll.apimachinery.flowcontrol.queueing import QueueSet, Run

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel

WAIT_LIMIT_SECONDS = 15.0
"""A quarter of the default ``--request-timeout`` of 60 s (apiserver, pkg/server/config.go)."""


@dataclass(frozen=True, slots=True)
class Width:
    """How many seats a request takes, and how long it keeps them beyond its answer."""

    seats: int
    linger_seconds: float = 0.0


class PriorityLevel:
    """Seats that are shared by the flows of a level. Those in use are kept as the times at which they become free."""

    def __init__(self, kernel: Kernel, name: str, nominal: int, lendable: int, queues: QueueSet) -> None:
        self.name = name
        self.nominal = nominal
        self.lendable = lendable
        """Seats that other levels may have while this one does not need them."""
        self.limit = nominal
        """Seats at present, with what is borrowed and without what is lent."""
        self.steady = 0
        """Seats that steady background work takes."""
        self.room = nominal
        """Seats for everything else: one at least."""
        self.reading: list[float] = []
        self.mutating: list[float] = []
        self.further: list[float] = []
        """Of requests that take more than one seat, those beyond the first."""
        self.rejected = 0
        """Requests answered with 429, for want of a place in a queue or because they had waited for too long."""
        self.short: Callable[[], None] = _nothing
        """Told that a request finds no seat: perhaps another level has one to lend."""
        self._kernel = kernel
        self.queues = queues
        self._attending = False

    def resize(self, limit: int) -> None:
        """Have so many seats from now on, borrowed ones included."""
        self.limit = limit
        self.room = max(limit - self.steady, 1)

    def occupy(self, seats: int) -> None:
        """Take seats for steady background work."""
        self.steady = seats
        self.room = max(self.limit - seats, 1)

    @property
    def now_seconds(self) -> float:
        """The time."""
        return self._kernel.now

    @property
    def waiting(self) -> int:
        """Requests in the queues."""
        return self.queues.waiting

    def taken(self, now_seconds: float) -> int:
        """Seats of requests that will be answered later than now, without those of background work."""
        taken = 0
        for flights in (self.reading, self.mutating, self.further):
            while flights and flights[0] <= now_seconds:
                heappop(flights)
            taken += len(flights)
        return taken

    def in_use(self, now_seconds: float) -> int:
        """Seats in use, background work included."""
        return self.taken(now_seconds) + self.steady

    def has_seats(self, now_seconds: float, seats: int) -> bool:
        """Whether a request that arrives now need not wait."""
        if self.waiting:
            return False
        if self.taken(now_seconds) + min(seats, self.room) <= self.room:
            return True
        self.short()
        return self.taken(now_seconds) + min(seats, self.room) <= self.room

    def hold(self, finish_seconds: float, seats: int, *, mutating: bool, linger_seconds: float = 0.0) -> None:
        """Take seats until a time, some of them beyond the answer; at most as many as there are."""
        until = finish_seconds + linger_seconds
        heappush(self.mutating if mutating else self.reading, until)
        for _ in range(min(seats, self.room) - 1):
            heappush(self.further, until)

    def wait(self, flow: str, seats: int, run: Run, turned_away: Run, count: int = 1) -> bool:
        """Have ``run`` called when there are seats, or ``turned_away`` after 15 s; False where the queues are full.

        ``run`` holds the seats that it needs, and is the object that tells one who waits from another. ``count``
        requests come and go together.
        """
        if not self.queues.wait(flow, min(seats, self.room), run):
            self.rejected += count
            return False
        self._kernel.after(WAIT_LIMIT_SECONDS, self._lose_patience, run, turned_away, count)
        self._attend()
        return True

    def _lose_patience(self, run: Run, turned_away: Run, count: int) -> None:
        if self.queues.withdraw(run):
            self.rejected += count
            turned_away()

    def _attend(self) -> None:
        """Come back when the next seat is free."""
        if not self._attending and self.waiting:
            self._attending = True
            first = min((flights[0] for flights in (self.reading, self.mutating, self.further) if flights), default=0.0)
            self._kernel.at(max(first, self._kernel.now), self._give_seats)

    def _give_seats(self) -> None:
        self._attending = False
        self.short()
        self.queues.resume(self.taken(self._kernel.now), self.room)
        self._attend()


def _nothing() -> None:
    """Nobody lends."""
