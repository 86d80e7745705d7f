"""All priority levels: which one a request is on, how many seats it takes, and which levels lend to which.

Deviations from the real thing (apiserver, util/flowcontrol/apf_controller.go): who lends how much is settled from what
the levels use at that moment instead of from the last ten seconds' averages, and only when some level is short, though
then every ten seconds at most, as there. Flows of controllers are told apart by controller instead of by the namespace
they write to. Retry-After is always 1 s. A WATCH takes no seat while it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from plimsoll.apimachinery.flowcontrol.bootstrap import flow_schemas, priority_levels
from plimsoll.apimachinery.flowcontrol.classification import Classifier
from plimsoll.apimachinery.flowcontrol.queueing import QueueSet, nominal_seats
from plimsoll.apimachinery.flowcontrol.seats import MAX_SEATS, estimated_seats
from plimsoll.simcluster.flowcontrol.identities import asked
from plimsoll.simcluster.flowcontrol.level import PriorityLevel, Width

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel

BORROWING_SECONDS = 10.0
"""apf_controller.go: borrowingAdjustmentPeriod."""

LARGEST_SHARE = 0.15
"""Of a level's nominal seats, which no single request may exceed (util/flowcontrol/request/width.go)."""

WATCHES_PER_SEAT = 10
EVENT_SECONDS = 0.005
"""mutating_work_estimator.go: watchesPerSeat, and the seat time for events to each ten watchers."""

WATCHED_BY_NODES = frozenset({"services", "endpoints", "endpointslices", "servicecidrs"})
"""Resources whose every event goes to every node; of pods and nodes a node watches its own."""

WidthOf = Callable[[], Width]


class PriorityLevels:
    """Every level that limits what it takes in. ``seats`` is ``--max-requests-inflight`` and its mutating twin together.

    ``count`` tells how many objects of a resource there are.
    """

    def __init__(self, kernel: Kernel, seats: int, count: Callable[[str], int]) -> None:
        self._kernel = kernel
        self._count = count
        self._classifier = Classifier(flow_schemas())
        self._placed: dict[tuple[str, str, str], str] = {}
        self._settled: int | None = None
        limited = {
            level["metadata"]["name"]: level["spec"]["limited"]
            for level in priority_levels()
            if level["spec"]["type"] == "Limited"
        }
        shares = sum(spec["nominalConcurrencyShares"] for spec in limited.values())
        self.by_name: dict[str, PriorityLevel] = {}
        for name, spec in limited.items():
            nominal = nominal_seats(spec["nominalConcurrencyShares"], shares, seats)
            queuing = spec["limitResponse"].get("queuing")
            queues = QueueSet(nominal)
            if queuing:
                sizes = {"hand": queuing["handSize"], "length": queuing["queueLengthLimit"]}
                queues = QueueSet(nominal, queues=queuing["queues"], **sizes)
            level = PriorityLevel(kernel, name, nominal, round(nominal * spec["lendablePercent"] / 100), queues)
            level.short = self._settle
            self.by_name[name] = level

    def place(self, role: str, instance: str, verb: str, resource: str) -> tuple[PriorityLevel | None, str]:
        """The level of a client's requests, None where they are exempt, and their flow."""
        request = asked(role, instance, verb, resource)
        key = role, verb, resource
        name = self._placed.get(key)
        if name is None:
            name = self._placed[key] = self._classifier.classify(request).level
        return self.by_name.get(name), request.user

    def width(self, level: PriorityLevel, verb: str, resource: str, *, mutating: bool) -> WidthOf | None:
        """What tells how many seats such a request takes; None where it is always one and no longer than until its answer."""
        most = max(1, ceil(level.nominal * LARGEST_SHARE))
        if verb == "LIST":
            return partial(self._list_width, resource, min(most, MAX_SEATS))
        if mutating and resource in WATCHED_BY_NODES:
            return partial(self._fan_out_width, min(most, MAX_SEATS))
        return None

    def occupy(self, held: Iterable[tuple[PriorityLevel | None, float]]) -> None:
        """Take seats for steady background work, which holds so many on average, level by level."""
        totals = dict.fromkeys(self.by_name.values(), 0.0)
        for level, seats in held:
            if level is not None:
                totals[level] += seats
        for level, seats in totals.items():
            level.occupy(round(seats))

    def _list_width(self, resource: str, most: int) -> Width:
        return Width(min(estimated_seats("list", self._count(resource)), most))

    def _fan_out_width(self, most: int) -> Width:
        work = ceil(self._count("nodes") / WATCHES_PER_SEAT)
        seats = max(1, min(work, most))
        return Width(seats, work * EVENT_SECONDS / seats if work > 1 else 0.0)

    def _settle(self) -> None:
        """Lend seats that are not needed to the levels that are short, in proportion to their nominal seats."""
        now = self._kernel.now
        period = int(now // BORROWING_SECONDS)
        if period == self._settled:
            return
        self._settled = period
        levels = self.by_name.values()
        wanted = {level: level.in_use(now) + level.waiting for level in levels}
        spare = {level: min(max(level.nominal - wanted[level], 0), level.lendable) for level in levels}
        wishes = {level: max(wanted[level] - level.nominal, 0) for level in levels}
        to_lend, weight = sum(spare.values()), sum(level.nominal for level in levels if wishes[level])
        granted = {level: min(wishes[level], to_lend * level.nominal // max(weight, 1)) for level in levels}
        lent = sum(granted.values())
        for level in levels:
            given = ceil(lent * spare[level] / to_lend) if to_lend else 0
            level.resize(level.nominal + granted[level] - given)
