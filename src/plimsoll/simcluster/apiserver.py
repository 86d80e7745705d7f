"""The API server as a station: slots for requests in flight, cores that serve them, and what faults do to both.

Theory: requests that are let in queue first come, first served for ``cores`` identical cores (a G/G/c queue). Because
the discipline is FIFO and service times are known on arrival, the moment of completion can be computed on arrival
from the times at which the cores become free; no event is needed until the answer is due. Where the machines of the
control plane are simulated, requests are served by them instead: see :mod:`plimsoll.simcluster.masters`.

Which requests are let in is the business of priority levels since Kubernetes 1.20 (see
:mod:`plimsoll.simcluster.flowcontrol`), and of a limit of requests in flight before that.

What a request does to the store happens when it completes; see :mod:`plimsoll.simcluster.client`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from heapq import heappop, heappush, heapreplace
from typing import TYPE_CHECKING

from plimsoll.simcluster.flowcontrol import Width
from plimsoll.simcluster.settings import ApiServerSettings

if TYPE_CHECKING:
    from plimsoll.simcluster.flowcontrol import PriorityLevel, PriorityLevels
    from plimsoll.simcluster.flowcontrol.levels import WidthOf
    from plimsoll.simcluster.masters import Masters

READ_VERBS = frozenset({"GET", "LIST"})


@dataclass(frozen=True, slots=True)
class RequestCost:
    """What one request of a kind takes: CPU on the API server, and time in which no core is held (etcd, network)."""

    cpu_seconds: float
    latency_seconds: float
    mutating: bool
    long_running: bool
    level: PriorityLevel | None = None
    """Whose seats it takes; None where the limits of requests in flight are all there is."""
    flow: str = ""
    width: WidthOf | None = None
    """Tells how many seats it takes; None: one, until it is answered."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer other than success; ``retry_after_seconds`` where the server asked the client to come back."""

    code: int
    retry_after_seconds: float | None


TOO_MANY_REQUESTS = Refusal(429, retry_after_seconds=1.0)
"""Kubernetes' max-in-flight filter always answers ``Retry-After: 1``."""

NO_SEAT = Refusal(429, retry_after_seconds=None)
"""No answer yet: all seats of the request's level are taken, and it may wait for one in the level's queues."""

LARGEST_BACKGROUND = 0.95
"""Where background work alone would take more, its rate is no longer one at which nothing queues."""

ONE_SEAT = Width(1)

UNAVAILABLE = Refusal(503, retry_after_seconds=None)


def _left(limit: int, occupied: float) -> int:
    """Slots for other requests; one at least, and without a limit there is none."""
    return max(limit - round(occupied), 1) if limit else 0


