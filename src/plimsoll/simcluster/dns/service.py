"""The DNS service of a cluster while it is asked for names: its server pods, their load, and what is measured of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.quantities import parse_cpu
from plimsoll.kube.resources import NODES, SERVICES
from plimsoll.simcluster.dns.answering import REJECTED, Answer, ServerState, Upstream, steady_state
from plimsoll.simcluster.dns.load import Lookups, lookups_of, queries, shared, with_retries
from plimsoll.simcluster.dns.lookups import LookupTimes, Patience, Way, lookup_times, ways
from plimsoll.simcluster.dns.pods import Container, ServerPod
from plimsoll.simcluster.dns.searchpath import RECORDS_PER_TRY, Try
from plimsoll.simcluster.dns.sizing import replicas
from plimsoll.simcluster.dns.wording import Reports
from plimsoll.simcluster.kubelet.kubelet import Kubelet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.demands import DnsLookups

MILLICORES = 1000
_NEGLIGIBLE_PER_SECOND = 1e-6
_UNUSED = Upstream(0.0, 0.0)


class ClusterDns:
    """Works nothing and costs nothing until the first demand.

    Every liveness period the load is looked at, the servers' steady state under it worked out where it has changed, and
    their containers are probed. A restart changes the load of the others at once.
    """

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._kernel = cluster.kernel
        self._settings = cluster.profile.dns
        self._reports = Reports(cluster.kernel, cluster.telemetry, self._settings)
        self._demands: list[DnsLookups] = []
        self._pods: tuple[ServerPod, ...] = ()
        self._basis: tuple[object, ...] = ()
        """All that the present state follows from."""
        self._answers: dict[Try, Answer] = {}
        self._state: ServerState | None = None
        self._per_second = 0.0
        self._lookups: list[Lookups] = []
        self._times = LookupTimes(0.0, 0.0, 0.0, 0.0)

    def begin(self, demand: DnsLookups) -> None:
        """Meet a demand from now on."""
        self._demands.append(demand)
        if demand.for_seconds is not None:
            self._kernel.after(demand.for_seconds, self._end, demand)
        if not self._pods:
            self._start()
        self._solve()

    def _end(self, demand: DnsLookups) -> None:
        self._demands.remove(demand)
        self._solve()

    def _running_pods(self) -> int:
        """Pods that run or are about to."""
        return sum(map(Kubelet.count_pods, self._cluster.kubelets.values()))

    # --- servers --------------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        settings, streams = self._settings, self._cluster.streams
        names = ["coredns"] if settings.server == "coredns" else ["dnsmasq", "kubedns"]
        cores = sum(parse_cpu(node["status"]["capacity"]["cpu"]) for node in self._cluster.store.collection(NODES))
        pods = []
        for number in range(replicas(settings, len(self._cluster.kubelets), cores / MILLICORES)):
            pod = f"{settings.server}-{number}"
            random = streams.stream(f"dns/{pod}")
            containers = [Container(name, settings, random, self._kernel.now) for name in names]
            pods.append(ServerPod(pod, containers, self._kernel, self._reports))
        self._pods = tuple(pods)
        self._add_gauges(names)
        self._report_configuration()
        self._kernel.after(settings.liveness_period_seconds, self._tick)

    def _tick(self) -> None:
        self._solve()
        state = self._state
        if state is not None:
            for pod in self._pods:
                if pod.ready and state.refused_per_second >= 1.0 / self._settings.liveness_period_seconds:
                    self._reports.forwards_exceeded(pod.name)
                pod.look_after(state, self._settings, self._solve)
        self._kernel.after(self._settings.liveness_period_seconds, self._tick)

    # --- load -----------------------------------------------------------------------------------------------------------------

    def _solve(self) -> None:
        """Find the present state; where nothing has changed it is what it was."""
        settings = self._settings
        running = self._running_pods()
        self._lookups = [one for demand in self._demands for one in lookups_of(demand, running)]
        self._per_second = sum(one.per_second for one in self._lookups)
        asked = with_retries(queries(self._lookups), self._answers, settings.resolver_attempts)
        ready = sum(pod.ready for pod in self._pods)
        objects = running + len(self._cluster.store.collection(SERVICES))
        basis = (asked, ready, objects, self._upstream())
        if basis == self._basis:
            return
        self._basis = basis
        load = shared(asked, max(ready, 1))
        self._state = steady_state(settings, load, self._upstream(), len(self._cluster.kubelets), objects)
        self._answers = dict(self._state.answers) if ready else dict.fromkeys(asked, REJECTED)
        self._times = lookup_times(list(self._ways()), settings.resolver_timeout_seconds)

    def _upstream(self) -> Upstream:
        """The servers outside as all demands see them: the slowest, and the worst."""
        seen = [(demand.upstream_seconds, demand.upstream_timeouts) for demand in self._demands]
        return Upstream(*(max(values) for values in zip(*seen, strict=True))) if seen else _UNUSED

    def _ways(self) -> Iterable[Way]:
        settings = self._settings
        patience = Patience(settings.resolver_timeout_seconds, settings.resolver_attempts)
        for lookups in self._lookups:
            share = lookups.per_second / self._per_second
            for way in ways(lookups.plan, self._answers, patience, dual_stack=lookups.dual_stack):
                yield way._replace(probability=way.probability * share)

    # --- what is measured -----------------------------------------------------------------------------------------------------

    def _add_gauges(self, names: Sequence[str]) -> None:
        gauge = self._cluster.sampler.gauge
        gauge("dns.lookupsPerSecond", "", lambda: self._per_second)
        gauge("dns.failedPerSecond", "", lambda: self._per_second * self._times.failed)
        gauge("dns.seconds", "mean", lambda: self._times.mean_seconds)
        gauge("dns.seconds", "p99", lambda: self._times.p99_seconds)
        gauge("dns.seconds", "max", lambda: self._times.longest_seconds)
        gauge("dns.replicas", "", lambda: sum(pod.ready for pod in self._pods))
        gauge("dns.queriesPerSecond", "", lambda: self._of_all(lambda state: state.front.arrivals_per_second))
        gauge("dns.refusedPerSecond", "", lambda: self._of_all(lambda state: state.refused_per_second))
        gauge("dns.droppedPerSecond", "", lambda: self._of_all(_dropped_per_second))
        gauge("dns.deniedPerSecond", "", self._denied_per_second)
        gauge("dns.cacheHitRatio", "", lambda: self._of_one(lambda state: state.hit_ratio))
        gauge("dns.answerSeconds", "", lambda: self._of_one(_answer_seconds))
        gauge("dns.forwards", "", lambda: self._of_one(lambda state: state.forwards))
        for name in names:
            self._add_container_gauges(name)

    def _add_container_gauges(self, name: str) -> None:
        gauge = self._cluster.sampler.gauge
        gauge("dns.cpuCores", name, lambda: self._of_one(lambda state: state.cores[name]))
        gauge("dns.memoryBytes", name, lambda: self._of_one(lambda state: state.bytes[name]))
        gauge("dns.restarts", name, lambda: self._count(name, lambda one: one.restarts))
        gauge("dns.oomKills", name, lambda: self._count(name, lambda one: one.oom_kills))

    def _of_one(self, read: Callable[[ServerState], float]) -> float:
        """What one server shows: all that are ready are alike."""
        return read(self._state) if self._state and any(pod.ready for pod in self._pods) else 0.0

    def _of_all(self, read: Callable[[ServerState], float]) -> float:
        return self._of_one(read) * sum(pod.ready for pod in self._pods)

    def _denied_per_second(self) -> float:
        """Answers that a searched name does not exist."""
        denied = 0.0
        for lookups in self._lookups:
            for step in lookups.plan[:-1]:
                answer = self._answers[step]
                denied += RECORDS_PER_TRY * lookups.per_second * (1.0 - answer.refused - answer.lost)
        return denied if any(pod.ready for pod in self._pods) else 0.0

    def _count(self, name: str, read: Callable[[Container], int]) -> int:
        return sum(read(one) for pod in self._pods for one in pod.containers if one.name == name)

    def _report_configuration(self) -> None:
        settings, report = self._settings, self._cluster.telemetry.sample
        for name, value in (
            ("replicas", len(self._pods)),
            ("cacheSize", settings.cache_size),
            ("negativeCache", settings.negative_cache),
            ("forwardMax", settings.forward_max),
            ("cpuLimitCores", settings.cpu_limit_cores),
            ("memoryLimitBytes", settings.memory_limit_bytes),
        ):
            report(self._kernel.now, f"config.dns.{name}", "", float(value))


def _dropped_per_second(state: ServerState) -> float:
    dropped = state.front.arrivals_per_second * state.front.dropped
    return dropped if dropped >= _NEGLIGIBLE_PER_SECOND else 0.0


def _answer_seconds(state: ServerState) -> float:
    """Mean over the kinds of queries; a server measures from when it has read a query until it has answered."""
    answers = state.answers.values()
    return sum(answer.seconds for answer in answers) / len(answers) if answers else 0.0
