"""Clients that are not simulated but for their requests: at a rate where nothing queues, as events where something does.

Each second the requests of the next one are looked at. As long as they would hold no more than a tenth of the in-flight
slots of their kind, and those are not half taken by others, and the cores are not overloaded, they cannot be refused,
and wait as steady work does; they are added up. Otherwise they arrive in batches of no more than a hundredth of the slots, at random moments (a
Poisson process, thinned), and are refused and retried like any client's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.simcluster.client import Client

if TYPE_CHECKING:
    from plimsoll.kernel import Random
    from plimsoll.simcluster.client import ClientEnvironment

JUDGING_SECONDS = 1.0
FEW_SLOTS, MANY_SLOTS = 0.1, 0.5
BUSY = 0.9
"""From this utilisation on the mean of the waiting says little about it."""

BATCHES_PER_LIMIT = 100


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
        self._client = Client(environment, role)
        self._kind = self._client.kind(verb, resource)
        self._owed = 0.0
        self._stopped = False
        self._stretch = 0
        """Number of the present stretch of time in which requests are events: what an earlier one left is dropped."""
        limit = self._limit
        self._batch = max(limit // BATCHES_PER_LIMIT, 1) if limit else max(int(per_second // BATCHES_PER_LIMIT), 1)
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
        """In-flight slots of their kind; zero where there is no limit."""
        return 0 if self._kind.cost.long_running else self._server.slots(mutating=self._kind.cost.mutating)

    def _judge(self) -> None:
        """Settle how the requests of the next second are made."""
        if self._stopped:
            return
        was_calm, self.calm = self.calm, self._nothing_queues()
        if self.calm:
            self._owed += self._per_second * JUDGING_SECONDS
        elif was_calm:
            self._stretch += 1
            self._next_batch(self._stretch)
        self._kernel.after(JUDGING_SECONDS, self._judge)

    def _nothing_queues(self) -> bool:
        server, cost = self._server, self._kind.cost
        if server.down or server.error_fraction or server.recent_utilization > BUSY:
            return False
        limit = self._limit
        held = self._per_second * (cost.cpu_seconds * server.slowdown + cost.latency_seconds)
        taken = server.in_flight(self._kernel.now)[cost.mutating]
        return not limit or (held <= FEW_SLOTS * limit and taken <= MANY_SLOTS * limit)

    def _next_batch(self, stretch: int) -> None:
        self._kernel.after(self._random.gammavariate(self._batch, 1.0 / self._per_second), self._arrive, stretch)

    def _arrive(self, stretch: int) -> None:
        if self.calm or self._stopped or stretch != self._stretch:
            return
        self._client.post(self._kind, self._batch)
        self._next_batch(stretch)
