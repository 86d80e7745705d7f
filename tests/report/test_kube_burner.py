from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from plimsoll.archive.directory import reserve_run
from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.archive.writer import RunWriter, write_summary
from plimsoll.report.kube_burner import kube_burner_files
from plimsoll.telemetry import Milestone
from tests.archive.synthetic import JOB, NEVER_READY, PODS, STARTED, write_synthetic_run

if TYPE_CHECKING:
    from pathlib import Path

PHASES = (("Create pods", 0.0, 10.0), ("Wait for pods", 10.0, 30.0), ("Delete pods and namespaces", 30.0, 40.0))

Moments = dict[Milestone, float]

LIFE: Moments = {
    Milestone.SCHEDULED: 0.0124,
    Milestone.KUBELET_SAW: 0.02,
    Milestone.SANDBOX_READY: 1.0,
    Milestone.CONTAINERS_STARTED: 1.5,
    Milestone.KUBELET_READY: 2.0,
    Milestone.API_READY: 12.0,
}


def write_run(
    runs: Path,
    pods: list[tuple[str, float, Moments]],
    phases: tuple[tuple[str, float, float], ...] = PHASES,
    load: dict[str, Any] | None = None,
    status: RunStatus = RunStatus.COMPLETE,
) -> RunArchive:
    """A run of one node whose pods, ``job/namespace``, live as told, in seconds since their creation."""
    writer = RunWriter(
        reserve_run(runs, "kb", STARTED),
        scenario_name="kb",
        scenario={"name": "kb", "load": load or {"jobs": [{"name": "a"}]}},
        profile_name="ideal",
        profile={},
        seed=1,
        started=STARTED,
    )
    for number, (place, created, life) in enumerate(pods):
        job, namespace = place.split("/")
        writer.pod(f"uid-{number}", namespace, f"pod-{number}", job, created)
        writer.pod_node(f"uid-{number}", "worker-0")
        for milestone, seconds in life.items():
            writer.milestone(created + seconds, f"uid-{number}", milestone)
    for phase in phases:
        writer.phase(*phase)
    writer.close(status, virtual_seconds=40.0, wall_seconds=0.1)
    return RunArchive(writer.directory)


def test_the_files_are_named_as_kube_burner_names_them(tmp_path: Path) -> None:
    files = kube_burner_files(RunArchive(write_synthetic_run(tmp_path)))

    assert list(files) == [
        f"podLatencyMeasurement-{JOB}.json",
        f"podLatencyQuantilesMeasurement-{JOB}.json",
        "jobSummary.json",
    ]


def test_a_pod_s_latencies_are_those_of_its_conditions_in_milliseconds(tmp_path: Path) -> None:
    archive = write_run(tmp_path, [("a/ns-0", 5.25, LIFE)])

    (pod,) = kube_burner_files(archive)["podLatencyMeasurement-a.json"]

    assert len(pod.pop("uuid")) == 36
    assert pod == {
        "timestamp": "2026-01-05T10:15:05.250000Z",
        "schedulingLatency": 12,
        "initializedLatency": 20,
        "readyToStartContainersLatency": 1000,
        "containersReadyLatency": 2000,
        "podReadyLatency": 2000,  # as the kubelet dates it, though the API knew ten seconds later
        "containersStartedLatency": 1500,
        "metricName": "podLatencyMeasurement",
        "jobName": "a",
        "jobIteration": 0,
        "replica": 1,
        "namespace": "ns-0",
        "podName": "pod-0",
        "nodeName": "worker-0",
        "metadata": {"run": archive.manifest.id, "scenario": "kb", "profile": "ideal"},
    }


def test_what_only_a_watcher_saw_stands_in_for_what_no_component_told(tmp_path: Path) -> None:
    life = {Milestone.API_SCHEDULED: 0.1, Milestone.API_RUNNING: 3.0, Milestone.API_READY: 4.0}

    (pod,) = kube_burner_files(write_run(tmp_path, [("a/ns", 0.0, life)]))["podLatencyMeasurement-a.json"]

    assert (pod["schedulingLatency"], pod["containersStartedLatency"], pod["podReadyLatency"]) == (100, 3000, 4000)
    assert pod["readyToStartContainersLatency"] == 0


def test_pods_that_nobody_saw_ready_are_left_out(tmp_path: Path) -> None:
    files = kube_burner_files(RunArchive(write_synthetic_run(tmp_path)))

    assert len(files[f"podLatencyMeasurement-{JOB}.json"]) == PODS - NEVER_READY


def test_iterations_are_namespaces_and_replicas_the_pods_of_each(tmp_path: Path) -> None:
    pods = [(place, 0.0, LIFE) for place in ("a/ns-0", "a/ns-1", "a/ns-0", "a/ns-1")]

    documents = kube_burner_files(write_run(tmp_path, pods))["podLatencyMeasurement-a.json"]

    places = [(document["jobIteration"], document["replica"]) for document in documents]
    assert places == [(0, 1), (1, 1), (0, 2), (1, 2)]


