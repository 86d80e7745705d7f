from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plimsoll.measurement.summary import summarise
from tests.measurement.building import archive_of, phase, pod, requested, sampled, wanting


def test_pods_that_replace_others_count_as_created_not_as_wanted(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        pod("a", 0.0, apiRunning=5.0),
        pod("b", 0.0, apiRunning=5.0, apiFailed=8.0),
        pod("b-again", 9.0, apiRunning=12.0),
        scenario=wanting(2),
    )

    summary = summarise(archive)

    pods = summary.measured.pods
    assert (pods.wanted, pods.created, pods.running, pods.failed) == (2, 3, 3, 1)
    assert summary.metrics["pods.running.ratio"] == 1.0


def test_pods_that_were_never_created_are_missed(tmp_path: Path) -> None:
    summary = summarise(archive_of(tmp_path, pod("a", 0.0, apiRunning=5.0), scenario=wanting(4)))

    assert summary.metrics["pods.running.ratio"] == 0.25
    assert summary.verdict == "fail"
    assert summary.warnings == ("3 of 4 pods were never seen Running.",)


def test_rates_are_those_of_the_pods_wanted_not_of_churn(tmp_path: Path) -> None:
    wanted = (pod(f"pod-{n}", float(n), apiRunning=n + 2.0) for n in range(61))
    churned = (pod(f"churned-{n}", 5000.0 + n, apiRunning=5002.0 + n) for n in range(10))
    summary = summarise(archive_of(tmp_path, *wanted, *churned, scenario=wanting(61), virtual_seconds=6000.0))

    assert summary.metrics["podsPerMinute"] == pytest.approx(60.0)
    assert summary.metrics["podsPerMinute.created"] == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("ending", "end"),
    [
        (pod("c", 0.0, apiRunning=90.0, deletionRequested=400.0), 400.0),
        (sampled("pods.completed", *[0] * 30, 1.0), 300.0),
        (sampled("exchange.activeFlows", 0.0, 9.0, 9.0, 8.0, 0.0, interval=100.0), 300.0),
        (phase("Exchange data", 10.0, 900.0), 1000.0),
    ],
)
def test_steady_is_from_the_last_pod_running_to_the_first_done_or_deleted(
    tmp_path: Path, ending: object, end: float
) -> None:
    pods = (pod("a", 0.0, apiRunning=50.0), pod("b", 0.0, apiRunning=100.0))
    archive = archive_of(tmp_path, *pods, ending, virtual_seconds=1000.0)  # type: ignore[arg-type]

    assert summarise(archive).measured.steady == (100.0, end)


def test_a_run_in_which_a_pod_never_ran_was_never_steady(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, pod("a", 0.0, apiRunning=50.0), pod("b", 0.0), virtual_seconds=1000.0)

    assert summarise(archive).measured.steady is None


def test_the_slowest_pods_begin_with_those_that_never_ran(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        pod("quick", 0.0, apiRunning=1.0),
        pod("slow", 0.0, node="worker-7", apiRunning=30.0),
        pod("never", 0.0, node=""),
    )

    slowest = summarise(archive).measured.slowest

    assert [(found.name, found.node, found.running_seconds) for found in slowest] == [
        ("never", "", None),
        ("slow", "worker-7", 30.0),
        ("quick", "worker-0", 1.0),
    ]


def test_a_run_without_expectations_is_judged_by_whether_its_pods_ran(tmp_path: Path) -> None:
    summary = summarise(archive_of(tmp_path, pod("a", 0.0, apiRunning=5.0), scenario=wanting(1)))

    assert [objective.expression for objective in summary.objectives] == ["pods.running == 100%"]
    assert summary.verdict == "pass"


def test_objectives_find_the_numbers_they_name(tmp_path: Path) -> None:
    """One objective for each family of metrics that scenarios document."""
    expressions = (
        *("podScheduled.p99 <= 1s", "podRunning.p50 <= 5s", "podReady.max <= 6s", "podKubeletRunning.p90 <= 4s"),
        *("podStatusLag.max <= 2s", "podDeleted.p50 <= 3s", "pods.running == 100%", "pods.created >= 2"),
        *("podsPerMinute >= 1", "containerCreating.mean <= 5", "containerCreating.max <= 5", "run.seconds <= 1000"),
        *('phase["Create pods"] <= 60s', "requests.kubelet.count >= 1", "requests.kubelet.errors == 0"),
        *("requests.kubelet.perSecond <= 10", "latency.kubelet.p99 <= 1s", "throttle.kubelet.max <= 1s"),
        *("network.sendMean <= 1G", "network.receiveMax <= 1G"),
    )
    life: dict[str, Any] = {"apiScheduled": 0.5, "kubeletSaw": 1.0, "kubeletRunning": 4.0, "apiReady": 5.0}
    archive = archive_of(
        tmp_path,
        pod("a", 0.0, **life, apiRunning=5.0, deletionRequested=80.0, deleted=82.0),
        pod("b", 0.0, **life, apiRunning=25.0, deletionRequested=80.0, deleted=82.0),
        sampled("pods.containerCreating", 1, 2, 1, 1, 0),
        sampled("network.sendBitsPerSecond", 0, 1e6, 1e6, instance="worker-0"),
        sampled("network.receiveBitsPerSecond", 0, 1e6, 1e6, instance="worker-0"),
        requested("kubelet", 10, 0.01),
        phase("Create pods", 0.0, 50.0),
        scenario=wanting(2, expect=expressions),
    )

    judged = {objective.expression: objective for objective in summarise(archive).objectives}

    assert {expression for expression, objective in judged.items() if objective.value is None} == set()


def test_a_client_that_was_never_held_back_waited_for_no_time(tmp_path: Path) -> None:
    metrics = summarise(archive_of(tmp_path, requested("kubelet", 10, 0.01))).metrics

    assert (metrics["throttle.kubelet.max"], metrics["throttle.kubelet.count"]) == (0.0, 0.0)
    assert "throttle.scheduler.max" not in metrics
