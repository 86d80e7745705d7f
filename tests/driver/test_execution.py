"""A plan from its first phase to its last, observed as a run observes it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from plimsoll.driver.execution import Driver
from plimsoll.driver.steps import Phase, Plan
from plimsoll.errors import ApiError
from plimsoll.kube.resources import NAMESPACES, PODS, SECRETS, Object, Resource
from plimsoll.observe.observer import Observer
from plimsoll.scenario.model import Wait
from tests.driver.fake_cluster import FakeCluster, with_metadata
from tests.driver.in_virtual_time import run
from tests.driver.operations import RUN, SELECTOR, calls, create_namespace, create_secret, delete, phase
from tests.observe.recorder import Recorder


def starting_pods(cluster: FakeCluster, seconds: float) -> None:
    """Play controllers and kubelets: each secret gets a pod that runs after a while."""

    def play(resource: Resource, created: Object) -> None:
        if resource is SECRETS:
            metadata = created["metadata"]
            pod = {"metadata": {**metadata, "uid": f"pod-{metadata['uid']}", "labels": RUN}, "spec": {}}
            cluster.put(PODS, pod)
            started = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
            asyncio.get_running_loop().call_later(seconds, cluster.put, PODS, {**pod, "status": started})

    cluster.on_create = play


CREATE = phase("create", calls(create_namespace("a"), create_secret("x"), create_secret("y")), name="Create")
WAIT = phase("wait", name="Wait", pods=2, wait=Wait(), timeout_seconds=60.0)
PAUSE = phase("pause", name="Pause", duration_seconds=10.0)
DELETE = phase("delete", calls(delete(NAMESPACES, "a")), name="Delete", until_gone=True, timeout_seconds=60.0)


async def driven(cluster: FakeCluster, phases: Sequence[Phase], recorder: Recorder) -> tuple[str, Driver]:
    observer = Observer(cluster, SELECTOR, recorder, interval_seconds=10)
    driver = Driver(cluster, observer, recorder, Plan("r1", tuple(phases), 2, Counter()))
    async with observer.watching():
        return await driver.drive(), driver


def test_phases_follow_one_another_and_are_recorded() -> None:
    async def scene() -> None:
        cluster, recorder = FakeCluster(latency_seconds=1), Recorder()
        starting_pods(cluster, seconds=5)
        shortfall, driver = await driven(cluster, [CREATE, WAIT, PAUSE, DELETE], recorder)
        assert shortfall == ""
        # The observer lists before the first phase, the driver before and after the deletion, each for a second; in
        # between the driver gives what was deleted a second to be noticed.
        assert recorder.phases == [("Create", 1, 4), ("Wait", 4, 9), ("Pause", 9, 19), ("Delete", 19, 23)]
        assert cluster.names(PODS) == []
        assert driver.tally.created == {"Namespace": 1, "Secret": 2}
        assert driver.tally.deleted == {"Namespace": 1}

    run(scene())


def test_pods_are_counted_while_the_plan_is_carried_out() -> None:
    async def scene() -> None:
        cluster, recorder = FakeCluster(), Recorder()
        starting_pods(cluster, seconds=5)
        await driven(cluster, [CREATE, WAIT, PAUSE, DELETE], recorder)
        running = [(seconds, value) for seconds, series, value in recorder.samples if series == "pods.running"]
        assert running == [(0, 0), (10, 2), (16, 0)]
        assert [milestone for _, _, milestone in recorder.milestones] == [
            *["apiRunning", "apiReady"] * 2,
            *["deleted"] * 2,
        ]

    run(scene())


def test_a_load_that_did_not_come_up_is_not_loaded_further_but_torn_down() -> None:
    async def scene() -> None:
        cluster, recorder = FakeCluster(), Recorder()
        starting_pods(cluster, seconds=1e6)
        shortfall, _ = await driven(cluster, [CREATE, WAIT, PAUSE, DELETE], recorder)
        assert shortfall == "Wait: 0 of 2 pods are running"
        assert [name for name, _, _ in recorder.phases] == ["Create", "Wait", "Delete"]
        assert recorder.logs == [shortfall]
        assert cluster.names(NAMESPACES) == []

    run(scene())


def test_what_was_given_up_is_told_with_its_phase() -> None:
    async def scene() -> None:
        cluster, recorder = FakeCluster(), Recorder()
        starting_pods(cluster, seconds=1)
        cluster.failures["create", "Secret"].append(ApiError(403, "Forbidden", "quota"))
        _, driver = await driven(cluster, [CREATE], recorder)
        assert recorder.logs == ["Create: gave up to create 1 of Secret: Forbidden"]
        assert driver.tally.failures == 1

    run(scene())


def test_cancelling_records_the_phase_that_was_going_on() -> None:
    async def scene() -> None:
        cluster, recorder = FakeCluster(), Recorder()
        task = asyncio.create_task(driven(cluster, [PAUSE, DELETE], recorder))
        await asyncio.sleep(4)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert recorder.phases == [("Pause", 0, 4)]

    run(scene())


def test_pods_of_another_run_are_not_seen() -> None:
    async def scene() -> None:
        cluster, recorder = FakeCluster(), Recorder()
        stranger: Object = {"metadata": {"name": "p", "namespace": "b", "uid": "u", "labels": {}}, "spec": {}}
        cluster.put(PODS, with_metadata(stranger, labels={"plimsoll.dev/run": "r2"}))
        await driven(cluster, [PAUSE], recorder)
        assert recorder.pods == []

    run(scene())
