"""The stations that pods and requests pass, each with its queueing numbers, asked of what a run shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.evidence.station import Station, Stretch, capped, limited
from plimsoll.diagnosis.observable import shown_by

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence.questions import Evidence
    from plimsoll.measurement.columns import Floats

MULTIPLES_OF_LIMIT = {"namespace": 20, "garbage-collector": 2}
"""Controllers whose client has so many times the others' limit (kube-controller-manager, cmd/.../app/core.go)."""

_SENT = shown_by("network.sendBitsPerSecond")


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
    yield limited(
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
        peak_utilization=capped(stretch.peak(busy)),
        source=shown_by("apiserver.utilization"),
    )


def _priority_levels(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    limits = evidence.gauges.by_instance("apiserver.seatLimit")
    for level in evidence.gauges.by_instance("apiserver.seats"):
        limit = stretch.mean(limits[level]) if level in limits else None
        yield from _places(evidence, stretch, "apiserver.seats", level, limit, "priority level", "seats")


def _in_flight(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    if evidence.gauges.by_instance("apiserver.seats"):
        return  # the levels share both limits
    limits = {"readonly": "apiserver.maxReadsInFlight", "mutating": "apiserver.maxMutatingInFlight"}
    for kind, setting in limits.items():
        limit = evidence.gauges.setting(setting)
        yield from _places(evidence, stretch, "apiserver.inflight", kind, limit, "in-flight limit", "requests")


def _places(
    evidence: Evidence, stretch: Stretch, series: str, instance: str, limit: float | None, name: str, unit: str
) -> Iterator[Station]:
    """A station of so many places: utilisation is how many of them are taken."""
    taken = evidence.gauges.steps(series, instance)
    inside = stretch.mean(taken)
    if inside is None or not limit:
        return
    yield Station(
        name,
        instance,
        unit,
        utilization=min(inside / limit, 1.0),
        peak_utilization=capped((stretch.peak(taken) or 0.0) / limit),
        inside=inside,
        source=shown_by(series),
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
        yield limited(station, requests.rate, own, stretch, little=False)


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
        utilization=capped(arrivals * service) if arrivals is not None and service is not None else None,
        peak_utilization=capped(most * service) if most is not None and service is not None else None,
        wait_seconds=float(delays.mean()),
        share=_share(evidence, delays),
        source="watch of pods, scheduler_scheduling_algorithm_duration_seconds",
    )


def _scheduler_limiter(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    bindings = evidence.clients.requests("scheduler", "POST", "pods/binding")
    if bindings.count:
        wait = stretch.mean(evidence.gauges.steps("scheduler.limiterWaitSeconds"))
        station = Station("scheduler's limiter", "", "requests", wait_seconds=wait, source="audit log")
        yield limited(station, bindings.rate, evidence.gauges.setting("scheduler.qps"), stretch)


def _kubelet_limiters(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    found = []
    for node, steps in evidence.gauges.by_instance("kubelet.requestsPerSecond").items():
        wait = stretch.mean(evidence.gauges.steps("kubelet.limiterWaitSeconds", node))
        station = Station(
            "kubelet's limiter", node, "requests", wait_seconds=wait, source=shown_by("kubelet.requestsPerSecond")
        )
        found.append(limited(station, steps, evidence.gauges.setting("kubelet.kubeAPIQPS", node), stretch))
    if found:
        yield max(found, key=lambda station: station.utilization or 0.0)


def _starts(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    """Bound to Running in the API: the kubelet, the runtime, volumes, images, and the report of it."""
    pods = evidence.pods
    delays = np.where(np.isnan(pods.running), pods.gone, pods.running) - pods.scheduled
    yield from _stage(evidence, stretch, "start on the node", delays)


def _readiness(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    yield from _stage(evidence, stretch, "readiness", evidence.pods.ready - evidence.pods.running)


def _stage(evidence: Evidence, stretch: Stretch, name: str, took: Floats) -> Iterator[Station]:
    """A part of every pod's way from created to Ready."""
    delays = _through(took)
    if delays.size:
        yield Station(
            name,
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
    yield from _slowest(evidence, stretch, "image pulls", "pulls", "kubelet.imagePullSeconds")


def _status_managers(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    yield from _slowest(evidence, stretch, "kubelet's status manager", "statuses", "kubelet.statusSyncSeconds")


def _slowest(evidence: Evidence, stretch: Stretch, name: str, unit: str, series: str) -> Iterator[Station]:
    """Of the nodes that show only how long things take there, the one where they take longest."""
    waits = {node: stretch.mean(steps) or 0.0 for node, steps in evidence.gauges.by_instance(series).items()}
    if waits:
        node = max(waits, key=lambda each: waits[each])
        yield Station(name, node, unit, wait_seconds=waits[node], source=shown_by(series))


def _network(evidence: Evidence, _: Stretch) -> Iterator[Station]:
    """The busiest node's interface while it sends, which mostly is when all pods have long been running."""
    speeds = evidence.gauges.highest("node.networkBitsPerSecond")
    found = []
    for node, steps in evidence.gauges.by_instance("network.sendBitsPerSecond").items():
        speed, sends = speeds.get(node) or speeds.get(""), steps.values > 0
        if not speed or not sends.any():
            continue
        first, last = np.flatnonzero(sends)[[0, -1]]
        ends = np.append(steps.seconds, evidence.run_seconds)
        sending = Stretch(float(ends[first]), float(ends[last + 1]))
        found.append(limited(Station("node's network", node, "bits", source=_SENT), steps, speed, sending))
    if found:
        yield max(found, key=lambda station: station.utilization or 0.0)


def _dns(evidence: Evidence, stretch: Stretch) -> Iterator[Station]:
    queries = stretch.mean(evidence.gauges.steps("dns.queriesPerSecond"))
    if not queries:
        return
    limit = max(evidence.gauges.highest("config.dns.cpuLimitCores").values(), default=0.0)
    cores = [stretch.mean(steps) or 0.0 for steps in evidence.gauges.by_instance("dns.cpuCores").values()]
    utilization = capped(max(cores) / limit) if cores and limit else None
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
            utilization=capped(means[worst]),
            peak_utilization=capped(stretch.peak(machines[worst])),
            source=shown_by("masters.utilization"),
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
    _status_managers,
    _starts,
    _way,
    _readiness,
    _dns,
    _network,
)
