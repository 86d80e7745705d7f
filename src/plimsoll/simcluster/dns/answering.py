"""What one server pod makes of the queries that reach it: a steady state, without any clock.

The front (dnsmasq, CoreDNS) is M/M/1/K: one processor as fast as its limit allows (several cores are taken for one of
their joint speed, and the pauses of CFS bandwidth control for a uniform slowness), and K places in the socket's receive
buffer. What its cache does not hold is forwarded: by CoreDNS only names outside the cluster, by dnsmasq all, cluster names
to the kubedns beside it, which is M/M/1/K again. Forwards hold a slot until they are answered or time out, and the slots
are an Erlang loss system. How long kubedns takes depends on how much the slots let through, and the other way round: of
the shares let through, the one that agrees with itself is found by bisection (more let through, longer waits, fewer
slots free, so there is exactly one).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.simcluster.dns.caching import Asked, steady_cache
from plimsoll.simcluster.dns.queueing import FiniteQueue, erlang_b
from plimsoll.simcluster.dns.searchpath import Try

if TYPE_CHECKING:
    from plimsoll.simcluster.settings import DnsSettings

_HALVINGS = 30
_NO_CPU_SECONDS = 1e-9
"""Of a profile in which queries cost nothing."""

_NEVER_FULL = 100_000
"""Places of kubedns' queue where fewer queries than its receive buffer holds can be forwarded to it at a time."""

_STARVED_SHARE = 1e-6
"""What is left for queries where following the endpoints alone needs more than the limit."""


class Upstream(NamedTuple):
    """The servers outside of the cluster."""

    seconds: float
    timeouts: float
    """The share of queries that they never answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a query of one kind: answered in time, refused, or neither within the resolver's patience."""

    seconds: float
    """Mean time of those that are answered."""
    refused: float
    lost: float


