"""What the nodes' connections cost in steady state: rates, not events.

A connection that is cut costs the API server a TLS handshake, the check of the client's certificate and the start of
every watch that it carried. The cuts of a connection and its set-ups take turns, so that connections are the sources of
a closed loop: where the API servers are short of cores, setting up takes longer, and cuts become rarer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from plimsoll.simcluster.masters.closedloop import Loop
from plimsoll.simcluster.proxy.clients import NodeClient, connections, node_clients

if TYPE_CHECKING:
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.masters import Masters
    from plimsoll.simcluster.metering import Meter
    from plimsoll.simcluster.profile import Profile

SHORTEST_WATCH_SECONDS = 1.0
"""A watch that ends sooner, without an event, is an error to its reflector, which lists anew ("very short watch")."""

MEAN_WATCH = 1.5
"""Mean life of a watch, as a multiple of its least."""


class _Count:
    """Requests at a rate; fractions carry over to the next interval."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._owed = 0.0

    def add(self, number: float, latency_seconds: float) -> None:
        self._owed += number
        whole = int(self._owed)
        if whole:
            self._owed -= whole
            self._meter.add(latency_seconds, count=whole)


class NodeConnections:
    """The steady state of all nodes' connections, settled anew in every sampling interval."""

    def __init__(
        self,
        environment: ClientEnvironment,
        profile: Profile,
        masters: Masters,
        kubelets: Callable[[], Iterable[Kubelet]],
    ) -> None:
        self.connections_per_second = 0.0
        self.watch_starts_per_second = 0.0
        self.watch_events_per_second = 0.0
        self.watches = 0
        self._proxy = profile.proxy
        self._apiserver = profile.apiserver
        self._masters = masters
        self._kubelets = kubelets
        self._clients = node_clients(profile.proxy, profile.kubelet)
        meter = environment.metering.meter
        self._starts = [_Count(meter(client.role, "WATCH", client.resource, 200)) for client in self._clients]
        self._lists = [_Count(meter(client.role, "LIST", client.resource, 200)) for client in self._clients]
        self._stormed = [0, 0]
        """Connections, and watches begun on them, that came back one by one since the last interval."""

    @property
    def setup_cpu_seconds(self) -> float:
        """CPU of the API server for a new connection, without its watches."""
        return self._proxy.handshake_cpu_seconds + self._proxy.authentication_cpu_seconds

    def connected(self, watches: int) -> None:
        """Count a connection that was set up as an event of its own."""
        self._stormed[0] += 1
        self._stormed[1] += watches

    def advance(self, seconds: float, open_work: float) -> None:
        """Account for an interval, and settle the next one's rates.

        ``open_work`` is the other steady work, in CPU seconds per second.
        """
        up = [kubelet for kubelet in self._kubelets() if kubelet.up]
        held = sum(kubelet.objects.watches for kubelet in up)
        numbers = (self._proxy.kubelet_watches, self._proxy.kube_proxy_watches)
        self.watches = len(up) * sum(numbers) + held
        loops, sources = self._loops(len(up), held / len(up) if up else 0.0)
        events = len(up) / self._proxy.endpoint_event_seconds if self._proxy.endpoint_event_seconds else 0.0
        renewals = [len(up) * number / (MEAN_WATCH * self._proxy.watch_timeout_seconds) for number in numbers]
        own = sum(renewals) * self._apiserver.watch_cpu_seconds + events * self._apiserver.watch_event_cpu_seconds
        rates = self._masters.settle(open_work + own, loops)
        starts = self._count(seconds, renewals, rates, sources)
        stormed, self._stormed = self._stormed, [0, 0]
        self.connections_per_second = sum(rates) + (stormed[0] / seconds if seconds else 0.0)
        self.watch_starts_per_second = starts + (stormed[1] / seconds if seconds else 0.0)
        self.watch_events_per_second = events

    def _loops(self, nodes: int, held: float) -> tuple[list[Loop], list[tuple[int, float]]]:
        """The connections that are cut, as loops; and of each its client's number, and its watches."""
        loops, sources = [], []
        for index, client in enumerate(self._clients):
            for alike in connections(client, self._watches_of(client, held), self._proxy):
                if alike.count and alike.cuts_per_second:
                    loops.append(self._loop(nodes * alike.count, alike.watches_each, alike.cuts_per_second))
                    sources.append((index, alike.watches_each))
        return loops, sources

    def _watches_of(self, client: NodeClient, held: float) -> int:
        if client.role == "kubelet":
            return self._proxy.kubelet_watches + round(held)
        return self._proxy.kube_proxy_watches

    def _loop(self, sources: int, watches: float, cuts_per_second: float) -> Loop:
        cpu_seconds = self.setup_cpu_seconds + watches * (
            self._apiserver.watch_cpu_seconds + (self._apiserver.list_cpu_seconds if self._relists else 0.0)
        )
        latency_seconds = (self._proxy.handshake_round_trips + 1) * self._apiserver.network_seconds
        return Loop(sources, 1.0 / cuts_per_second, cpu_seconds, latency_seconds)

    @property
    def _relists(self) -> bool:
        return 0.0 < self._proxy.idle_timeout_seconds < SHORTEST_WATCH_SECONDS

    def _count(
        self, seconds: float, renewals: list[float], rates: tuple[float, ...], sources: list[tuple[int, float]]
    ) -> float:
        """Count the requests of an interval; returns the watches begun in a second."""
        starts = list(renewals)
        lists = [0.0] * len(renewals)
        for rate, (index, watches) in zip(rates, sources, strict=True):
            starts[index] += rate * watches
            lists[index] += rate * watches if self._relists else 0.0
        apiserver, slowdown = self._apiserver, self._masters.slowdown
        for index in range(len(starts)):
            latency = apiserver.watch_cpu_seconds * slowdown + apiserver.network_seconds
            self._starts[index].add(starts[index] * seconds, latency)
            latency = apiserver.list_cpu_seconds * slowdown + apiserver.network_seconds
            self._lists[index].add(lists[index] * seconds, latency)
        return sum(starts)
