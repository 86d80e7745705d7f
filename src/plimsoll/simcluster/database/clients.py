"""Services that write to the database, as many transactions as a demand asks for.

Transactions on rows that are written often are followed one by one, and so are those of clients that wait for an answer
before they go on. All others lie on so many rows that two seldom meet: of them as many are lost as
:func:`~plimsoll.simcluster.database.galera.conflict_probability` says, and only those are followed.
"""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate
from math import inf
from typing import TYPE_CHECKING

from plimsoll.simcluster.database.galera import Galera, Outcome, Row, conflict_probability
from plimsoll.simcluster.database.measuring import DatabaseMeters
from plimsoll.simcluster.database.operations import Operation, Service

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel, Random
    from plimsoll.simcluster.demands import DatabaseTransactions
    from plimsoll.simcluster.sampling import Sampler
    from plimsoll.simcluster.settings import DatabaseSettings
    from plimsoll.telemetry import Telemetry

COUNTING_SECONDS = 1.0
"""How often the transactions that are only counted are counted."""


class DatabaseClients:
    """The services, in front of the members they write to."""

    def __init__(
        self, kernel: Kernel, settings: DatabaseSettings, random: Random, telemetry: Telemetry, sampler: Sampler
    ) -> None:
        self._kernel = kernel
        self._settings = settings
        self._random = random
        self._telemetry = telemetry
        self._galera = Galera(kernel, settings, random)
        self._meters = DatabaseMeters(settings.nodes)
        self._meters.attach(kernel, sampler)

    def begin(self, demand: DatabaseTransactions) -> None:
        """Make the transactions of a demand from now on."""
        service = Service(
            demand.service,
            demand.statements,
            self._kernel,
            self._settings,
            self._random,
            self._galera,
            self._meters,
            self._telemetry,
        )
        rows = _Rows(demand, self._settings.nodes, self._random)
        end_seconds = self._kernel.now + demand.for_seconds if demand.for_seconds else inf
        if demand.parallel:
            parallel = _ParallelClients(service, rows, end_seconds)
            for _ in range(demand.parallel):
                parallel.go_on()
            return
        per_second = demand.per_second or 0.0
        if demand.hot_share > 0:
            _Arrivals(service, rows, per_second * demand.hot_share, end_seconds).wait()
        if demand.hot_share < 1:
            _Counted(service, per_second * (1 - demand.hot_share), demand.rows, end_seconds).wait()


class _Rows:
    """The rows that a demand writes: some of them, the hot ones, more than others."""

    def __init__(self, demand: DatabaseTransactions, nodes: int, random: Random) -> None:
        self._demand = demand
        self._nodes = nodes
        self._random = random
        self._rows: dict[int, Row] = {}
        weights = [rank**-demand.zipf_exponent for rank in range(1, demand.hot_rows + 1)]
        self._cumulated = list(accumulate(weights))

    def hot(self) -> Row:
        """A hot row, the first ones preferred as Zipf's law says; its exponent 0 prefers none."""
        return self._row(bisect(self._cumulated, self._random.random() * self._cumulated[-1]))

    def any(self) -> Row:
        """A hot row, or one of the many others."""
        if self._random.random() < self._demand.hot_share:
            return self.hot()
        return self._row(self._demand.hot_rows + self._random.randrange(self._demand.rows))

    def _row(self, index: int) -> Row:
        row = self._rows.get(index)
        if row is None:
            row = self._rows[index] = Row(self._nodes)
        return row


class _ParallelClients:
    """Clients that make one transaction after the other: parallel creates."""

    def __init__(self, service: Service, rows: _Rows, end_seconds: float) -> None:
        self._service = service
        self._rows = rows
        self._end_seconds = end_seconds

    def go_on(self) -> None:
        """One client's next transaction."""
        if self._service.kernel.now < self._end_seconds:
            Operation(self._service, self._rows.any(), self.go_on).attempt()


class _Arrivals:
    """Transactions on hot rows that come at random, as from many independent users."""

    def __init__(self, service: Service, rows: _Rows, per_second: float, end_seconds: float) -> None:
        self._service = service
        self._rows = rows
        self._per_second = per_second
        self._end_seconds = end_seconds

    def wait(self) -> None:
        """Until the next one comes."""
        self._service.kernel.after(self._service.random.expovariate(self._per_second), self._arrive)

    def _arrive(self) -> None:
        if self._service.kernel.now < self._end_seconds:
            Operation(self._service, self._rows.hot()).attempt()
            self.wait()


class _Counted:
    """Transactions on many rows, of which only those that are lost are followed."""

    def __init__(self, service: Service, per_second: float, rows: int, end_seconds: float) -> None:
        settings = service.settings
        nodes = 1 if settings.writers == "one" else settings.nodes
        self._service = service
        self._per_second = per_second
        self._end_seconds = end_seconds
        self._window_seconds = service.uncontended_seconds + settings.apply_seconds
        self._probability = conflict_probability(per_second / rows, self._window_seconds, nodes)
        self._owed = 0.0

    def wait(self) -> None:
        """Until the next interval is over."""
        self._service.kernel.after(COUNTING_SECONDS, self._count)

    def _count(self) -> None:
        if self._service.kernel.now > self._end_seconds:
            return
        self._owed += self._per_second * COUNTING_SECONDS
        number = int(self._owed)
        self._owed -= number
        lost = min(number, poisson(self._service.random, number * self._probability))
        self._service.meters.ended(self._service.uncontended_seconds, count=number - lost)
        for _ in range(lost):
            node = self._service.galera.next_node()
            Operation(self._service, None).end_attempt(self._lost_how(), node)
        self.wait()

    def _lost_how(self) -> Outcome:
        """Who executes is aborted by brute force, who commits fails to be certified."""
        executing = self._service.statements * self._service.settings.statement_seconds
        is_executing = self._service.random.random() * self._window_seconds < executing
        return "bruteForceAbort" if is_executing else "certificationFailure"


def poisson(random: Random, mean: float) -> int:
    """How many events of a Poisson process with this mean there are; takes time in proportion to it."""
    number, elapsed = 0, 0.0
    while mean > 0:
        elapsed += random.expovariate(1.0)
        if elapsed > mean:
            break
        number += 1
    return number
