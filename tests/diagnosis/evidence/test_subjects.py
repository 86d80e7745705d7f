"""Pods, clients, events, logs and load: each question has an answer, also where nothing was recorded."""

from __future__ import annotations

import numpy as np
import pytest

from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.evidence.pods import NodePods
from plimsoll.diagnosis.observable import Observable
from tests.diagnosis.casefile import archive_of_case


def evidence(**case: object) -> Evidence:
    return Evidence(Observable(archive_of_case({"seconds": 600, **case})))


def test_a_pod_is_late_when_one_stage_takes_more_than_a_minute() -> None:
    pods = evidence(
        pods=[
            {"node": "worker-0", "scheduled": 1, "running": 30},
            {"node": "worker-0", "scheduled": 1, "running": 90},
            {"node": "worker-1", "scheduled": 100, "running": 101},
            {"node": "worker-1", "scheduled": 1},
            {},
        ]
    ).pods

    assert pods.late_to_start.tolist() == [False, True, False, True, False]
    assert pods.late_to_schedule.tolist() == [False, False, True, False, True]
    assert pods.by_node["worker-0"] == NodePods("worker-0", pods=2, running=2, late=1)
    assert pods.never_scheduled == 1


def test_a_pod_that_was_deleted_in_time_is_not_late() -> None:
    pods = evidence(pods=[{"node": "worker-0", "scheduled": 1, "deletion": 30}]).pods

    assert not pods.late_to_start.any()


def test_a_pod_seen_running_was_scheduled_at_the_latest_then() -> None:
    assert evidence(pods=[{"node": "worker-0", "running": 30}]).pods.scheduled.tolist() == [30.0]


def test_stages_count_the_time_of_those_that_never_left_them() -> None:
    stages = evidence(pods=[{"node": "n", "scheduled": 100, "running": 110}, {"created": 500}]).pods.stages

    assert [(stage.name, stage.entered, stage.left) for stage in stages] == [
        ("scheduling", 2, 1),
        ("starting", 1, 1),
        ("becoming ready", 1, 0),
    ]
    assert stages[0].waited_seconds == 200.0


def test_a_run_without_pods_has_none() -> None:
    pods = evidence().pods

    assert (len(pods), pods.by_node, pods.created_span_seconds) == (0, {}, 0.0)
    assert all(np.isnan(stage.mean_seconds) for stage in pods.stages)


def test_requests_are_counted_by_client_verb_resource_and_code() -> None:
    clients = evidence(
        requests=[
            {"client": "kubelet", "resource": "secrets", "perSecond": 4, "took": 0.5, "until": 100},
            {"client": "kubelet", "resource": "pods", "perSecond": 1, "code": 429, "until": 100},
        ]
    ).clients

    assert clients.names == ("kubelet",)
    assert clients.requests("kubelet", "GET", "secrets").count == 400
    assert clients.requests("kubelet", "GET", "secrets").mean_seconds == pytest.approx(0.5)
    assert clients.requests().peak_per_second == 5.0
    assert clients.refused().count == clients.errors("kubelet").count == 100
    assert clients.requests("nobody").mean_seconds == 0.0


def test_events_are_found_by_reason_source_and_message() -> None:
    events = evidence(
        events=[
            {
                "reason": "FailedScheduling",
                "source": "default-scheduler",
                "message": "0/2 {n}",
                "objects": 3,
                "count": 5,
            },
            {"reason": "Started", "name": "pod", "source": "kubelet/worker-0", "message": "Started container"},
        ]
    ).events

    told = events.told("FailedScheduling", "Started")
    assert (len(told), told.count, told.distinct_objects) == (4, 16, 4)
    assert events.told("FailedScheduling", matching=r"0/2 [01]").count == 10
    assert events.told("Started", source="default-scheduler").count == 0


def test_lines_are_found_by_component_and_pattern() -> None:
    logs = evidence(
        logs=[{"component": "kubelet", "instance": "worker-0", "message": "Throttling {n}", "times": 2}]
    ).logs

    assert [line.message for line in logs.matching("Throttling", "kubelet")] == ["Throttling 0", "Throttling 1"]
    assert logs.matching("Throttling", "scheduler") == ()


def test_the_load_is_what_the_users_file_says() -> None:
    load = evidence(
        load={
            "pace": {"ratePerSecond": 2, "callSeconds": "0.5s", "betweenNamespaces": "1m"},
            "jobs": [{"name": "j", "namespaces": 3, "objects": [{"kind": "Pod", "name": "p", "count": 2}]}],
        },
        phases={"create": [0, 50]},
    ).load

    assert (load.pods, load.rate_per_second, load.call_seconds, load.between_namespaces_seconds) == (6, 2.0, 0.5, 60.0)
    assert [phase.name for phase in load.phases] == ["create"]


def test_a_run_that_was_cut_off_lasts_until_its_last_sample() -> None:
    archive = archive_of_case({"seconds": 0, "samples": [{"series": "kubelet.pods", "points": [[70, 1]]}]})

    assert Evidence(Observable(archive)).run_seconds == 70.0