REJECTED = Answer(0.0, 1.0, 0.0)
"""No server is ready: the node rejects packets to a service without endpoints, which the resolver is told at once."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """One server pod under a steady load."""

    answers: Mapping[Try, Answer]
    front: FiniteQueue
    backend: FiniteQueue | None
    hit_ratio: float
    entries: float
    refused_per_second: float
    """For want of a forward slot."""
    forwards: float
    """Slots in use."""
    cores: Mapping[str, float]
    """CPU in use by container."""
    bytes: Mapping[str, float]
    """Memory by container."""
    probe_failures: Mapping[str, float]
    """The probability that a container fails a liveness probe."""


class _Forwarding(NamedTuple):
    refused: float
    busy: float
    backend: FiniteQueue | None


def steady_state(
    settings: DnsSettings, load: Mapping[Try, Asked], upstream: Upstream, nodes: int, objects: int
) -> ServerState:
    """The state of one server that is asked this much; ``objects`` are the pods and services of the cluster."""
    kinds = tuple(load)
    cacheable = [kind for kind in kinds if kind.exists or settings.negative_cache]
    cache = steady_cache([load[kind] for kind in cacheable], settings.cache_size, settings.cache_ttl_seconds)
    hits = dict.fromkeys(kinds, 0.0) | dict(zip(cacheable, cache.hits, strict=True))
    arrivals = sum(asked.per_second for asked in load.values())
    front = _front(settings, load, hits, arrivals, nodes)
    passed = 1.0 - front.dropped
    misses = {kind: load[kind].per_second * (1.0 - hits[kind]) * passed for kind in kinds if _forwards(settings, kind)}
    forwarding = _forwarding(settings, misses, upstream, nodes)
    answers = {kind: _answer(settings, kind, hits[kind], front, forwarding, upstream) for kind in kinds}
    return ServerState(
        answers=answers,
        front=front,
        backend=forwarding.backend,
        hit_ratio=sum(load[kind].per_second * hits[kind] for kind in kinds) / arrivals if arrivals else 0.0,
        entries=cache.entries,
        refused_per_second=sum(misses.values()) * forwarding.refused,
        forwards=forwarding.busy,
        cores=_cores(settings, front, forwarding, nodes),
        bytes=_bytes(settings, front, forwarding, cache.entries, objects),
        probe_failures=_probe_failures(settings, front, forwarding),
    )


def _forwards(settings: DnsSettings, kind: Try) -> bool:
    return settings.server == "kube-dns" or kind.zone == "upstream"


def _front_speed(settings: DnsSettings, nodes: int) -> float:
    """Cores with which the front answers queries; CoreDNS also follows the endpoints with them."""
    limit = _limited(settings, settings.max_cores)
    return _left(limit, settings.watch_cores_per_node * nodes) if settings.server == "coredns" else limit


def _backend_speed(settings: DnsSettings, nodes: int) -> float:
    """Cores with which kubedns answers queries."""
    return _left(_limited(settings, settings.backend_max_cores), settings.watch_cores_per_node * nodes)


def _limited(settings: DnsSettings, cores: float) -> float:
    return min(cores, settings.cpu_limit_cores) if settings.cpu_limit_cores else cores


def _left(cores: float, watching: float) -> float:
    """What following the endpoints leaves. It comes first: an update holds the lock of the records."""
    return max(cores - watching, cores * _STARVED_SHARE)


def _front(
    settings: DnsSettings, load: Mapping[Try, Asked], hits: Mapping[Try, float], arrivals: float, nodes: int
) -> FiniteQueue:
    cpu = sum(asked.per_second * _front_cpu_seconds(settings, kind, hits[kind]) for kind, asked in load.items())
    mean_cpu = cpu / arrivals if arrivals else settings.answer_cpu_seconds
    return FiniteQueue(arrivals, _front_speed(settings, nodes) / max(mean_cpu, _NO_CPU_SECONDS), settings.receive_queue)


def _front_cpu_seconds(settings: DnsSettings, kind: Try, hit: float) -> float:
    if not _forwards(settings, kind):
        return settings.answer_cpu_seconds
    return hit * settings.answer_cpu_seconds + (1.0 - hit) * settings.forward_cpu_seconds


def _forwarding(settings: DnsSettings, misses: Mapping[Try, float], upstream: Upstream, nodes: int) -> _Forwarding:
    local = sum(rate for kind, rate in misses.items() if kind.zone == "cluster")
    outside = sum(misses.values()) - local
    outside_seconds = (1.0 - upstream.timeouts) * min(upstream.seconds, settings.forward_timeout_seconds)
    outside_seconds += upstream.timeouts * settings.forward_timeout_seconds

    def through(share: float) -> _Forwarding:
        backend = _backend(settings, local * share, nodes)
        held = outside * outside_seconds
        if backend:
            held += local * _backend_seconds(settings, backend)
        refused = erlang_b(settings.forward_max, held)
        return _Forwarding(refused, held * (1.0 - refused), backend)

    everything = through(1.0)
    if everything.refused == 0.0 or not local:
        return everything
    least, most = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (least + most) / 2
        if 1.0 - through(share).refused > share:
            least = share
        else:
            most = share
    return through(least)


def _backend(settings: DnsSettings, arrivals: float, nodes: int) -> FiniteQueue | None:
    if settings.server == "coredns":
        return None
    cpu_seconds = max(settings.backend_cpu_seconds, _NO_CPU_SECONDS)
    places = settings.receive_queue if settings.forward_max > settings.receive_queue else _NEVER_FULL
    return FiniteQueue(arrivals, _backend_speed(settings, nodes) / cpu_seconds, places)


def _backend_seconds(settings: DnsSettings, backend: FiniteQueue) -> float:
    """How long a query to kubedns keeps its slot."""
    timeout = settings.forward_timeout_seconds
    return backend.dropped * timeout + (1.0 - backend.dropped) * min(backend.mean_seconds, timeout)


def _answer(
    settings: DnsSettings, kind: Try, hit: float, front: FiniteQueue, forwarding: _Forwarding, upstream: Upstream
) -> Answer:
    patience = settings.resolver_timeout_seconds
    unanswered = _unanswered(front, patience)
    miss = 1.0 - hit if _forwards(settings, kind) else 0.0
    if kind.zone == "upstream":
        behind_seconds, behind_lost = upstream.seconds, upstream.timeouts if upstream.seconds < patience else 1.0
    elif forwarding.backend:
        behind_seconds, behind_lost = forwarding.backend.mean_seconds, _unanswered(forwarding.backend, patience)
    else:
        behind_seconds, behind_lost = 0.0, 0.0
    refused = (1.0 - unanswered) * miss * forwarding.refused
    carried = miss * (1.0 - forwarding.refused)
    lost = unanswered + (1.0 - unanswered) * carried * behind_lost
    return Answer(front.mean_seconds + carried * behind_seconds, refused, lost)


def _unanswered(queue: FiniteQueue, patience_seconds: float) -> float:
    """The share of queries that a queue drops, or answers too late."""
    return queue.dropped + (1.0 - queue.dropped) * queue.later_than(patience_seconds)


def _cores(settings: DnsSettings, front: FiniteQueue, forwarding: _Forwarding, nodes: int) -> dict[str, float]:
    watching = settings.watch_cores_per_node * nodes
    answering = front.utilization * _front_speed(settings, nodes)
    if forwarding.backend is None:
        return {"coredns": min(answering + watching, _limited(settings, settings.max_cores))}
    behind = forwarding.backend.utilization * _backend_speed(settings, nodes)
    return {"dnsmasq": answering, "kubedns": min(behind + watching, _limited(settings, settings.backend_max_cores))}


def _bytes(
    settings: DnsSettings, front: FiniteQueue, forwarding: _Forwarding, entries: float, objects: int
) -> dict[str, float]:
    queries = (front.mean_inside + forwarding.busy) * settings.query_bytes + entries * settings.cache_entry_bytes
    followed = float(settings.base_bytes + objects * settings.object_bytes)
    if forwarding.backend is None:
        return {"coredns": followed + queries}
    return {
        "dnsmasq": settings.front_bytes + queries,
        "kubedns": followed + forwarding.backend.mean_inside * settings.query_bytes,
    }


def _probe_failures(settings: DnsSettings, front: FiniteQueue, forwarding: _Forwarding) -> dict[str, float]:
    """Of kube-dns the sidecar asks each container for a name; CoreDNS answers for itself at ``/health``.

    The name that the sidecar asks dnsmasq for is asked for by nobody else here, and is cached between two probes or not.
    """
    patience = settings.liveness_timeout_seconds
    if forwarding.backend is None:
        return {"coredns": front.later_than(patience)}
    probe = [Asked(1.0 / settings.liveness_period_seconds, 1.0)]
    hit = steady_cache(probe, settings.cache_size, settings.cache_ttl_seconds).hits[0]
    backend = _unanswered(forwarding.backend, patience)
    unanswered = _unanswered(front, patience)
    behind = (1.0 - hit) * (forwarding.refused + (1.0 - forwarding.refused) * backend)
    return {"dnsmasq": unanswered + (1.0 - unanswered) * behind, "kubedns": backend}
