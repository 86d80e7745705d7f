"""What scheduler and controllers count of their own work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from plimsoll.serve.metrics.exposition import Family, Sample, histogram, summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plimsoll.serve.metrics.counting import Durations, Requests, Totals
    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.client import Client

LIMITER_BOUNDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Bounds of waits at a client's limiter (component-base, metrics/prometheus/restclient)."""


def scheduler_families(cluster: SimulatedCluster) -> Iterator[Family]:
    """The scheduler's queues and cycles."""
    scheduler = cluster.scheduler
    pending = [
        Sample(scheduler.waiting, {"queue": "active"}),
        Sample(scheduler.unschedulable, {"queue": "unschedulable"}),
    ]
    yield Family("scheduler_pending_pods", "gauge", "Pods without a node.", pending)
    attempts = [Sample(scheduler.attempts, {"profile": "default-scheduler"})]
    yield Family("scheduler_schedule_attempts_total", "counter", "Scheduling cycles.", attempts)
    cycles = summary(*scheduler.cycle_times(), {})
    yield Family("scheduler_scheduling_algorithm_duration_seconds", "histogram", "Time of cycles.", cycles)


def queue_families(cluster: SimulatedCluster) -> Iterator[Family]:
    """The controllers' work queues."""
    queues = cluster.controllers.queues
    depths = [Sample(len(queue), {"name": name}) for name, queue in queues.items()]
    yield Family("workqueue_depth", "gauge", "What waits in the queues of controllers.", depths)
    waits = [sample for name, queue in queues.items() for sample in summary(*queue.waits(), {"name": name})]
    yield Family("workqueue_queue_duration_seconds", "histogram", "How long it waited.", waits)


def client_families(cluster: SimulatedCluster, totals: Totals) -> Iterator[Family]:
    """Everybody's requests, and the waits at limiters. One process is several components here, told apart by a label."""
    made = [
        Sample(sum(taken.counts.values()), {"client": key.client, "code": str(key.code), "method": key.verb})
        for key, taken in totals.latencies.items()
    ]
    yield Family("rest_client_requests_total", "counter", "Requests by the component that made them.", made)
    if not cluster.profile.logging.throttle_metric:
        return
    components = {
        **_named(cluster.scheduler.clients, "kube-scheduler"),
        **_named(cluster.controllers.clients, "kube-controller-manager"),
    }
    waits = [
        sample
        for (client, verb), (counts, seconds) in _waits(totals, components).items()
        for sample in histogram(
            counts, seconds, {"component": components.get(client, ""), "client": client, "verb": verb}, LIMITER_BOUNDS
        )
    ]
    described = "Waits at the limiters of clients, by component."
    yield Family("rest_client_rate_limiter_duration_seconds", "histogram", described, waits)


def _named(clients: Sequence[Client], component: str) -> dict[str, str]:
    return {client.role: component for client in clients}


def _waits(totals: Totals, components: Mapping[str, str]) -> dict[tuple[str, str], tuple[dict[float, int], float]]:
    """How often requests waited how long, by client and verb; those of components also where they did not wait at all."""
    waits: dict[tuple[str, str], tuple[dict[float, int], float]] = {}

    def add(key: Requests, taken: Mapping[float, int], seconds: float) -> None:
        counts, total = waits.get((key.client, key.verb), ({}, 0.0))
        for wait, count in taken.items():
            counts[wait] = counts.get(wait, 0) + count
        waits[key.client, key.verb] = counts, total + seconds

    for key, taken in totals.throttles.items():
        add(key, taken.counts, taken.total_seconds)
    for key, answered in totals.latencies.items():
        if key.client in components and key.verb != "WATCH":
            add(key, {0.0: _number(answered) - _number(totals.throttles.get(key))}, 0.0)
    return waits


def _number(durations: Durations | None) -> int:
    return sum(durations.counts.values()) if durations is not None else 0
