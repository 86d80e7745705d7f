"""The cluster that a run is meant for, and how hard its clients may press."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.cluster.http.limits import RateLimit
from plimsoll.cluster.http.session import Session
from plimsoll.experiment.remote.wallclock import epoch_seconds

if TYPE_CHECKING:
    from plimsoll.cluster.credentials.access import Access
    from plimsoll.cluster.http.identity import Credentials
    from plimsoll.cluster.http.metering import RequestMeter

DEFAULT_CONNECTIONS = 50


@dataclass(frozen=True, slots=True)
class Pressure:
    """A client's own limits: requests under way, and requests per second with a burst where they are limited."""

    connections: int = DEFAULT_CONNECTIONS
    requests_per_second: float | None = None
    burst: int = 1
    workers: int = 1
    """Processes that create objects, which share the rest of this."""

    def limit(self) -> RateLimit | None:
        """A new token bucket, if the rate is limited."""
        return None if self.requests_per_second is None else RateLimit(self.requests_per_second, self.burst)

    def each(self) -> Pressure:
        """The share of one worker."""
        rate = None if self.requests_per_second is None else self.requests_per_second / self.workers
        connections, burst = ceil(self.connections / self.workers), ceil(self.burst / self.workers)
        return replace(self, connections=connections, requests_per_second=rate, burst=burst, workers=1)


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster, how to get in, and how hard to press."""

    access: Access
    kubeconfig: Path | None = None
    """The file that the user named, to find the context again."""
    pressure: Pressure = Pressure()
    worker_image: str = ""
    """Where the workers are pods of the cluster: their image, which has Plimsoll in it."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.access.context


@contextmanager
def connected(target: Target, credentials: Credentials | None = None) -> Iterator[Session]:
    """Connections to the target while the block runs. Clients of one user may share credentials, not connections."""
    session = Session(
        target.access.endpoint,
        credentials or target.access.make_credentials(),
        connections=target.pressure.connections,
        epoch_seconds=epoch_seconds(),
    )
    try:
        yield session
    finally:
        session.close()


@contextmanager
def client_of(target: Target, meter: RequestMeter | None = None) -> Iterator[HttpCluster]:
    """One client with connections of its own and no rate limit, for questions rather than for load."""
    with connected(target) as session:
        yield HttpCluster(session, meter=meter)
