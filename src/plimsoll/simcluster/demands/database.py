"""Transactions of applications on the database cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.assembly import SimulatedCluster


@dataclass(frozen=True, slots=True)
class DatabaseTransactions:
    """Transactions of applications on the database cluster."""

    at_seconds: float
    for_seconds: float | None
    """Until the end of the run where there is none."""

    def begin(self, cluster: SimulatedCluster) -> None:
        """Make them from now on."""
