"""Requests of other clients to the API servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.assembly import SimulatedCluster


@dataclass(frozen=True, slots=True)
class ApiRequests:
    """Requests of other clients to the API servers: ``per_second`` of one kind, at random moments."""

    at_seconds: float
    for_seconds: float | None
    """Until the end of the run where there is none."""
    per_second: float
    client: str = "other-clients"
    verb: str = "GET"
    resource: str = "pods"

    def begin(self, cluster: SimulatedCluster) -> None:
        """Make them from now on."""
        from plimsoll.simcluster.otherclients import OtherClients  # noqa: PLC0415 - load runs start sooner without

        random = cluster.streams.stream(f"{self.client}/{self.verb}/{self.resource}")
        others = OtherClients(cluster.environment, self.client, self.verb, self.resource, self.per_second, random)
        cluster.background.add(others)
        if self.for_seconds is not None:
            cluster.kernel.after(self.for_seconds, others.stop)
