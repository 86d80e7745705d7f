"""What a full node's kubelet asks of the API server, and the client limiter that lets it.

The kubelet's main client takes a token for every request but a watch. Each pod is synced again 60-90 s after its last
sync and then looks at its secrets and config maps; unless they are watched, those older than their time to live are
fetched. If these fetches alone use up the limiter, every other request (a pod's status first of all) queues behind them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from plimsoll.planning.flavors import Limiter, Strategy
from plimsoll.planning.wish import Wish

MEAN_RESYNC_SECONDS = 75.0
"""A pod's resync interval is uniform in 60-90 s (``pkg/kubelet/pod_workers.go``: Jitter(60 s, 0.5))."""

DEFAULT_TTL_SECONDS = 60.0
"""The kubelet cache's time to live if the node carries no ``node.alpha.kubernetes.io/ttl`` annotation."""

TTL_BY_NODES = ((100, 0.0), (500, 15.0), (1000, 30.0), (2000, 60.0))
"""What the TTL controller writes while a cluster grows: up to so many nodes, so many seconds; beyond, 300 s."""

LARGEST_TTL_SECONDS = 300.0

TOKEN_REFRESH_SECONDS = 2880.0
"""A projected token of 3607 s is renewed at 80 % of its life (``pkg/kubelet/token/token_manager.go``)."""

TOKEN_PROJECTION_MINOR = 21

CONTROL_POD_REQUESTS_PER_SECOND = 0.05
"""Polling by one control pod: 0.3-0.5 requests/s were derived for ten; the upper end."""

SAFETY_FACTOR = 2.0
"""Capacity over demand: the article tested 25/50 and shipped 50/100."""

START_SECONDS = 300.0
"""All of a node's pods should start within the 300 s that Kubernetes waits before it gives up a lost node's pods."""

REQUESTS_PER_STATUS = 2  # GET, then PATCH
EXTRA_STATUS_MINOR = 29  # PodReadyToStartContainers makes a third status of a start
CACHE_KEPT_MINOR = 29  # kubernetes#120255: until then every status echo dropped the pod's cached objects
WATCH_LIST_MINOR = 35  # the first list became part of the watch, which takes no token

_STEPS = (5, 10, 25)


@dataclass(frozen=True, slots=True)
class Term:
    """One summand: what it is for, its value, and the arithmetic behind it."""

    name: str
    value: float
    formula: str


