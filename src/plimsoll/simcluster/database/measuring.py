"""What the members of the database cluster and its clients count."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from plimsoll.simcluster.counters import Mean, Rate

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.database.galera import Outcome
    from plimsoll.simcluster.sampling import Sampler


class DatabaseMeters:
    """Counters of the members, and of all services together."""

    def __init__(self, nodes: int) -> None:
        self.transactions = 0
        """Transactions that ended, well or not; an attempt that is retried is none."""
        self.failed = 0
        self.retries = 0
        self.certification_failures = [0] * nodes
        self.brute_force_aborts = [0] * nodes
        self._seconds = 0.0

    @property
    def conflicts(self) -> int:
        """Attempts that another member's write has cost."""
        return sum(self.certification_failures) + sum(self.brute_force_aborts)

    def aborted(self, node: int, outcome: Outcome) -> None:
        """A member has rolled an attempt back."""
        if outcome == "certificationFailure":
            self.certification_failures[node] += 1
        elif outcome == "bruteForceAbort":
            self.brute_force_aborts[node] += 1

    def ended(self, seconds: float, *, failed: bool = False, count: int = 1) -> None:
        """Transactions came to their end, each after so long, retries included."""
        self.transactions += count
        self.failed += count * failed
        self._seconds += seconds * count

    def attach(self, kernel: Kernel, sampler: Sampler) -> None:
        """Have all of it sampled."""
        gauge = sampler.gauge
        gauge("database.transactionsPerSecond", "", Rate(kernel, lambda: self.transactions))
        gauge("database.conflictsPerSecond", "", Rate(kernel, lambda: self.conflicts))
        gauge("database.failedPerSecond", "", Rate(kernel, lambda: self.failed))
        gauge("database.transactionSeconds", "", Mean(lambda: (self.transactions, self._seconds)))
        gauge("database.transactions", "", lambda: self.transactions)
        gauge("database.failed", "", lambda: self.failed)
        gauge("database.retries", "", lambda: self.retries)
        for node in range(len(self.brute_force_aborts)):
            count_of = itemgetter(node)
            gauge("database.certificationFailures", member(node), partial(count_of, self.certification_failures))
            gauge("database.bruteForceAborts", member(node), partial(count_of, self.brute_force_aborts))


def member(node: int) -> str:
    """The pod of a member."""
    return f"mysql-{node}"
