"""The clients on a node that keep connections open: how many, what they carry, and how often bytes pass."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf
from typing import TYPE_CHECKING

from plimsoll.simcluster.proxy.idling import cuts_per_second, watch_cuts_per_second

if TYPE_CHECKING:
    from plimsoll.simcluster.settings import KubeletSettings, ProxySettings


@dataclass(frozen=True, slots=True)
class Connections:
    """Like connections of one client."""

    count: int
    watches_each: float
    cuts_per_second: float
    """Of each, as long as setting it up again takes no time."""


@dataclass(frozen=True, slots=True)
class NodeClient:
    """A kind of client of which each node has one."""

    role: str
    resource: str
    """What its watches are accounted under."""
    talks_every_seconds: float
    """Period of the bytes that one of its connections carries besides watches without events; infinite for none."""
    talks_by_watch: bool
    """Those bytes are events of a watch; otherwise requests, which have a connection of their own unless multiplexed."""


def node_clients(proxy: ProxySettings, kubelet: KubeletSettings) -> tuple[NodeClient, NodeClient]:
    """The kubelet, which reports its node's health, and kube-proxy, which hears of every endpoint."""
    periods = [period for period in (kubelet.lease_seconds, kubelet.node_status_report_seconds) if period > 0]
    heartbeat, events = min(periods, default=inf), proxy.endpoint_event_seconds or inf
    return (
        NodeClient("kubelet", "pods", heartbeat, talks_by_watch=False),
        NodeClient("kube-proxy", "endpoints", events, talks_by_watch=True),
    )


def connections(client: NodeClient, watches: int, proxy: ProxySettings) -> tuple[Connections, ...]:
    """The connections of one client: the one that is talked on, where there is one, and the others."""
    if not watches:
        return ()
    count = ceil(watches / proxy.streams_per_connection) if proxy.multiplexed else watches
    quiet_seconds = min((proxy.bookmark_seconds or inf), (proxy.ping_seconds or inf) if proxy.multiplexed else inf)
    quiet = _cuts(proxy, quiet_seconds)
    if not (proxy.multiplexed or client.talks_by_watch):
        return (Connections(count, 1.0, quiet),)
    talked_on = _cuts(proxy, min(quiet_seconds, client.talks_every_seconds))
    return (Connections(1, watches / count, talked_on), Connections(count - 1, watches / count, quiet))


def _cuts(proxy: ProxySettings, bytes_every_seconds: float) -> float:
    timeout = proxy.idle_timeout_seconds
    if bytes_every_seconds == inf:
        return watch_cuts_per_second(timeout, proxy.watch_timeout_seconds)
    return cuts_per_second(timeout, bytes_every_seconds)