@dataclass(frozen=True, slots=True)
class KubeletPlan:
    """The kubelet's settings for a full node, with the demand that they answer to.

    ``steady`` terms are requests per second, ``start`` terms requests per pod; ``start_seconds`` is how long all of a
    node's pods take to start at once, as far as the limiter decides.
    """

    strategy: Strategy
    limiter: Limiter
    default_limiter: Limiter
    objects_on_node: int
    streams_per_connection: int
    ttl_seconds: float
    steady: tuple[Term, ...]
    start: tuple[Term, ...]
    start_seconds: float

    @property
    def steady_requests_per_second(self) -> float:
        """Demand of a full node at rest."""
        return sum(term.value for term in self.steady)

    @property
    def requests_per_start(self) -> float:
        """Requests of the main client from a pod's arrival to its being Running in the API."""
        return sum(term.value for term in self.start)

    @property
    def open_watches(self) -> int:
        """Watches for secrets and config maps."""
        return self.objects_on_node if self.strategy is Strategy.WATCH else 0

    @property
    def connections(self) -> int:
        """Connections that carry those watches."""
        return -(-self.open_watches // self.streams_per_connection)


def plan_kubelet(wish: Wish) -> KubeletPlan:
    """Strategy and limiter for a full node of this wish; the limiter is never below the version's default."""
    steady = tuple(_steady_terms(wish))
    start = tuple(_start_terms(wish))
    demand = sum(term.value for term in steady)
    requests = wish.needed_max_pods * sum(term.value for term in start)
    limiter = _sufficient_limiter(wish.default_limiter, demand, requests)
    return KubeletPlan(
        strategy=wish.strategy_in_force,
        limiter=limiter,
        default_limiter=wish.default_limiter,
        objects_on_node=wish.objects * wish.namespaces_on_node,
        streams_per_connection=wish.flavor.streams_per_connection.at(wish.version),
        ttl_seconds=cache_ttl_seconds(wish),
        steady=steady,
        start=start,
        start_seconds=_start_seconds(limiter, demand, requests),
    )


def cache_ttl_seconds(wish: Wish) -> float:
    """Age at which a cached secret is fetched again: 60 s, or what the TTL controller writes for this many nodes."""
    if not wish.flavor.runs_ttl_controller:
        return DEFAULT_TTL_SECONDS
    return next((ttl for nodes, ttl in TTL_BY_NODES if wish.nodes <= nodes), LARGEST_TTL_SECONDS)


def _steady_terms(wish: Wish) -> Iterator[Term]:
    yield _object_term(wish)
    if wish.strategy_in_force is Strategy.WATCH:
        yield Term("control pods", 0.0, "theirs are watched as well")
    else:
        polling = wish.control_pods * CONTROL_POD_REQUESTS_PER_SECOND
        yield Term("control pods", polling, f"{wish.control_pods} × {CONTROL_POD_REQUESTS_PER_SECOND}")
    if wish.version.minor >= TOKEN_PROJECTION_MINOR:
        renewals = wish.needed_max_pods / TOKEN_REFRESH_SECONDS
        formula = f"{wish.needed_max_pods:,} pods / {TOKEN_REFRESH_SECONDS:,.0f} s"
        yield Term("service account tokens", renewals, formula)


def _object_term(wish: Wish) -> Term:
    """Fetches of secrets and config maps: once per resync of a pod, but per object not more often than its TTL allows."""
    name = "secrets and config maps"
    objects = wish.objects * wish.namespaces_on_node
    uses = wish.objects * wish.pods_per_node
    match wish.strategy_in_force:
        case Strategy.WATCH:
            return Term(name, 0.0, f"{objects:,} are watched, not polled")
        case Strategy.GET:
            return Term(
                name, uses / MEAN_RESYNC_SECONDS, f"{uses:,} uses / {MEAN_RESYNC_SECONDS:.0f} s between resyncs"
            )
        case Strategy.CACHE:
            return _cached_term(name, objects, uses, cache_ttl_seconds(wish))


def _cached_term(name: str, objects: int, uses: int, ttl_seconds: float) -> Term:
    by_resync = uses / MEAN_RESYNC_SECONDS
    if ttl_seconds == 0 or by_resync <= objects / ttl_seconds:
        return Term(name, by_resync, f"{uses:,} uses / {MEAN_RESYNC_SECONDS:.0f} s between resyncs")
    return Term(name, objects / ttl_seconds, f"{objects:,} objects / {ttl_seconds:.0f} s time to live, at most")


def _start_terms(wish: Wish) -> Iterator[Term]:
    statuses = 3 if wish.version.minor >= EXTRA_STATUS_MINOR else 2
    yield Term("status", statuses * REQUESTS_PER_STATUS, f"{statuses} × (GET + PATCH)")
    if wish.version.minor >= TOKEN_PROJECTION_MINOR:
        yield Term("token", 1, "one TokenRequest")
    yield _first_fetch_term(wish)


def _first_fetch_term(wish: Wish) -> Term:
    name = "secrets and config maps"
    if wish.strategy_in_force is Strategy.WATCH:
        if wish.version.minor >= WATCH_LIST_MINOR:
            return Term(name, 0, "their first list is part of the watch, which is not limited")
        lists = wish.objects * wish.namespaces_on_node / wish.pods_per_node
        return Term(name, lists, "one LIST per object before its watch")
    if wish.strategy_in_force is Strategy.CACHE and wish.version.minor >= CACHE_KEPT_MINOR:
        return Term(name, wish.objects, f"{wish.objects}, at the first sync")
    return Term(name, 2 * wish.objects, f"{wish.objects}, at the first sync and again after the first status")


def _sufficient_limiter(default: Limiter, demand: float, start_requests: float) -> Limiter:
    """The default if it suffices, else the smallest step above it that does."""
    steps = (limiter for limiter in _limiters() if limiter.qps > default.qps)
    return next(limiter for limiter in chain((default,), steps) if _suffices(limiter, demand, start_requests))


def _suffices(limiter: Limiter, demand: float, start_requests: float) -> bool:
    enough = limiter.qps >= SAFETY_FACTOR * demand
    return enough and _start_seconds(limiter, demand, start_requests) <= START_SECONDS


def _start_seconds(limiter: Limiter, demand: float, start_requests: float) -> float:
    return max(0.0, start_requests - limiter.burst) / (limiter.qps - demand)


def _limiters() -> Iterator[Limiter]:
    """The steps that the article moved in: 5, 10, 25, 50 and so on by decades; burst twice the rate."""
    decade = 1
    while True:
        for step in _STEPS:
            yield Limiter(step * decade, 2 * step * decade)
        decade *= 10
