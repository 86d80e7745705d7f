"""Errors as the database words them, what oslo.db makes of them, and what OpenStack's services log about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.database.galera import Outcome
    from plimsoll.simcluster.settings import DatabaseSettings


@dataclass(frozen=True, slots=True)
class DatabaseError:
    """An error as PyMySQL raises it."""

    exception: str
    """``OperationalError``, ``InternalError``"""
    number: int
    text: str

    def __str__(self) -> str:
        return f"(pymysql.err.{self.exception}) ({self.number}, u'{self.text}')"


DEADLOCK = DatabaseError("InternalError", 1213, "Deadlock found when trying to get lock; try restarting transaction")
WSREP_DEADLOCK = DatabaseError(
    "InternalError",
    1213,
    "WSREP detected deadlock/conflict and aborted the transaction. Try restarting the transaction",
)
LOCK_WAIT_TIMEOUT = DatabaseError("InternalError", 1205, "Lock wait timeout exceeded; try restarting transaction")

_DEADLOCK_FILTERS = (
    re.compile(r"^.*\b1213\b.*Deadlock found.*"),
    re.compile(r"^.*\b1205\b.*Lock wait timeout exceeded.*"),
)
"""What ``oslo_db/sqlalchemy/exc_filters.py`` takes for a deadlock in any version."""
_WSREP_FILTER = re.compile(r"^.*\b1213\b.*detected deadlock/conflict.*")
"""Added to it in 2016, and to Newton."""


def error_of(outcome: Outcome, settings: DatabaseSettings) -> DatabaseError:
    """What the client is told; percona tells an abort by brute force in words of its own."""
    if outcome == "lockWaitTimeout":
        return LOCK_WAIT_TIMEOUT
    if outcome == "bruteForceAbort" and settings.flavour == "percona":
        return WSREP_DEADLOCK
    return DEADLOCK


def is_db_deadlock(error: DatabaseError, *, knows_wsrep: bool) -> bool:
    """Whether oslo.db raises DBDeadlock, which may be retried; otherwise it wraps the error as DBError."""
    filters = (*_DEADLOCK_FILTERS, _WSREP_FILTER) if knows_wsrep else _DEADLOCK_FILTERS
    return any(one.match(str(error)) for one in filters)


STATEMENT = "UPDATE quota_usages SET updated_at=%(updated_at)s, in_use=%(in_use)s WHERE quota_usages.id = %(id)s"
"""What the services most often collide on: a project's usage is one row."""


def wrapped(error: DatabaseError) -> str:
    """``oslo_db.sqlalchemy.exc_filters``, at ERROR, about an error that no filter knows."""
    return f"ERROR oslo_db.sqlalchemy.exc_filters DBAPIError exception wrapped from {error} [SQL: u'{STATEMENT}']"


def unexpected(error: DatabaseError, *, is_deadlock: bool) -> str:
    """The API's answer 500, at ERROR."""
    kind = "DBDeadlock" if is_deadlock else "DBError"
    return (
        f"ERROR nova.api.openstack.extensions Unexpected exception in API method: {kind}: {error} [SQL: u'{STATEMENT}']"
    )


EXCEEDED = "ERROR oslo_db.api DB exceeded retry limit."
"""``oslo_db.api.wrap_db_retry`` gives up."""
