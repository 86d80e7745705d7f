"""Optimistic multi-master replication of one row at a time, as Galera does it.

A transaction locks its row on the member it was sent to, waits there behind others if it must, executes its statements,
and replicates its write-set at COMMIT. All members see write-sets in one order. A transaction is lost if a write-set of
another member for the same row found its place in that order

* before the transaction's own, and the transaction had not seen it when it locked the row: certification fails; or
* and was applied here while the transaction still executed: it is aborted by brute force, to make way.

So a transaction is lost if another member's write to its row is ordered within the window of its lock, less the time in
which such a write is applied. With writers spread evenly over ``n`` members, which together write that row at a rate
``λ``, this has the probability ``1 − exp(−λ · window · (n−1)/n)`` (:func:`conflict_probability`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel, Random, Timer
    from plimsoll.simcluster.settings import DatabaseSettings

Outcome = Literal["committed", "certificationFailure", "bruteForceAbort", "lockWaitTimeout"]


Done = Callable[[Outcome, int], None]
"""Told how a transaction ended, and on which member."""


def conflict_probability(writes_per_second: float, window_seconds: float, nodes: int) -> float:
    """The chance that a transaction is lost to another member's write of the same row.

    ``writes_per_second`` are committed writes of that row by all members together, ``window_seconds`` the mean time from
    locking the row until the write-set is ordered and applied everywhere.
    """
    return 1.0 - exp(-writes_per_second * window_seconds * (nodes - 1) / nodes)


@dataclass(slots=True)
class Transaction:
    """One attempt at a transaction."""

    node: int
    execution_seconds: float
    done: Done
    row: Row
    locked_seconds: float = inf
    committing: bool = False
    timer: Timer | None = None
    """Its next step: giving up while it waits for its lock, COMMIT while it executes."""

    def cancel_next_step(self) -> None:
        """Its lock has come, or it is aborted."""
        if self.timer is not None:
            self.timer.cancel()


class Row:
    """A row that is written often: who holds it on each member, and when each member's last write to it was ordered."""

    __slots__ = ("holders", "ordered_seconds", "waiters")

    def __init__(self, nodes: int) -> None:
        self.holders: list[Transaction | None] = [None] * nodes
        self.waiters: list[deque[Transaction]] = [deque() for _ in range(nodes)]
        self.ordered_seconds = [-inf] * nodes

    def ordered_elsewhere(self, node: int) -> float:
        """When another member's last write was ordered."""
        return max((at for other, at in enumerate(self.ordered_seconds) if other != node), default=-inf)


class Galera:
    """The members, and the transactions on rows that are worth watching one by one."""

    def __init__(self, kernel: Kernel, settings: DatabaseSettings, random: Random) -> None:
        self._kernel = kernel
        self._settings = settings
        self._random = random

    def next_node(self) -> int:
        """The member that takes the next transaction: that of whichever pooled connection is free."""
        return 0 if self._settings.writers == "one" else self._random.randrange(self._settings.nodes)

    def execute(self, row: Row, statements: int, done: Done) -> None:
        """Write a row on the next member; ``done`` is told the outcome. A statement takes exponential time."""
        node = self.next_node()
        mean = self._settings.statement_seconds
        seconds = sum(self._random.expovariate(1 / mean) for _ in range(statements)) if mean else 0.0
        transaction = Transaction(node, seconds, done, row)
        if row.holders[node] is None:
            self._lock(transaction)
        else:
            row.waiters[node].append(transaction)
            patience = self._settings.lock_wait_timeout_seconds
            transaction.timer = self._kernel.timer(patience, self._give_up, transaction)

    def _lock(self, transaction: Transaction) -> None:
        transaction.row.holders[transaction.node] = transaction
        transaction.locked_seconds = self._kernel.now
        transaction.timer = self._kernel.timer(transaction.execution_seconds, self._commit, transaction)

    def _give_up(self, transaction: Transaction) -> None:
        transaction.row.waiters[transaction.node].remove(transaction)
        transaction.done("lockWaitTimeout", transaction.node)

    def _commit(self, transaction: Transaction) -> None:
        transaction.committing = True
        self._kernel.after(self._settings.commit_seconds, self._certify, transaction)

    def _certify(self, transaction: Transaction) -> None:
        """The write-set has its place in the order of the group, perhaps after one that it does not know."""
        row, node = transaction.row, transaction.node
        known_until = transaction.locked_seconds - self._settings.apply_seconds
        if row.ordered_elsewhere(node) > known_until:
            self._finish(transaction, "certificationFailure")
            return
        row.ordered_seconds[node] = self._kernel.now
        if len(row.holders) > 1:
            self._kernel.after(self._settings.apply_seconds, self._apply, row, node)
        self._finish(transaction, "committed")

    def _apply(self, row: Row, origin: int) -> None:
        """Other members apply a write-set, and abort whoever stands in the way; who commits already is certified."""
        for node, holder in enumerate(row.holders):
            if node != origin and holder is not None and not holder.committing:
                holder.cancel_next_step()
                self._finish(holder, "bruteForceAbort")

    def _finish(self, transaction: Transaction, outcome: Outcome) -> None:
        row, node = transaction.row, transaction.node
        row.holders[node] = None
        if row.waiters[node]:
            heir = row.waiters[node].popleft()
            heir.cancel_next_step()
            self._lock(heir)
        transaction.done(outcome, node)
