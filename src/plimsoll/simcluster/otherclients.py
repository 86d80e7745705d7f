"""Clients that are not simulated but for their requests: at a rate where nothing queues, as events where something does.

Each second the requests of the next one are looked at. As long as they would hold no more than a tenth of the in-flight
slots of their kind, and those are not half taken by others, and the cores are not overloaded, they cannot be refused,
and wait as steady work does; they are added up. Otherwise they arrive in batches at random moments (a Poisson process,
thinned), and are refused and retried like any client's: after a second, ten times. There are workers for a second of
requests; while all of them wait for answers or to try again, nobody asks for more, so that retries cannot pile up.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plimsoll.simcluster.client import Client

if TYPE_CHECKING:
    from plimsoll.errors import ApiError
    from plimsoll.kernel import Random
    from plimsoll.simcluster.client import ClientEnvironment

JUDGING_SECONDS = 1.0
FEW_SLOTS, MANY_SLOTS = 0.1, 0.5
BUSY = 0.9
"""From this utilisation on the mean of the waiting says little about it."""

BATCHES_PER_LIMIT = 100
BATCHES_PER_SECOND = 1000
FEWEST_BATCHES_PER_LIMIT = 4
"""A batch is a hundredth of the slots, or a thousandth of a second's requests, if that is no more than a fourth of them."""

WORKERS_SECONDS = 1.0
MOST_WORKERS_PER_SLOT = 64
"""How many requests are under way at most: for a second of them, and no more than keeps a run's cost within bounds."""


class OtherClients:
    """Requests of one kind, at a rate. It is one of the streams of the cluster's background while nothing queues."""

    def __init__(
        self,
        environment: ClientEnvironment,
        role: str,
        verb: str,
        resource: str,
        per_second: float,
        random: Random,
    ) -> None:
        self.calm = True
        """Whether requests are added up at present."""
        self._kernel = environment.kernel
        self._server = environment.server
        self._random = random
        self._per_second = per_second
        self._client = Client(environment, role, perseveres=False)
        self._kind = self._client.kind(verb, resource)
        self._owed = 0.0
        self._stopped = False
        self._stretch = 0
        """Number of the present stretch of time in which requests are events: what an earlier one left is dropped."""
        self._batch, self._workers = _batches(per_second, self._limit)
        self._busy = 0
        """Workers whose requests are under way, waits before a retry among them."""
        self._held_up = False
        """The next batch waits for workers."""
        self._judge()

    @property
    def cpu_per_second(self) -> float:
        """CPU seconds of the API server in a second, as far as they are added up."""
        return self._per_second * self._kind.cost.cpu_seconds if self.calm and not self._stopped else 0.0

    def advance(self, seconds: float) -> float:  # noqa: ARG002 - what is owed knows its time
        """Count the requests of an interval; returns the CPU seconds they took."""
        count = int(self._owed)
        if not count:
            return 0.0
        self._owed -= count
        cost = self._kind.cost
        self._kind.meter.add(cost.cpu_seconds * self._server.slowdown + cost.latency_seconds, count=count)
        return count * cost.cpu_seconds

    def stop(self) -> None:
        """Make no more requests."""
        self._stopped = True

    @property
    def _limit(self) -> int:
        """In-flight slots of their kind, or seats of their level; zero where there is no limit."""
        return self._server.slots(self._kind.cost)

    def _judge(self) -> None:
        """Settle how the requests of the next second are made."""
        if self._stopped:
            return
        was_calm, self.calm = self.calm, self._nothing_queues()
        if self.calm:
            self._owed += self._per_second * JUDGING_SECONDS
        elif was_calm:
            self._stretch += 1
            self._held_up = False
            self._next_batch(self._stretch)
        self._kernel.after(JUDGING_SECONDS, self._judge)

    def _nothing_queues(self) -> bool:
        server, cost = self._server, self._kind.cost
        if server.down or server.error_fraction or server.recent_utilization > BUSY:
            return False
        limit = self._limit
        held = self._per_second * (cost.cpu_seconds * server.slowdown + cost.latency_seconds)
        taken = server.taken(self._kernel.now, cost)
        return not limit or (held <= FEW_SLOTS * limit and taken <= MANY_SLOTS * limit)

    def _next_batch(self, stretch: int) -> None:
        self._kernel.after(self._random.gammavariate(self._batch, 1.0 / self._per_second), self._arrive, stretch)

    def _arrive(self, stretch: int) -> None:
        if self.calm or self._stopped or stretch != self._stretch:
            return
        if self._busy + self._batch > self._workers:
            self._held_up = True
            return
        self._busy += self._batch
        self._client.call(self._kind, self._free, failed=self._gave_up, count=self._batch)
        self._next_batch(stretch)

    def _gave_up(self, _error: ApiError) -> None:
        self._free()

    def _free(self) -> None:
        """The workers of a batch have their answers, or have given up."""
        self._busy -= self._batch
        if self._held_up:
            self._held_up = False
            self._arrive(self._stretch)


def _batches(per_second: float, limit: int) -> tuple[int, int]:
    """How many requests go together, and how many workers there are."""
    workers = math.ceil(per_second * WORKERS_SECONDS)
    if not limit:
        batch = max(int(per_second // BATCHES_PER_LIMIT), 1)
    else:
        most = limit // FEWEST_BATCHES_PER_LIMIT
        batch = max(limit // BATCHES_PER_LIMIT, min(int(per_second // BATCHES_PER_SECOND), most), 1)
        workers = min(workers, MOST_WORKERS_PER_SLOT * limit)
    return batch, max(workers, batch)
