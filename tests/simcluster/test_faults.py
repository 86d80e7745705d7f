from __future__ import annotations

from typing import Any, cast

import pytest

from plimsoll.simcluster.apiserver import Refusal
from plimsoll.simcluster.controllers.nodelifecycle import NodeLifecycle
from plimsoll.simcluster.faults import ApiErrors, ApiLatency, ComponentRestart, Fault, FaultInjector, NodeLost
from plimsoll.simcluster.workqueue import WorkQueue
from tests.simcluster.controlplane import ControlPlane


class Machine:
    """A kubelet that only notes when it stops and starts."""

    def __init__(self, plane: ControlPlane, name: str) -> None:
        self.name = name
        self.story: list[tuple[float, str]] = []
        self._kernel = plane.kernel

    def go_down(self, *, lose_containers: bool) -> None:
        self.story.append((self._kernel.now, "lost" if lose_containers else "stopped"))

    def come_up(self) -> None:
        self.story.append((self._kernel.now, "started"))


class Controllers:
    """A controller manager with the node lifecycle controller and one queue."""

    def __init__(self, lifecycle: NodeLifecycle, queue: WorkQueue) -> None:
        self.lifecycle = lifecycle
        self._queue = queue

    def pause(self) -> None:
        self.lifecycle.pause()
        self._queue.pause()

    def resume(self) -> None:
        self.lifecycle.resume()
        self._queue.resume()


class Stage:
    """A cluster at second zero, about to suffer faults."""

    def __init__(self, *faults: Fault) -> None:
        self.plane = ControlPlane("scheduler", "lifecycle")
        self.kernel = self.plane.kernel
        self.machines = {name: Machine(self.plane, name) for name in ("a", "b")}
        self.queue = WorkQueue(self.kernel, 1, lambda _key, done: done())
        kubelets: Any = cast("Any", self.machines)
        plane = self.plane
        controllers = Controllers(plane.lifecycle, self.queue)
        injector = FaultInjector(self.kernel, plane.server, plane.scheduler, kubelets, controllers)
        injector.schedule(faults)

    def server_at(self, seconds: float) -> tuple[bool, float, float]:
        """Whether the API server is down, the fraction of errors, and the latency added, at this time."""
        self.kernel.run(seconds)
        server = self.plane.server
        return server.down, server.error_fraction, server.added_latency_seconds


def test_api_errors_begin_and_end_at_their_times() -> None:
    stage = Stage(ApiErrors(10, 20, 0.3, 500))

    assert [stage.server_at(seconds)[1] for seconds in (9.9, 10, 29.9, 30)] == [0, 0.3, 0.3, 0]
    assert stage.plane.server.error == Refusal(500, None)


def test_only_429_tells_clients_when_to_come_back() -> None:
    stage = Stage(ApiErrors(10, 20, 0.3, 429))
    stage.kernel.run(15)

    assert stage.plane.server.error == Refusal(429, 1.0)


def test_of_two_error_faults_that_overlap_the_later_holds_and_then_the_earlier_again() -> None:
    stage = Stage(ApiErrors(10, 30, 0.1, 500), ApiErrors(20, 10, 0.9, 503))

    assert [stage.server_at(seconds)[1] for seconds in (15, 25, 35, 45)] == [0.1, 0.9, 0.1, 0]


def test_latencies_that_overlap_add_up_and_leave_nothing_behind() -> None:
    stage = Stage(ApiLatency(10, 20, 0.1), ApiLatency(15, 20, 0.2))

    assert [stage.server_at(seconds)[2] for seconds in (5, 12, 20, 32)] == pytest.approx([0, 0.1, 0.3, 0.2])
    assert stage.server_at(40)[2] == 0.0


def test_an_api_server_that_restarts_is_down_for_its_time() -> None:
    stage = Stage(ComponentRestart(10, "apiserver", 5), ComponentRestart(12, "apiserver", 10))

    assert [stage.server_at(seconds)[0] for seconds in (9, 11, 16, 21, 22)] == [False, True, True, True, False]


def test_a_scheduler_that_restarts_takes_up_what_waits() -> None:
    stage = Stage(ComponentRestart(10, "scheduler", 5))
    plane = stage.plane
    plane.namespace()
    stage.kernel.at(11, plane.pod, "a")
    stage.kernel.run(14)
    before = len(plane.telemetry.events)
    stage.kernel.run(16)

    # there is no node: the attempt shows in an event
    assert before == 0
    assert [reason for _, reason, _, _ in plane.telemetry.events] == ["FailedScheduling"]


def test_while_the_controller_manager_is_down_no_key_is_worked_on() -> None:
    stage = Stage(ComponentRestart(10, "controllerManager", 5))
    stage.kernel.at(11, stage.queue.add, ("ns", "a"))
    stage.kernel.run(14)
    before = len(stage.queue)
    stage.kernel.run(15)

    assert (before, len(stage.queue)) == (1, 0)


def test_a_lost_node_loses_its_containers_and_comes_back_after_its_time() -> None:
    stage = Stage(NodeLost(10, "a", 100))
    stage.kernel.run(1000)

    assert stage.machines["a"].story == [(10, "lost"), (110, "started")]
    assert stage.machines["b"].story == []


def test_a_node_that_is_lost_for_good_never_comes_back() -> None:
    stage = Stage(NodeLost(10, "a", None))
    stage.kernel.run(100_000)

    assert stage.machines["a"].story == [(10, "lost")]


def test_restarting_one_kubelet_or_all_keeps_their_containers() -> None:
    stage = Stage(ComponentRestart(10, "kubelet", 5, "a"), ComponentRestart(50, "kubelet", 5))
    stage.kernel.run(100)

    assert stage.machines["a"].story == [(10, "stopped"), (15, "started"), (50, "stopped"), (55, "started")]
    assert stage.machines["b"].story == [(50, "stopped"), (55, "started")]


def test_a_node_that_is_lost_while_its_kubelet_restarts_stays_down_for_the_longer_of_both() -> None:
    stage = Stage(ComponentRestart(10, "kubelet", 20, "a"), NodeLost(15, "a", 100))
    stage.kernel.run(1000)

    assert stage.machines["a"].story == [(10, "stopped"), (15, "lost"), (115, "started")]


@pytest.mark.parametrize(("down_seconds", "missed"), [(20, False), (200, True)])
def test_a_kubelet_that_is_down_for_longer_than_the_grace_loses_its_node_for_a_while(
    down_seconds: float,
    missed: bool,  # noqa: FBT001
) -> None:
    stage = Stage(ComponentRestart(10, "kubelet", down_seconds, "a"))
    stage.kernel.run(1000)

    assert (stage.plane.requests("node-lifecycle-controller", "PUT", "nodes/status") == 1) is missed
    assert (stage.plane.requests("kubelet-heartbeat", "PATCH", "nodes/status") == 1) is missed
