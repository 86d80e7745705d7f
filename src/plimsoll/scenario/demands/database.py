"""Transactions of applications on the database cluster."""

from __future__ import annotations

from typing import Literal

from plimsoll.scenario.demands.timed import TimedDemand


class DatabaseTransactions(TimedDemand):
    """Transactions of applications on the database cluster."""

    kind: Literal["databaseTransactions"]
