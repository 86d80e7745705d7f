from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kube.resources import JOBS, PODS, Object
from plimsoll.simcluster.controllers.job import JobController
from plimsoll.simcluster.controllers.jobpods import TRACKING, completed_indexes, index_of, write_indexes
from plimsoll.simcluster.controllers.jobstatus import condition
from plimsoll.simcluster.controllers.ttlafterfinished import TtlAfterFinished
from tests.simcluster.controlplane import ControlPlane, pod_spec


class Nodes:
    """Ends every pod some time after it was created, as told."""

    def __init__(self, made: ControlPlane, exit_code: Callable[[Object], int], seconds: float = 1.0) -> None:
        self.made = made
        self.exit_code = exit_code
        self.most_active = 0
        made.pods.watchers.append(self._observe)
        self.seconds = seconds

    def _observe(self, change: Any) -> None:
        self.most_active = max(self.most_active, len(self.made.active()))
        if change.type == "ADDED":
            self.made.kernel.after(self.seconds, self._end, change.object)

    def _end(self, pod: Object) -> None:
        stored = self.made.stored(pod)
        if stored is None or "deletionTimestamp" in stored["metadata"]:
            return
        code = self.exit_code(stored)
        state = {"terminated": {"exitCode": code, "finishedAt": self.made.api.timestamp()}}
        phase = "Failed" if code else "Succeeded"
        self.made.pods.replace(stored, status={"phase": phase, "containerStatuses": [{"name": "main", "state": state}]})


@pytest.fixture
def made() -> ControlPlane:
    plane = ControlPlane(detailed=True)
    plane.start(JobController)
    plane.start(TtlAfterFinished)
    plane.namespace()
    return plane


def job(made: ControlPlane, restart: str = "Never", **spec: Any) -> Object:
    template = {"metadata": {"labels": {"job": "j"}}, "spec": pod_spec(restartPolicy=restart)}
    return made.create(JOBS, "j", "ns", spec={"template": template, **spec})


def status(made: ControlPlane) -> Object:
    found: Object = made.get(JOBS, "j", "ns")["status"]
    return found


def test_a_job_is_complete_when_enough_pods_have_succeeded(made: ControlPlane) -> None:
    nodes = Nodes(made, lambda _: 0)
    job(made, completions=5, parallelism=2)
    made.run(60)

    assert status(made)["succeeded"] == 5
    assert nodes.most_active <= 2
    complete = condition(status(made), "Complete")
    assert complete is not None
    assert complete["reason"] == "CompletionsReached"
    assert status(made)["completionTime"]
    assert made.events("Completed") == ["Job completed"]
    assert all(TRACKING not in pod["metadata"].get("finalizers", ()) for pod in made.collection(PODS))


def test_failed_pods_are_replaced_later_each_time_until_there_were_too_many(made: ControlPlane) -> None:
    Nodes(made, lambda _: 1)
    job(made, backoffLimit=2)
    made.run(5)
    assert len(made.collection(PODS)) == 1
    made.run(100)

    assert status(made)["failed"] == 3
    failed = condition(status(made), "Failed")
    assert failed is not None
    assert failed["reason"] == "BackoffLimitExceeded"
    made.run(1000)
    assert len(made.collection(PODS)) == 3


def test_every_index_gets_a_pod_that_succeeds(made: ControlPlane) -> None:
    failed_once: set[int | None] = set()

    def fails_at_first(pod: Object) -> int:
        index = index_of(pod)
        if index == 1 and index not in failed_once:
            failed_once.add(index)
            return 1
        return 0

    Nodes(made, fails_at_first)
    job(made, completionMode="Indexed", completions=4, parallelism=4)
    made.run(60)

    assert status(made)["completedIndexes"] == "0-3"
    assert status(made)["succeeded"] == 4
    assert status(made)["failed"] == 1
    pod = next(one for one in made.collection(PODS) if index_of(one) == 3)
    assert pod["spec"]["hostname"] == "j-3"
    assert pod["metadata"]["name"].startswith("j-3-")


def test_a_job_that_takes_too_long_fails_and_its_pods_go(made: ControlPlane) -> None:
    job(made, activeDeadlineSeconds=30, parallelism=2)
    made.run(20)
    assert status(made)["active"] == 2
    made.run(20)

    failed = condition(status(made), "Failed")
    assert failed is not None
    assert failed["reason"] == "DeadlineExceeded"
    assert len(made.active()) == 0


def test_a_suspended_job_has_no_pods_until_it_goes_on(made: ControlPlane) -> None:
    job(made, suspend=True)
    made.run(10)
    assert made.active() == []
    suspended = condition(status(made), "Suspended")
    assert suspended is not None
    assert suspended["reason"] == "JobSuspended"
    assert "startTime" not in status(made)

    made.patch(JOBS, "j", {"spec": {"suspend": False}})
    made.run(10)
    assert len(made.active()) == 1
    made.patch(JOBS, "j", {"spec": {"suspend": True}})
    made.run(10)
    assert made.active() == []


def test_a_failure_policy_can_end_the_job_or_not_count_at_all(made: ControlPlane) -> None:
    codes = iter([5, 5, 5, 42])
    Nodes(made, lambda _: next(codes))
    rules = [
        {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [5]}},
        {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}},
    ]
    job(made, backoffLimit=0, podFailurePolicy={"rules": rules})
    made.run(200)

    failed = condition(status(made), "Failed")
    assert failed is not None
    assert failed["reason"] == "PodFailurePolicy"
    assert failed["message"].endswith("failed with exit code 42 matching FailJob rule at index 1")


def test_a_finished_job_is_deleted_after_its_time(made: ControlPlane) -> None:
    Nodes(made, lambda _: 0)
    job(made, ttlSecondsAfterFinished=20)
    made.run(15)
    assert len(made.collection(JOBS)) == 1
    made.run(20)

    assert all("deletionTimestamp" in one["metadata"] for one in made.collection(JOBS))


def test_pods_of_a_deleted_job_are_let_go(made: ControlPlane) -> None:
    job(made)
    made.run(5)
    made.delete(JOBS, "j", "ns")
    made.run(5)

    assert all(TRACKING not in pod["metadata"].get("finalizers", ()) for pod in made.collection(PODS))


@given(st.frozensets(st.integers(0, 60)))
def test_indexes_read_back_as_they_were_written(indexes: frozenset[int]) -> None:
    assert completed_indexes({"completedIndexes": write_indexes(indexes)}) == indexes
