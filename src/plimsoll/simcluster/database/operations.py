"""One transaction as its service sees it: attempts until it is committed, or its error is nobody's to retry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.simcluster.database import wording

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel, Random
    from plimsoll.simcluster.database.galera import Galera, Outcome, Row
    from plimsoll.simcluster.database.measuring import DatabaseMeters
    from plimsoll.simcluster.settings import DatabaseSettings
    from plimsoll.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Service:
    """What the transactions of one service have in common."""

    name: str
    statements: int
    kernel: Kernel
    settings: DatabaseSettings
    random: Random
    galera: Galera
    meters: DatabaseMeters
    telemetry: Telemetry

    @property
    def uncontended_seconds(self) -> float:
        """A transaction that meets no other, mean."""
        return self.statements * self.settings.statement_seconds + self.settings.commit_seconds

    def log(self, line: str) -> None:
        """Print a line; errors are printed at any level."""
        self.telemetry.log(self.kernel.now, self.name, "", 0, line)


class Operation:
    """A transaction on a row; on one that nobody else writes where there is no row."""

    __slots__ = ("_attempts", "_done", "_is_retried", "_row", "_service", "_started_seconds")

    def __init__(self, service: Service, row: Row | None, done: Callable[[], None] | None = None) -> None:
        self._service = service
        self._row = row
        self._done = done
        self._attempts = 0
        self._started_seconds = service.kernel.now
        share = service.settings.client_retries
        self._is_retried = share >= 1 or service.random.random() < share

    def attempt(self) -> None:
        """Execute it on some member."""
        service = self._service
        self._attempts += 1
        if self._row is None:
            service.kernel.after(service.uncontended_seconds, self.end_attempt, "committed", 0)
        else:
            service.galera.execute(self._row, service.statements, self.end_attempt)

    def end_attempt(self, outcome: Outcome, node: int) -> None:
        """The member has answered."""
        if outcome == "committed":
            self._end(failed=False)
            return
        service, settings = self._service, self._service.settings
        service.meters.aborted(node, outcome)
        error = wording.error_of(outcome, settings)
        is_deadlock = wording.is_db_deadlock(error, knows_wsrep=settings.client_classifies)
        if not is_deadlock:
            service.log(wording.wrapped(error))
        if is_deadlock and self._is_retried and self._attempts <= settings.max_retries:
            service.meters.retries += 1
            service.kernel.after(self._pause_seconds(), self.attempt)
            return
        if is_deadlock and self._is_retried:
            service.log(wording.EXCEEDED)
        service.log(wording.unexpected(error, is_deadlock=is_deadlock))
        self._end(failed=True)

    def _pause_seconds(self) -> float:
        """``wrap_db_retry`` doubles its pause, and after a deadlock takes any part of it (``oslo_db/api.py``)."""
        settings = self._service.settings
        longest = settings.retry_interval_seconds * 2.0 ** (self._attempts - 1)
        return self._service.random.random() * min(longest, settings.max_retry_interval_seconds)

    def _end(self, *, failed: bool) -> None:
        service = self._service
        service.meters.ended(service.kernel.now - self._started_seconds, failed=failed)
        if self._done is not None:
            self._done()
