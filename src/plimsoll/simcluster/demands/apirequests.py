"""Requests of other clients to the API servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.assembly import SimulatedCluster


@dataclass(frozen=True, slots=True)
class ApiRequests:
    """Requests of other clients to the API servers."""

    at_seconds: float
    for_seconds: float | None
    """Until the end of the run where there is none."""

    def begin(self, cluster: SimulatedCluster) -> None:
        """Make them from now on."""
