"""The control plane's numbers, from samples and answer times."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.measurement.columns import Samples
from plimsoll.measurement.controlplane import controlplane
from plimsoll.measurement.traffic import ApiLatency, Durations
from tests.diagnosis.casefile import archive_of_case


def samples(*groups: dict[str, Any]) -> Samples:
    return Samples(archive_of_case({"seconds": 100, "samples": groups}).table("samples"))


def latency(verb: str, resource: str, count: int, mean: float, longest: float) -> ApiLatency:
    return ApiLatency(verb, resource, 0, Durations(count, mean * count, mean, mean, longest, longest))


def test_cores_are_known_by_process_and_machines_together() -> None:
    found = controlplane(
        samples(
            {"series": "masters.cpuCores", "instance": "apiserver", "points": [[0, 10], [50, 30]]},
            {"series": "masters.cpuCores", "instance": "scheduler", "points": [[0, 16]]},
            {"series": "masters.utilization", "instance": "master-0", "points": [[0, 0.9]]},
            {"series": "masters.utilization", "instance": "master-1", "points": [[0, 0.5]]},
        ),
        (),
        100.0,
    )

    assert found["masters.cpuCores.apiserver.mean"] == pytest.approx(20)
    assert found["masters.cpuCores.apiserver.max"] == 30
    assert found["masters.cpuCores.scheduler.mean"] == 16
    assert found["masters.utilization.max"] == pytest.approx(0.9)
    assert found["masters.utilization.mean"] == pytest.approx(0.7)


def test_answer_times_are_known_by_verb_over_all_resources() -> None:
    found = controlplane(samples(), (latency("GET", "pods", 3, 0.1, 0.2), latency("GET", "nodes", 1, 0.5, 0.6)), 100.0)

    assert found == {
        "apiserver.latency.GET.mean": pytest.approx(0.2),
        "apiserver.latency.GET.max": pytest.approx(0.6),
    }


def test_what_was_never_sampled_has_no_number() -> None:
    assert controlplane(samples(), (), 100.0) == {}


def test_connections_are_a_mean_over_time() -> None:
    points = [[0, 100], [25, 0]]
    found = controlplane(samples({"series": "apiserver.connectionsPerSecond", "points": points}), (), 100.0)

    assert found == {
        "apiserver.connectionsPerSecond.max": 100.0,
        "apiserver.connectionsPerSecond.mean": pytest.approx(25.0),
    }
