"""Stations of synthetic tandem queues, whose utilisation, waits and bottleneck theory knows."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from plimsoll.diagnosis.bottleneck import bottleneck
from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.evidence.station import Station
from plimsoll.diagnosis.observable import Observable
from tests.diagnosis.casefile import archive_of_case

PODS = 8000
ARRIVALS_PER_SECOND = 2.0
WINDOW_SECONDS = 10.0


def departures(arrivals: np.ndarray, services: np.ndarray) -> np.ndarray:
    """When each leaves a single server that takes them in order: Lindley's recursion."""
    left = np.empty_like(arrivals)
    free = 0.0
    for number, (arrival, service) in enumerate(zip(arrivals.tolist(), services.tolist(), strict=True)):
        free = left[number] = max(arrival, free) + service
    return left


@cache
def tandem(scheduler_per_second: float, limiter_per_second: float) -> Evidence:
    """Pods that pass a scheduler and then the limiter of one kubelet, both M/M/1."""
    chance = np.random.default_rng(1)
    created = np.cumsum(chance.exponential(1 / ARRIVALS_PER_SECOND, PODS))
    scheduled = departures(created, chance.exponential(1 / scheduler_per_second, PODS))
    running = departures(scheduled, chance.exponential(1 / limiter_per_second, PODS))
    edges = np.arange(0.0, running.max() + WINDOW_SECONDS, WINDOW_SECONDS)
    pending = [int((created <= at).sum() - (scheduled <= at).sum()) for at in edges]
    creating = [int((scheduled <= at).sum() - (running <= at).sum()) for at in edges]
    document: dict[str, Any] = {
        "seconds": float(running.max()),
        "settings": {"kubelet.kubeAPIQPS": limiter_per_second},
        "pods": [
            {"created": at, "node": "worker-0", "scheduled": bound - at, "running": ran - at}
            for at, bound, ran in zip(created.tolist(), scheduled.tolist(), running.tolist(), strict=True)
        ],
        "samples": [
            {"series": "pods.pending", "values": pending},
            {"series": "pods.containerCreating", "values": creating},
            {"series": "scheduler.cyclesPerSecond", "values": _rates(scheduled, edges)},
            {"series": "scheduler.algorithmSeconds", "value": 1 / scheduler_per_second},
            {"series": "kubelet.requestsPerSecond", "instance": "worker-0", "values": _rates(running, edges)},
        ],
    }
    return Evidence(Observable(archive_of_case(document)))


def _rates(moments: np.ndarray, edges: np.ndarray) -> list[float]:
    counts, _ = np.histogram(moments, edges)
    return [float(count) / WINDOW_SECONDS for count in counts]


def station(evidence: Evidence, name: str) -> Station:
    (found,) = (one for one in evidence.stations if one.name == name)
    return found


@pytest.mark.parametrize(
    ("scheduler", "limiter", "tightest", "following"),
    [(2.5, 4.0, "scheduler", "kubelet's limiter"), (5.0, 2.2, "kubelet's limiter", "scheduler")],
)
def test_the_bottleneck_is_the_station_with_the_greatest_demand(
    scheduler: float, limiter: float, tightest: str, following: str
) -> None:
    found = bottleneck(tandem(scheduler, limiter).stations)

    assert found is not None
    assert found.following is not None
    assert (found.station.name, found.following.name) == (tightest, following)
    assert found.headroom == pytest.approx(min(scheduler, limiter) / ARRIVALS_PER_SECOND, rel=0.05)
    assert found.relief == pytest.approx(max(scheduler, limiter) / ARRIVALS_PER_SECOND, rel=0.05)


def test_utilisation_is_the_arrival_rate_over_the_service_rate() -> None:
    evidence = tandem(2.5, 4.0)

    assert station(evidence, "scheduler").utilization == pytest.approx(0.8, rel=0.05)
    assert station(evidence, "kubelet's limiter").utilization == pytest.approx(0.5, rel=0.05)


def test_littles_law_holds_between_gauges_and_timelines() -> None:
    evidence = tandem(2.5, 3.0)

    assert station(evidence, "created to Running").little_ratio == pytest.approx(1.0, abs=0.05)


def test_the_wait_is_that_of_an_m_m_1_queue() -> None:
    evidence = tandem(3.0, 4.0)

    assert station(evidence, "scheduler").wait_seconds == pytest.approx(1 / (3.0 - 2.0), rel=0.15)
    assert station(evidence, "start on the node").wait_seconds == pytest.approx(1 / (4.0 - 2.0), rel=0.15)


def test_the_shares_of_the_way_add_up_to_all_of_it() -> None:
    shares = [one.share for one in tandem(2.5, 4.0).stations if one.share is not None]

    assert sum(shares) == pytest.approx(1.0)


def test_a_run_that_shows_nothing_has_no_stations() -> None:
    evidence = Evidence(Observable(archive_of_case({"seconds": 10})))

    assert evidence.stations == ()
    assert bottleneck(evidence.stations) is None


def test_a_network_is_as_busy_as_its_busiest_node_while_that_sends() -> None:
    sent = "network.sendBitsPerSecond"
    document = {
        "seconds": 60.0,
        "samples": [
            {"series": "node.networkBitsPerSecond", "value": 1e9},
            {"series": sent, "instance": "worker-0", "values": [0, 0, 9e8, 9e8, 0, 0]},
            {"series": sent, "instance": "worker-1", "values": [0, 0, 3e8, 3e8, 0, 0]},
        ],
    }
    found = station(Evidence(Observable(archive_of_case(document))), "node's network")

    assert found.instance == "worker-0"
    assert found.utilization == pytest.approx(0.9)


def test_of_the_status_managers_the_slowest_is_shown() -> None:
    lag = "kubelet.statusSyncSeconds"
    document = {
        "seconds": 60.0,
        "samples": [
            {"series": lag, "instance": "worker-0", "value": 0.1},
            {"series": lag, "instance": "worker-1", "value": 12.0},
        ],
    }
    found = station(Evidence(Observable(archive_of_case(document))), "kubelet's status manager")

    assert (found.instance, found.wait_seconds) == ("worker-1", 12.0)
