"""Seats, and fair queues for those who find none.

Theory: requests of one priority level share its seats. Each flow is dealt a hand of a few queues and joins the shortest
(shuffle sharding), so that a flow that floods its hand rarely blocks all queues of another. A free seat goes to the
queue that is furthest behind in virtual time (fair queueing): each request moves its queue ahead by the seats it takes
times the time that requests are expected to take (apiserver, util/flowcontrol/fairqueuing/queueset).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from hashlib import sha256
from math import ceil

GUESS_SECONDS = 0.003
"""What a request is expected to take before it has been served (queueset.go, estimatedServiceDuration)."""

Run = Callable[[], None]


def nominal_seats(shares: int, all_shares: int, limit: int) -> int:
    """A level's part of all seats, rounded up."""
    return ceil(limit * shares / all_shares) if shares else 0


def deal(flow: str, queues: int, hand: int) -> list[int]:
    """The queues of a flow: always the same ones, all different (apiserver, util/shufflesharding)."""
    value = int.from_bytes(sha256(flow.encode()).digest()[:8], "little")
    cards: list[int] = []
    for dealt in range(hand):
        value, card = divmod(value, queues - dealt)
        for other in sorted(cards):
            card += card >= other
        cards.append(card)
    return cards


class _Queue:
    __slots__ = ("virtual_start", "waiting")

    def __init__(self) -> None:
        self.virtual_start = 0.0
        self.waiting: deque[tuple[int, Run]] = deque()


class QueueSet:
    """One priority level. Without ``queues`` what finds no seat is refused."""

    def __init__(self, seats: int, *, queues: int = 0, hand: int = 0, length: int = 0) -> None:
        self.seats = seats
        self.occupied = 0
        self.executing = 0
        self.waiting = 0
        self.dispatched = 0
        self.rejected = 0
        self._hand = hand
        self._length = length
        self._queues = [_Queue() for _ in range(queues)]
        self._virtual_seconds = 0.0

    def arrive(self, flow: str, seats: int, run: Run) -> bool:
        """Run a request now, or when a seat is free for it; False where it must be refused."""
        seats = max(1, min(seats, self.seats))
        if not self.waiting and self.occupied + seats <= self.seats:
            self._start(seats, run)
            return True
        if not self.wait(flow, seats, run):
            return False
        self._dispatch()
        return True

    def wait(self, flow: str, seats: int, run: Run) -> bool:
        """Put a request into a queue of its flow; False where it must be refused."""
        if not self._queues:
            self.rejected += 1
            return False
        queue = min((self._queues[card] for card in deal(flow, len(self._queues), self._hand)), key=_length_of)
        if len(queue.waiting) >= self._length:
            self.rejected += 1
            return False
        if not queue.waiting:
            queue.virtual_start = max(queue.virtual_start, self._virtual_seconds)
        queue.waiting.append((seats, run))
        self.waiting += 1
        return True

    def withdraw(self, run: Run) -> bool:
        """Forget a request that has waited for too long, and whether it still had: the oldest of a queue is its first."""
        for queue in self._queues:
            if queue.waiting and queue.waiting[0][1] is run:
                queue.waiting.popleft()
                self.waiting -= 1
                return True
        return False

    def resume(self, occupied: int, seats: int) -> None:
        """Give seats to who has waited, where somebody else counts those that are taken and those that there are."""
        self.occupied, self.seats = occupied, seats
        self._dispatch()

    def leave(self, seats: int) -> None:
        """A request has been served: its seats go to who has waited."""
        self.occupied -= max(1, min(seats, self.seats))
        self.executing -= 1
        self._dispatch()

    def _start(self, seats: int, run: Run) -> None:
        self.occupied += seats
        self.executing += 1
        self.dispatched += 1
        run()

    def _dispatch(self) -> None:
        while self.waiting:
            queue = min((queue for queue in self._queues if queue.waiting), key=_virtual_finish)
            seats, run = queue.waiting[0]
            seats = min(seats, self.seats)  # which may have become fewer
            if self.occupied + seats > self.seats:
                return
            queue.waiting.popleft()
            self.waiting -= 1
            self._virtual_seconds = max(self._virtual_seconds, queue.virtual_start)
            queue.virtual_start += seats * GUESS_SECONDS
            self._start(seats, run)


def _length_of(queue: _Queue) -> int:
    return len(queue.waiting)


def _virtual_finish(queue: _Queue) -> float:
    return queue.virtual_start + queue.waiting[0][0] * GUESS_SECONDS
