"""Steady requests that nobody waits for, accounted for as rates instead of one by one.

Leases, node status reports, the control pods' polling, renewals of watches and of service account tokens: each node
makes a few per minute for as long as it is up. One event each would cost more than everything else in a long run, and
nothing ever queues behind them; so their counts and their CPU are added up once per sampling interval. So are the
connections that proxies cut; those queue, and :mod:`plimsoll.simcluster.masters.closedloop` says for how long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from plimsoll.simcluster.apiserver import ApiServer
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.flowcontrol import PriorityLevel
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.masters import Masters
    from plimsoll.simcluster.proxy import NodeConnections
    from plimsoll.simcluster.settings import KubeletSettings

TOKEN_REFRESH_SECONDS = 2880.0
"""80 % of the 3607 s that a projected token is requested for, less the mean jitter (token_manager.go)."""


class Stream(Protocol):
    """Requests of one kind that are added up."""

    @property
    def cpu_per_second(self) -> float:
        """CPU seconds of the API server that they take in a second."""
        ...

    def advance(self, seconds: float) -> float:
        """Count the requests of an interval; returns the CPU seconds they took."""
        ...


class _Stream:
    """Requests of one kind at a rate that may change; fractions carry over to the next interval."""

    def __init__(
        self, environment: ClientEnvironment, role: str, verb: str, resource: str, rate_per_second: Callable[[], float]
    ) -> None:
        self._cost = environment.server.cost(verb, resource, role)
        self._meter = environment.metering.meter(role, verb, resource, 200)
        self._rate_per_second = rate_per_second
        self._owed = 0.0

    @property
    def cpu_per_second(self) -> float:
        """CPU seconds of the API server that it takes in a second."""
        return self._rate_per_second() * self._cost.cpu_seconds

    def in_flight(self, *, mutating: bool) -> float:
        """How many of its requests hold a slot at any time, by Little's law."""
        cost = self._cost
        if cost.long_running or cost.mutating is not mutating:
            return 0.0
        return self._rate_per_second() * (cost.cpu_seconds + cost.latency_seconds)

    @property
    def seats(self) -> tuple[PriorityLevel | None, float]:
        """How many seats of which level its requests hold at any time."""
        return self._cost.level, self.in_flight(mutating=self._cost.mutating)

    def advance(self, seconds: float) -> float:
        """Count the requests of an interval; returns the CPU seconds they took."""
        self._owed += self._rate_per_second() * seconds
        count = int(self._owed)
        if not count:
            return 0.0
        self._owed -= count
        self._meter.add(self._cost.cpu_seconds + self._cost.latency_seconds, count=count)
        return count * self._cost.cpu_seconds


class Background:
    """The steady requests of all nodes."""

    def __init__(
        self,
        environment: ClientEnvironment,
        settings: KubeletSettings,
        kubelets: Sequence[Kubelet],
        connections: NodeConnections | None = None,
    ) -> None:
        self._server: ApiServer = environment.server
        self._connections = connections

        def up() -> int:
            return sum(kubelet.up for kubelet in kubelets)

        def watches() -> int:
            return sum(kubelet.objects.watches for kubelet in kubelets)

        def pods() -> int:
            return sum(kubelet.count_pods() for kubelet in kubelets)

        heartbeat = "kubelet-heartbeat"

        def reports() -> float:
            return up() / settings.node_status_report_seconds

        leases = [_Stream(environment, heartbeat, "PUT", "leases", lambda: up() / settings.lease_seconds)]
        reads = [_Stream(environment, heartbeat, "GET", "nodes", reports)]
        self._streams: list[Stream] = [
            *(leases if settings.lease_seconds else ()),
            *(reads if settings.node_status_reads else ()),
            _Stream(environment, heartbeat, "PATCH", "nodes/status", reports),
            _Stream(
                environment,
                "kubelet",
                "GET",
                "control-pod objects",
                lambda: up() * settings.base_requests_per_second,
            ),
            _Stream(environment, "kubelet", "WATCH", "secrets", lambda: watches() / settings.watch_timeout_seconds),
        ]
        if settings.token_requests:
            rate = lambda: pods() / TOKEN_REFRESH_SECONDS  # noqa: E731
            self._streams.append(_Stream(environment, "kubelet", "POST", "serviceaccounts/token", rate))

    def add(self, stream: Stream) -> None:
        """Have one more kind of steady requests accounted for."""
        self._streams.append(stream)

    def advance(self, seconds: float) -> None:
        """Account for an interval, and take the CPU it needs out of what the next one has."""
        if seconds <= 0:
            return
        cpu_seconds = sum(stream.advance(seconds) for stream in self._streams)
        of_nodes = [stream for stream in self._streams if isinstance(stream, _Stream)]
        self._server.occupy(
            sum(stream.in_flight(mutating=False) for stream in of_nodes),
            sum(stream.in_flight(mutating=True) for stream in of_nodes),
        )
        if self._server.levels is not None:
            self._server.levels.occupy(stream.seats for stream in of_nodes)
        if self._server.masters is None:
            self._server.absorb(cpu_seconds, seconds)
        else:
            self._settle(self._server.masters, seconds)

    def begin(self) -> None:
        """Have the masters carry the steady load from the first second on."""
        if self._server.masters is not None:
            self._settle(self._server.masters, 0.0)

    def _settle(self, masters: Masters, seconds: float) -> None:
        work = sum(stream.cpu_per_second for stream in self._streams)
        if self._connections is None:
            masters.settle(work, ())
        else:
            self._connections.advance(seconds, work)