class ApiServer:
    """The request-serving capacity of the control plane's API servers, taken together."""

    def __init__(
        self,
        settings: ApiServerSettings,
        chance: Callable[[], float],
        masters: Masters | None = None,
        levels: PriorityLevels | None = None,
    ) -> None:
        self.settings = settings
        self.levels = levels
        """Whose seats requests need; None where there are limits of requests in flight, or none at all."""
        self.masters = masters
        """The machines that serve requests; None where all that is known of them is their number of cores."""
        self.busy_seconds = 0.0
        self.refused = 0
        """Requests that found no slot."""
        self.recent_utilization = 0.0
        """Of the interval that was sampled last."""
        self._asked_seconds = 0.0
        self._background = 0.0
        """Share of every core that steady background work takes."""
        self.down = False
        self.added_latency_seconds = 0.0
        self.error_fraction = 0.0
        self.error = Refusal(500, retry_after_seconds=None)
        self._chance = chance
        self._free_seconds = [0.0] * settings.cores
        self._reading: list[float] = []
        self._mutating: list[float] = []
        if settings.shared_in_flight_limit:
            self._mutating = self._reading
        self.occupy(0.0, 0.0)

    def cost(self, verb: str, resource: str, role: str = "", instance: str = "") -> RequestCost:
        """What a request with this verb costs, and which client's seats it takes, if it is that of a client.

        An Event is written like any object but to its own, cheaper keys.
        """
        settings = self.settings
        if verb == "WATCH":
            return RequestCost(settings.watch_cpu_seconds, settings.network_seconds, mutating=False, long_running=True)
        mutating = verb not in READ_VERBS
        if mutating:
            cpu = settings.event_cpu_seconds if resource == "events" else settings.write_cpu_seconds
            latency = settings.network_seconds + settings.etcd_write_seconds
        else:
            cpu = settings.list_cpu_seconds if verb == "LIST" else settings.read_cpu_seconds
            latency = settings.network_seconds + settings.etcd_read_seconds
        cost = RequestCost(cpu, latency, mutating=mutating, long_running=False)
        if self.levels is None or not role:
            return cost
        level, flow = self.levels.place(role, instance, verb, resource)
        width = None if level is None else self.levels.width(level, verb, resource, mutating=mutating)
        return replace(cost, level=level, flow=flow, width=width)

    def admit(self, now_seconds: float, cost: RequestCost, count: int = 1, *, in_turn: bool = False) -> float | Refusal:
        """Take in ``count`` like requests that arrive together, or each when the one before is answered (``in_turn``).

        Returns when the last is answered, or the refusal; ``NO_SEAT`` where they may queue (:meth:`queue`).

        Requests in flight are those whose completion lies ahead; they are counted on arrival against the limit of
        their kind (facts: 400 read-only and 200 mutating by default, watches exempt) or the seats of their level.
        """
        if self.down:
            return UNAVAILABLE
        if self.error_fraction and self._chance() < self.error_fraction:
            return self.error
        if cost.level is not None:
            return self._seat(now_seconds, cost, cost.level, count, in_turn=in_turn)
        if not cost.long_running:
            limit, flights = self._mutating_flights if cost.mutating else self._read_flights
            while flights and flights[0] <= now_seconds:
                heappop(flights)
            if limit and len(flights) >= limit:
                self.refused += count
                return TOO_MANY_REQUESTS
        finish = self._serve(now_seconds, cost, count, in_turn=in_turn)
        if not cost.long_running:
            heappush(flights, finish)
            if count > 1 and not in_turn:
                for _ in range(count - 1):
                    heappush(flights, finish)
        return finish

    def queue(
        self,
        cost: RequestCost,
        count: int,
        served: Callable[[float], None],
        refused: Callable[[Refusal], None],
        *,
        in_turn: bool = False,
    ) -> bool:
        """Have a request that found no seat wait for one: ``served`` is told when it will be answered.

        ``refused`` is told where it has waited for too long. Returns False where the queues are full.
        """
        level = cost.level
        if level is None:
            return False
        width = _width(cost, count, in_turn=in_turn)

        def run() -> None:
            finish = self._serve(level.now_seconds, cost, count, in_turn=in_turn)
            level.hold(finish, width.seats, mutating=cost.mutating, linger_seconds=width.linger_seconds)
            served(finish)

        def turned_away() -> None:
            self.refused += count
            refused(TOO_MANY_REQUESTS)

        if level.wait(cost.flow, width.seats, run, turned_away, count):
            return True
        self.refused += count
        return False

    def _seat(
        self, now_seconds: float, cost: RequestCost, level: PriorityLevel, count: int, *, in_turn: bool
    ) -> float | Refusal:
        """As :meth:`admit`, by the seats of a level. Most requests take one, and find it free."""
        flights = level.mutating if cost.mutating else level.reading
        while flights and flights[0] <= now_seconds:
            heappop(flights)
        if count == 1 and cost.width is None:
            taken = len(level.reading) + len(level.mutating) + len(level.further)
            if (taken >= level.room or level.queues.waiting) and not level.has_seats(now_seconds, 1):
                return NO_SEAT
            finish = self._serve(now_seconds, cost, 1, in_turn=False)
            heappush(flights, finish)
            return finish
        width = _width(cost, count, in_turn=in_turn)
        if not level.has_seats(now_seconds, width.seats):
            return NO_SEAT
        finish = self._serve(now_seconds, cost, count, in_turn=in_turn)
        level.hold(finish, width.seats, mutating=cost.mutating, linger_seconds=width.linger_seconds)
        return finish

    def _serve(self, now_seconds: float, cost: RequestCost, count: int, *, in_turn: bool) -> float:
        """When requests that are let in now will be answered."""
        rounds = count if in_turn else 1
        waiting_seconds = rounds * (cost.latency_seconds + self.added_latency_seconds)
        if self.masters is not None:
            return self.masters.serve(now_seconds, cost.cpu_seconds * count) + waiting_seconds
        free = self._free_seconds
        service_seconds = cost.cpu_seconds * count / (1.0 - self._background)
        start = free[0] if free[0] > now_seconds else now_seconds
        heapreplace(free, start + service_seconds)
        self.busy_seconds += service_seconds
        return start + service_seconds + waiting_seconds

    def occupy(self, reading: float, mutating: float) -> None:
        """Take slots for so many requests of steady background work, which on average are in flight all the time."""
        settings = self.settings
        self._steady = round(reading), round(mutating)
        if settings.flow_control != "maxInFlight":
            self._read_flights = (0, self._reading)
            self._mutating_flights = (0, self._mutating)
            return
        if settings.shared_in_flight_limit:
            reading = mutating = reading + mutating
        self._read_flights = (_left(settings.max_reads_in_flight, reading), self._reading)
        limit = settings.max_reads_in_flight if settings.shared_in_flight_limit else settings.max_mutating_in_flight
        self._mutating_flights = (_left(limit, mutating), self._mutating)

    def absorb(self, cpu_seconds: float, interval_seconds: float) -> None:
        """Charge background work that is accounted for as a rate: it slows every core down by its share."""
        self.busy_seconds += cpu_seconds
        self._background = min(cpu_seconds / (interval_seconds * self.settings.cores), LARGEST_BACKGROUND)

    def take_utilization(self, now_seconds: float) -> float:
        """Share of all cores that was busy since this was last asked; work is counted when it is taken in."""
        if self.masters is not None:
            self.recent_utilization = self.masters.pressure
            return round(self.masters.api_utilization, 6)
        elapsed = now_seconds - self._asked_seconds
        if elapsed <= 0:
            return 0.0
        busy, self.busy_seconds = self.busy_seconds, 0.0
        self._asked_seconds = now_seconds
        self.recent_utilization = round(busy / (elapsed * self.settings.cores), 6)
        return self.recent_utilization

    @property
    def slowdown(self) -> float:
        """Time of a request's work against that on an idle server, as far as steady background work is the reason."""
        return self.masters.slowdown if self.masters is not None else 1.0 / (1.0 - self._background)

    def slots(self, cost: RequestCost) -> int:
        """How many requests of a kind may be in flight at a time; zero is no limit."""
        if cost.long_running:
            return 0
        if cost.level is not None:
            return max(cost.level.room // (cost.width().seats if cost.width is not None else 1), 1)
        return (self._mutating_flights if cost.mutating else self._read_flights)[0]

    def taken(self, now_seconds: float, cost: RequestCost) -> int:
        """Slots that requests of a kind would find taken."""
        if cost.level is not None:
            return cost.level.in_use(now_seconds) + cost.level.waiting
        return self.in_flight(now_seconds)[cost.mutating]

    def in_flight(self, now_seconds: float) -> tuple[int, int]:
        """Read-only and mutating requests that are being served."""
        reading, mutating = self._steady
        levels = self.levels.by_name.values() if self.levels is not None else ()
        return (
            reading
            + sum(_later(flights, now_seconds) for flights in (self._reading, *(level.reading for level in levels))),
            mutating
            + sum(_later(flights, now_seconds) for flights in (self._mutating, *(level.mutating for level in levels))),
        )


def _width(cost: RequestCost, count: int, *, in_turn: bool) -> Width:
    width = cost.width() if cost.width is not None else ONE_SEAT
    return width if in_turn or count == 1 else Width(width.seats * count, width.linger_seconds)


def _later(flights: list[float], now_seconds: float) -> int:
    return sum(1 for finish in flights if finish > now_seconds)