def test_quantiles_are_whole_milliseconds_per_condition(tmp_path: Path) -> None:
    pods = [("a/ns", 0.0, {**LIFE, Milestone.KUBELET_READY: float(seconds)}) for seconds in range(1, 102)]

    documents = kube_burner_files(write_run(tmp_path, pods))["podLatencyQuantilesMeasurement-a.json"]

    by_name = {document["quantileName"]: document for document in documents}
    assert set(by_name) == {
        "PodScheduled",
        "Initialized",
        "PodReadyToStartContainers",
        "ContainersReady",
        "Ready",
        "ContainersStarted",
    }
    ready = by_name["Ready"]
    assert {name: ready[name] for name in ("P99", "P95", "P50", "min", "max", "avg")} == {
        "P99": 100_000,
        "P95": 96_000,
        "P50": 51_000,
        "min": 1000,
        "max": 101_000,
        "avg": 51_000,
    }
    assert ready["timestamp"] == "2026-01-05T10:15:30.000000Z"


def test_no_pod_ready_is_no_quantile_rather_than_a_latency_of_0(tmp_path: Path) -> None:
    files = kube_burner_files(write_run(tmp_path, [("a/ns", 0.0, {})]))

    assert files["podLatencyMeasurement-a.json"] == files["podLatencyQuantilesMeasurement-a.json"] == []


def test_a_job_ends_before_the_tear_down(tmp_path: Path) -> None:
    load = {"jobs": [{"name": "a"}], "pace": {"ratePerSecond": 20, "burst": 40}}
    archive = write_run(tmp_path, [("a/ns-0", 0.0, LIFE), ("a/ns-1", 0.0, LIFE)], load=load)

    (summary,) = kube_burner_files(archive)["jobSummary.json"]

    assert summary.pop("uuid")
    assert summary.pop("version").startswith("plimsoll ")
    assert summary == {
        "timestamp": "2026-01-05T10:15:00.000000Z",
        "endTimestamp": "2026-01-05T10:15:30.000000Z",
        "elapsedTime": 30.0,
        "metricName": "jobSummary",
        "jobConfig": {
            "name": "a",
            "jobType": "create",
            "jobIterations": 2,
            "namespacedIterations": True,
            "qps": 20,
            "burst": 40,
        },
        "passed": True,
        "run": archive.manifest.id,
        "scenario": "kb",
        "profile": "ideal",
    }


def test_each_of_several_jobs_has_its_own_files_and_times(tmp_path: Path) -> None:
    archive = write_run(
        tmp_path,
        [("a/ns-a", 0.0, LIFE), ("b/ns-b", 20.0, LIFE)],
        phases=(("a: Create pods", 0.0, 10.0), ("b: Create pods", 20.0, 25.0)),
        load={"jobs": [{"name": "a"}, {"name": "b"}]},
    )

    files = kube_burner_files(archive)

    assert [pod["podName"] for pod in files["podLatencyMeasurement-b.json"]] == ["pod-1"]
    assert [(job["jobConfig"]["name"], job["elapsedTime"]) for job in files["jobSummary.json"]] == [
        ("a", 10.0),
        ("b", 5.0),
    ]


def test_churn_is_marked_on_pods_and_job(tmp_path: Path) -> None:
    phases = (("Create pods", 0.0, 10.0), ("Churn 1: delete", 20.0, 22.0), ("Churn 1: create", 22.0, 28.0))
    archive = write_run(tmp_path, [("a/ns", 0.0, LIFE), ("a/ns", 23.0, LIFE)], phases=phases)

    files = kube_burner_files(archive)

    assert [pod.get("churnMetric") for pod in files["podLatencyMeasurement-a.json"]] == [None, True]
    (summary,) = files["jobSummary.json"]
    assert summary["churnStartTimestamp"] == "2026-01-05T10:15:20.000000Z"
    assert summary["churnEndTimestamp"] == "2026-01-05T10:15:28.000000Z"


def test_a_run_that_missed_an_objective_did_not_pass(tmp_path: Path) -> None:
    archive = write_run(tmp_path, [])
    objectives = [{"expr": "podReady.p99 <= 5s", "met": False}, {"expr": "pods.running == 100%", "met": True}]
    write_summary(archive.directory, {"verdict": "fail", "objectives": objectives})

    (summary,) = kube_burner_files(archive)["jobSummary.json"]

    assert (summary["passed"], summary["executionErrors"]) == (False, "objectives missed: podReady.p99 <= 5s")


@pytest.mark.parametrize("status", [RunStatus.INTERRUPTED, RunStatus.FAILED])
def test_a_run_that_did_not_end_did_not_pass(tmp_path: Path, status: RunStatus) -> None:
    (summary,) = kube_burner_files(write_run(tmp_path, [], phases=(), status=status))["jobSummary.json"]

    assert (summary["passed"], summary["executionErrors"]) == (False, f"the run is {status}")
    assert summary["elapsedTime"] == 0.0


def test_the_documents_are_json_and_the_same_each_time(tmp_path: Path) -> None:
    directory = write_synthetic_run(tmp_path)

    exports = [json.dumps(kube_burner_files(RunArchive(directory)), allow_nan=False) for _ in range(2)]

    assert exports[0] == exports[1]
