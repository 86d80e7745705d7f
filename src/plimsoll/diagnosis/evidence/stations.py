"""The stations that pods and requests pass, each with its queueing numbers.

Operational quantities over one stretch of time, from the first creation until the last pod ran (Denning and Buzen, "The
Operational Analysis of Queueing Network Models", 1978): arrival rate λ, utilisation U, mean number waiting or in service
L, mean time W. Little's law L = λ·W is checked where all three are measured apart. Where a cluster does not show a number
it is None: a kubelet of 1.14 has no metric about its limiter, so its W is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.observable import shown_by

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence.questions import Evidence
    from plimsoll.measurement.columns import Floats, Steps

PEAK_WINDOW_SECONDS = 60.0

MULTIPLES_OF_LIMIT = {"namespace": 20, "garbage-collector": 2}
"""Controllers whose client has so many times the others' limit (kube-controller-manager, cmd/.../app/core.go)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time that is looked at, in seconds of the run's clock."""

    start_seconds: float
    end_seconds: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end_seconds - self.start_seconds

    def mean(self, steps: Steps) -> float | None:
        """The mean of a gauge over time; None where it was not sampled."""
        if not steps.values.size:
            return None
        within = steps.within(self.start_seconds, self.end_seconds)
        return within.mean(self.end_seconds) if within.values.size else 0.0

    def peak(self, steps: Steps) -> float | None:
        """The highest mean over a minute; over the whole where that is shorter."""
        if not steps.values.size:
            return None
        edges = np.arange(self.start_seconds, self.end_seconds + PEAK_WINDOW_SECONDS / 2, PEAK_WINDOW_SECONDS)
        if edges.size < 2:  # noqa: PLR2004  one edge bounds nothing
            return self.mean(steps)
        means = steps.means(edges)
        return float(np.nanmax(means)) if not np.isnan(means).all() else self.mean(steps)


@dataclass(frozen=True, slots=True)
class Station:
    """One station over the busy stretch; of many alike (kubelets), the busiest."""

    name: str
    instance: str
    """A node, a controller, a resource; empty where there is only one."""
    unit: str
    """What arrives: requests, pods, keys."""
    arrivals_per_second: float | None = None
    capacity_per_second: float | None = None
    utilization: float | None = None
    """Mean share of the capacity in use; 1 is all of it."""
    peak_utilization: float | None = None
    """Of the busiest minute."""
    inside: float | None = None
    """L: mean number waiting or in service."""
    wait_seconds: float | None = None
    """W: mean time of one in the station."""
    share: float | None = None
    """Part of the way from created to Ready that is spent here; only of stations that pods pass one after the other."""
    source: str = ""

    @property
    def little_ratio(self) -> float | None:
        """L / (λ·W): 1 where the three measurements agree; None where one of them is missing or nothing arrived."""
        if self.inside is None or not self.arrivals_per_second or not self.wait_seconds:
            return None
        return self.inside / (self.arrivals_per_second * self.wait_seconds)


def busy_stretch(evidence: Evidence) -> Stretch:
    """From the first creation until the last pod ran, or was given up; the whole run where there were no pods."""
    pods = evidence.pods
    if not len(pods):
        return Stretch(0.0, evidence.run_seconds)
    ends = np.where(np.isnan(pods.running), pods.gone, pods.running)
    start, end = float(pods.created.min()), float(ends.max())
    return Stretch(start, end) if end > start else Stretch(0.0, max(evidence.run_seconds, start))


def stations(evidence: Evidence) -> tuple[Station, ...]:
    """Every station that the run shows anything of, in the order in which a pod meets them; none of a run of no length."""
    stretch = busy_stretch(evidence)
    if stretch.seconds <= 0:
        return ()
    return tuple(station for look in _LOOKS for station in look(evidence, stretch))


Look = Callable[["Evidence", Stretch], Iterator[Station]]


def _driver(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    sent = evidence.clients.requests("driver", "POST")
    if not sent.count:
        return
    capacity = evidence.load.rate_per_second
    yield _limited(
        Station("driver", "", "requests", wait_seconds=evidence.load.own_waits.mean_seconds, source="audit log"),
        sent.rate,
        capacity,
        stretch,
    )


def _api_server(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    busy = evidence.gauges.steps("apiserver.utilization")
    utilization = stretch.mean(busy)
    if utilization is None:
        return
    arrivals = stretch.mean(evidence.gauges.steps("apiserver.requestsPerSecond"))
    yield Station(
        "API server cores",
        "",
        "requests",
        arrivals_per_second=arrivals,
        capacity_per_second=arrivals / utilization if arrivals and utilization else None,
        utilization=min(utilization, 1.0),
        peak_utilization=_capped(stretch.peak(busy)),
        source=shown_by("apiserver.utilization"),
    )


def _priority_levels(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    limits = evidence.gauges.by_instance("apiserver.seatLimit")
    for level, steps in evidence.gauges.by_instance("apiserver.seats").items():
        inside, limit = stretch.mean(steps), stretch.mean(limits[level]) if level in limits else None
        if inside is None or not limit:
            continue
        yield Station(
            "priority level",
            level,
            "seats",
            utilization=min(inside / limit, 1.0),
            peak_utilization=_capped((stretch.peak(steps) or 0.0) / limit),
            inside=inside,
            source=shown_by("apiserver.seats"),
        )


def _in_flight(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    if evidence.gauges.by_instance("apiserver.seats"):
        return  # the levels share both limits
    limits = {"readonly": "apiserver.maxReadsInFlight", "mutating": "apiserver.maxMutatingInFlight"}
    for kind, setting in limits.items():
        steps = evidence.gauges.steps("apiserver.inflight", kind)
        inside, limit = stretch.mean(steps), evidence.gauges.setting(setting)
        if inside is None or not limit:
            continue
        yield Station(
            "in-flight limit",
            kind,
            "requests",
            utilization=min(inside / limit, 1.0),
            peak_utilization=_capped((stretch.peak(steps) or 0.0) / limit),
            inside=inside,
            source=shown_by("apiserver.inflight"),
        )


def _controllers(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    limit = evidence.gauges.setting("controllers.qps")
    for controller, depth in evidence.gauges.by_instance("controller.queue").items():
        requests = evidence.clients.requests(f"{controller}-controller")
        waits = evidence.gauges.steps("controller.queueSeconds", controller)
        if not requests.count:
            continue
        station = Station(
            "controller",
            controller,
            "requests",
            inside=stretch.mean(depth),
            wait_seconds=stretch.mean(waits),
            source="workqueue_depth, audit log",
        )
        own = limit and limit * MULTIPLES_OF_LIMIT.get(controller, 1)
        yield _limited(station, requests.rate, own, stretch, little=False)


def _scheduler(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    cycles = evidence.gauges.steps("scheduler.cyclesPerSecond")
    service = stretch.mean(evidence.gauges.steps("scheduler.algorithmSeconds"))
    arrivals, most = stretch.mean(cycles), stretch.peak(cycles)
    delays = _through(evidence.pods.scheduled - evidence.pods.created)
    if not delays.size:
        return
    yield Station(
        "scheduler",
        "",
        "pods",
        arrivals_per_second=delays.size / stretch.seconds,
        capacity_per_second=1 / service if service else None,
        utilization=_capped(arrivals * service) if arrivals is not None and service is not None else None,
        peak_utilization=_capped(most * service) if most is not None and service is not None else None,
        wait_seconds=float(delays.mean()),
        share=_share(evidence, delays),
        source="watch of pods, scheduler_scheduling_algorithm_duration_seconds",
    )


def _scheduler_limiter(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    bindings = evidence.clients.requests("scheduler", "POST", "pods/binding")
    if bindings.count:
        wait = stretch.mean(evidence.gauges.steps("scheduler.limiterWaitSeconds"))
        station = Station("scheduler's limiter", "", "requests", wait_seconds=wait, source="audit log")
        yield _limited(station, bindings.rate, evidence.gauges.setting("scheduler.qps"), stretch)


def _kubelet_limiters(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    found = []
    for node, steps in evidence.gauges.by_instance("kubelet.requestsPerSecond").items():
        wait = stretch.mean(evidence.gauges.steps("kubelet.limiterWaitSeconds", node))
        station = Station(
            "kubelet's limiter", node, "requests", wait_seconds=wait, source=shown_by("kubelet.requestsPerSecond")
        )
        found.append(_limited(station, steps, evidence.gauges.setting("kubelet.kubeAPIQPS", node), stretch))
    if found:
        yield max(found, key=lambda station: station.utilization or 0.0)


def _starts(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    """Bound to Running in the API: the kubelet, the runtime, volumes, images, and the report of it."""
    pods = evidence.pods
    delays = _through(np.where(np.isnan(pods.running), pods.gone, pods.running) - pods.scheduled)
    if delays.size:
        yield Station(
            "start on the node",
            "",
            "pods",
            arrivals_per_second=delays.size / stretch.seconds,
            wait_seconds=float(delays.mean()),
            share=_share(evidence, delays),
            source="watch of pods",
        )


def _way(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    """Created to Running as a whole: ``kubectl get pods`` counts those inside, so that Little's law can be checked.

    What it calls Pending lasts until the kubelet's first report, so the two counts cannot be told apart by station.
    """
    pods = evidence.pods
    delays = _through(np.where(np.isnan(pods.running), pods.gone, pods.running) - pods.created)
    pending = stretch.mean(evidence.gauges.steps("pods.pending"))
    creating = stretch.mean(evidence.gauges.steps("pods.containerCreating"))
    if delays.size:
        yield Station(
            "created to Running",
            "",
            "pods",
            arrivals_per_second=delays.size / stretch.seconds,
            inside=None if pending is None or creating is None else pending + creating,
            wait_seconds=float(delays.mean()),
            source="watch of pods",
        )


def _image_pulls(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    waits = {
        node: stretch.mean(steps) or 0.0
        for node, steps in evidence.gauges.by_instance("kubelet.imagePullSeconds").items()
    }
    if waits:
        node = max(waits, key=lambda name: waits[name])
        yield Station(
            "image pulls", node, "pulls", wait_seconds=waits[node], source=shown_by("kubelet.imagePullSeconds")
        )


def _readiness(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    delays = _through(evidence.pods.ready - evidence.pods.running)
    if delays.size:
        yield Station(
            "readiness",
            "",
            "pods",
            arrivals_per_second=delays.size / stretch.seconds,
            wait_seconds=float(delays.mean()),
            share=_share(evidence, delays),
            source="watch of pods",
        )


def _dns(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    queries = stretch.mean(evidence.gauges.steps("dns.queriesPerSecond"))
    if not queries:
        return
    limit = max(evidence.gauges.highest("config.dns.cpuLimitCores").values(), default=0.0)
    cores = [stretch.mean(steps) or 0.0 for steps in evidence.gauges.by_instance("dns.cpuCores").values()]
    utilization = _capped(max(cores) / limit) if cores and limit else None
    yield Station(
        "DNS",
        "",
        "queries",
        arrivals_per_second=queries,
        utilization=utilization,
        wait_seconds=stretch.mean(evidence.gauges.steps("dns.answerSeconds")),
        source=shown_by("dns.queriesPerSecond"),
    )


def _masters(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    machines = evidence.gauges.by_instance("masters.utilization")
    if machines:
        means = {machine: stretch.mean(steps) or 0.0 for machine, steps in machines.items()}
        worst = max(means, key=lambda machine: means[machine])
        yield Station(
            "master's cores",
            worst,
            "",
            utilization=_capped(means[worst]),
            peak_utilization=_capped(stretch.peak(machines[worst])),
            source=shown_by("masters.utilization"),
        )


def _limited(
    station: Station, rate: Steps, capacity: float | None, stretch: Stretch, *, little: bool = True
) -> Station:
    """A station that lets so many a second through: utilisation is the rate against that."""
    arrivals, most = stretch.mean(rate), stretch.peak(rate)
    bounded = capacity is not None and capacity > 0
    inside = station.inside
    if little and inside is None and arrivals is not None and station.wait_seconds:
        inside = arrivals * station.wait_seconds  # by Little's law: no cluster shows the length of this queue
    return Station(
        station.name,
        station.instance,
        station.unit,
        arrivals_per_second=arrivals,
        capacity_per_second=capacity if bounded else None,
        utilization=_capped(arrivals / capacity) if bounded and arrivals is not None and capacity else None,
        peak_utilization=_capped(most / capacity) if bounded and most is not None and capacity else None,
        inside=inside,
        wait_seconds=station.wait_seconds,
        source=station.source,
    )


def _through(delays: Floats) -> Floats:
    """The delays that are known, none below zero."""
    known: Floats = np.maximum(delays[~np.isnan(delays)], 0.0)
    return known


def _share(evidence: Evidence, delays: Floats) -> float:
    """The part of all time between created and Ready that these delays are."""
    whole = sum(stage.waited_seconds for stage in evidence.pods.stages[:2])
    ready = evidence.pods.ready - evidence.pods.running
    whole += float(np.maximum(ready[~np.isnan(ready)], 0.0).sum())
    return float(delays.sum()) / whole if whole else 0.0


def _capped(utilization: float | None) -> float | None:
    """No more than all of it: a burst passes a limiter above its rate."""
    return None if utilization is None else min(utilization, 1.0)


_LOOKS: tuple[Look, ...] = (
    _driver,
    _api_server,
    _masters,
    _in_flight,
    _priority_levels,
    _controllers,
    _scheduler,
    _scheduler_limiter,
    _kubelet_limiters,
    _image_pulls,
    _starts,
    _way,
    _readiness,
    _dns,
)
