from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.kube.resources import NODES, PODS, Object
from plimsoll.simcluster.api import is_bound
from plimsoll.simcluster.apiserver import TOO_MANY_REQUESTS, Refusal
from plimsoll.simcluster.nodes import NodeShape, node_object
from tests.simcluster.controlplane import ControlPlane

FREE = {
    "apiserver.writeCpuSeconds": 0,
    "apiserver.eventCpuSeconds": 0,
    "apiserver.etcdWriteSeconds": 0,
    "apiserver.networkSeconds": 0,
    "apiserver.watchDeliverySeconds": 0,
}
UNLIMITED = {**FREE, "scheduler.qps": 0}


def plane_with(nodes: int = 2, pods_per_node: int = 1000, **more: float) -> ControlPlane:
    own = {f"scheduler.{name}": value for name, value in more.items()}
    plane = ControlPlane("scheduler", nodes=nodes, pods_per_node=pods_per_node, settings={**UNLIMITED, **own})
    plane.namespace()
    return plane


def bound(plane: ControlPlane) -> list[float]:
    """When pods were bound, in seconds since the first was created."""
    created = min(seconds for seconds, _, milestone in plane.telemetry.milestones if milestone == "created")
    return [seconds - created for seconds, _, milestone in plane.telemetry.milestones if milestone == "scheduled"]


def node_of(plane: ControlPlane, name: str) -> str | None:
    return plane.get(PODS, name, "ns")["spec"].get("nodeName")  # type: ignore[no-any-return]


def failures(plane: ControlPlane, name: str = "late") -> list[float]:
    return [
        seconds for seconds, reason, pod, _ in plane.telemetry.events if (reason, pod) == ("FailedScheduling", name)
    ]


def fill(plane: ControlPlane, pods: int) -> None:
    for index in range(pods):
        plane.pod(f"pod-{index}")
    plane.rest()


# --- cycles and bindings


def test_one_pod_at_a_time_passes_a_cycle_whose_cost_grows_with_the_nodes_looked_at() -> None:
    plane = plane_with(nodes=10, cycleSeconds=0.1, cycleSecondsPerNode=0.01)
    fill(plane, 5)

    assert bound(plane) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_binding_runs_beside_the_cycles_of_the_next_pods() -> None:
    plane = ControlPlane(
        "scheduler",
        nodes=1,
        settings={**UNLIMITED, "apiserver.etcdWriteSeconds": 3, "scheduler.cycleSeconds": 0.1},
    )
    plane.namespace()
    fill(plane, 5)
    per_node = plane.profile.scheduler.cycle_seconds_per_node

    assert bound(plane) == pytest.approx([3.1 + 0.1 * index + (index + 1) * per_node for index in range(5)])


def test_bindings_pass_the_client_s_limiter_of_fifty_a_second_after_a_burst_of_a_hundred() -> None:
    plane = ControlPlane("scheduler", nodes=5, settings={**FREE, "scheduler.cycleSeconds": 0})
    plane.namespace()
    fill(plane, 300)
    moments = bound(plane)

    assert sum(seconds < 0.1 for seconds in moments) == pytest.approx(100, abs=6)
    assert moments[-1] == pytest.approx(200 / 50, abs=0.05)
    assert plane.requests("scheduler", "POST", "pods/binding") == 300


def test_a_bound_pod_has_a_node_a_condition_and_an_event() -> None:
    plane = plane_with()
    fill(plane, 1)
    plane.run(0)
    pod = plane.get(PODS, "pod-0", "ns")

    assert pod["spec"]["nodeName"] in ("node-0", "node-1")
    assert pod["status"]["conditions"][0]["type"] == "PodScheduled"
    assert plane.requests("scheduler-events", "POST", "events") == 1


def test_pods_that_name_their_node_are_none_of_the_scheduler_s_business_but_take_their_place() -> None:
    plane = plane_with(nodes=2, pods_per_node=1)
    plane.pod("pinned", nodeName="node-1")
    plane.rest()
    plane.pod("free")
    plane.rest()

    assert node_of(plane, "free") == "node-0"
    assert plane.requests("scheduler", "POST", "pods/binding") == 1


def test_a_pod_that_is_deleted_before_its_cycle_is_passed_over() -> None:
    plane = plane_with(cycleSeconds=1)
    for index in range(3):
        plane.pod(f"pod-{index}")
    plane.delete(PODS, "pod-1", "ns")
    plane.rest()

    assert plane.requests("scheduler", "POST", "pods/binding") == 2


def test_a_pod_that_is_deleted_during_its_cycle_or_its_binding_gives_its_place_back() -> None:
    for moment in (0.5, 1.5):
        plane = ControlPlane(
            "scheduler",
            nodes=1,
            pods_per_node=1,
            settings={**UNLIMITED, "scheduler.cycleSeconds": 1, "apiserver.etcdWriteSeconds": 1},
        )
        plane.namespace()
        plane.pod("first")
        plane.pod("second")
        plane.run(moment)
        plane.delete(PODS, "first", "ns")
        plane.run(20)

        assert node_of(plane, "second") == "node-0"


# --- what found no place


def test_a_pod_that_fits_nowhere_fails_with_an_event_for_each_attempt_and_a_condition() -> None:
    plane = plane_with(nodes=3, pods_per_node=1)
    fill(plane, 3)
    plane.pod("late")
    plane.run(1)
    condition = plane.get(PODS, "late", "ns")["status"]["conditions"][0]

    assert len(failures(plane)) == 1
    assert plane.telemetry.events[0][3].startswith("0/3 nodes are available: 3 Too many pods.")
    assert (condition["type"], condition["status"], condition["reason"]) == ("PodScheduled", "False", "Unschedulable")
    assert condition["message"] == plane.telemetry.events[0][3]
    assert plane.scheduler.unschedulable == 1


def test_the_condition_is_written_once_as_long_as_the_reason_is_the_same() -> None:
    plane = plane_with(nodes=1, pods_per_node=0)
    plane.pod("late")
    plane.run(2000)

    assert len(failures(plane)) == 7  # at once, then after each flush of five minutes
    assert plane.requests("scheduler", "PATCH", "pods/status") == 1


def test_without_any_change_a_pod_is_tried_again_when_the_unschedulable_are_flushed() -> None:
    plane = plane_with(nodes=1, pods_per_node=0, unschedulableFlushSeconds=60)
    plane.pod("late")
    plane.run(200)
    moments = failures(plane)

    assert [round(after - before) for before, after in pairwise(moments)] == [60, 60, 60]


def test_when_a_place_is_freed_a_waiting_pod_gets_it_within_its_back_off() -> None:
    plane = plane_with(nodes=1, pods_per_node=2)
    fill(plane, 2)
    plane.pod("late")
    plane.run(5)
    plane.delete(PODS, "pod-0", "ns")
    plane.run(1 + 1 + 0.5)  # the pod takes a second to stop

    assert node_of(plane, "late") == "node-0"
    assert plane.scheduler.unschedulable == 0


def test_a_finished_pod_frees_its_place_too() -> None:
    plane = plane_with(nodes=1, pods_per_node=1)
    fill(plane, 1)
    plane.pod("late")
    plane.run(5)
    plane.pods.replace(plane.get(PODS, "pod-0", "ns"), status={"phase": "Succeeded"})
    plane.run(2)

    assert node_of(plane, "late") == "node-0"


def test_a_new_node_takes_the_pods_that_wait() -> None:
    plane = plane_with(nodes=1, pods_per_node=0)
    for index in range(5):
        plane.pod(f"late-{index}")
    plane.run(30)
    shape = NodeShape("fresh", 8000, 1 << 34, 1e10)
    node = node_object(shape, pods=10, address="", pod_cidr="", created="")
    plane.collection(NODES).add("", "fresh", node)
    plane.run(3)

    assert {node_of(plane, f"late-{index}") for index in range(5)} == {"fresh"}


def test_the_back_off_doubles_from_one_second_to_ten() -> None:
    plane = plane_with(nodes=2, pods_per_node=0)
    plane.pod("late")
    node = plane.get(NODES, "node-0")

    def wave(number: int) -> None:
        changed = plane.get(NODES, "node-0")
        labels = {**node["metadata"]["labels"], "wave": str(number)}
        plane.collection(NODES).replace(changed, metadata={**changed["metadata"], "labels": labels})

    for number in range(600):  # something changes all the time
        plane.kernel.after(0.1 * number, wave, number)
    plane.run(60)
    gaps = [after - before for before, after in pairwise(failures(plane))]

    assert gaps[0] == pytest.approx(1, abs=1.1)
    assert all(gap <= 11.2 for gap in gaps)
    assert [round(gap) for gap in gaps[4:]] == pytest.approx([10] * len(gaps[4:]), abs=1.1)


def test_a_pod_may_fail_thousands_of_times() -> None:
    plane = plane_with(nodes=1, pods_per_node=0, unschedulableFlushSeconds=1)
    plane.pod("late")
    plane.run(3000)

    assert len(failures(plane)) == pytest.approx(3000, abs=2)


def test_a_pod_that_waits_can_be_deleted() -> None:
    plane = plane_with(nodes=1, pods_per_node=0)
    plane.pod("late")
    plane.run(5)
    plane.delete(PODS, "late", "ns")
    plane.rest()

    assert plane.scheduler.unschedulable == 0
    assert len(failures(plane)) == 1


def test_a_waiting_pod_holds_up_nobody() -> None:
    plane = plane_with(nodes=2, pods_per_node=10)
    plane.pod("late", nodeSelector={"disk": "none-has-this"})
    plane.pod("easy")
    plane.run(0.1)

    assert node_of(plane, "easy") is not None


# --- faults


def test_a_scheduler_that_is_down_binds_nothing_and_starts_again_in_the_order_of_creation() -> None:
    plane = plane_with(cycleSeconds=1, cycleSecondsPerNode=0)
    plane.namespace("other")
    plane.scheduler.go_down()
    for index, namespace in enumerate(("other", "ns", "other", "ns")):
        plane.pod(f"pod-{index}", namespace)
    plane.run(100)
    before = len(bound(plane)) if plane.phases()["Running"] else 0
    plane.scheduler.come_up()
    plane.rest()
    order = [uid for _, uid, milestone in plane.telemetry.milestones if milestone == "scheduled"]

    assert before == 0
    assert order == sorted(order)
    assert len(order) == 4


def test_what_a_scheduler_was_about_to_bind_when_it_went_down_is_scheduled_anew() -> None:
    plane = plane_with(nodes=1, pods_per_node=1, cycleSeconds=1)
    plane.pod("a")
    plane.run(0.5)
    plane.scheduler.go_down()
    plane.run(5)
    waiting = node_of(plane, "a")
    plane.scheduler.come_up()
    plane.rest()

    assert waiting is None
    assert node_of(plane, "a") == "node-0"


def test_a_restart_does_not_bind_a_pod_twice_whose_binding_was_on_its_way() -> None:
    plane = ControlPlane("scheduler", nodes=5, pods_per_node=3, settings={**UNLIMITED, "apiserver.etcdWriteSeconds": 2})
    plane.namespace()
    bindings: list[tuple[str, str]] = []

    def watch(change: object) -> None:
        bindings.extend(
            (pod["metadata"]["name"], pod["spec"]["nodeName"])
            for pod in plane.pods
            if "nodeName" in pod["spec"] and (pod["metadata"]["name"], pod["spec"]["nodeName"]) not in bindings
        )

    plane.pods.watchers.append(watch)
    for index in range(15):
        plane.pod(f"pod-{index}")
    plane.run(1)
    plane.scheduler.go_down()
    plane.scheduler.come_up()
    plane.rest()

    assert len(bindings) == 15
    assert all(count == 3 for count in pods_by_node(plane).values())


def pods_by_node(plane: ControlPlane) -> dict[str, int]:
    counts: dict[str, int] = {}
    for pod in plane.pods:
        node = pod["spec"].get("nodeName")
        if node is not None:
            counts[node] = counts.get(node, 0) + 1
    return counts


def test_a_pod_that_a_restart_has_found_is_not_taken_up_again_when_the_watch_shows_it() -> None:
    slow = {"apiserver.watchDeliverySeconds": 1, "apiserver.etcdWriteSeconds": 3}
    plane = ControlPlane("scheduler", nodes=1, settings={**UNLIMITED, **slow})
    plane.namespace()
    plane.pod("a")
    plane.scheduler.go_down()
    plane.scheduler.come_up()
    plane.rest()

    assert plane.requests("scheduler", "POST", "pods/binding") == 1


def test_a_restart_forgets_when_the_unschedulable_were_to_be_flushed() -> None:
    plane = plane_with(nodes=1, pods_per_node=0, unschedulableFlushSeconds=60)
    plane.pod("late")
    plane.run(30)
    plane.scheduler.go_down()
    plane.scheduler.come_up()
    plane.run(130)
    moments = failures(plane)

    assert [round(seconds - moments[0]) for seconds in moments] == [0, 30, 90, 150]


Steps = st.lists(
    st.tuples(st.floats(0, 5), st.sampled_from(["create", "delete", "restart", "errors", "mend"]), st.integers(0, 8)),
    max_size=30,
)


@settings(max_examples=60)
@given(steps=Steps, seed=st.integers(0, 2))
def test_whatever_happens_no_node_is_over_capacity_and_every_pod_that_fits_is_placed(
    steps: list[tuple[float, str, int]], seed: int
) -> None:
    plane = ControlPlane(
        "scheduler", nodes=3, pods_per_node=4, seed=seed, settings={"scheduler.cycleSeconds": 0.05}, stop_seconds=3
    )
    plane.namespace()
    made = 0
    fullest = 0

    def watch(_change: object) -> None:
        nonlocal fullest
        fullest = max(fullest, *pods_by_node(plane).values(), 0)

    def act(step: str, amount: int) -> None:
        nonlocal made
        if step == "create":
            for _ in range(amount):
                plane.pod(f"pod-{made}")
                made += 1
        elif step == "delete":
            for pod in list(plane.pods)[:amount]:
                plane.delete(PODS, pod["metadata"]["name"], "ns")
        elif step == "restart":
            plane.scheduler.go_down()
            plane.kernel.after(amount / 10, plane.scheduler.come_up)
        else:
            plane.server.error = Refusal(503, None)
            plane.server.error_fraction = 0.5 if step == "errors" else 0.0

    plane.pods.watchers.append(watch)
    for seconds, step, amount in steps:
        plane.kernel.after(seconds, act, step, amount)
    plane.kernel.after(6, act, "mend", 0)
    plane.run(400)
    pending = [pod for pod in plane.pods if "nodeName" not in pod["spec"]]
    placed: list[Object] = [pod for pod in plane.pods if "nodeName" in pod["spec"]]

    assert fullest <= 4
    assert not pending or len(placed) == 12
    assert plane.scheduler.unschedulable == len(pending)
    assert plane.scheduler.waiting == 0


# --- bindings that the API server refuses

APART: dict[str, Any] = {
    "affinity": {
        "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "rs"}}}
            ]
        }
    }
}


def refused_for(seconds: float, profile: str, **settings: float) -> ControlPlane:
    """A node for one pod, and an API server that takes no binding for a while, though it is asked again and again."""
    slow = {"scheduler.qps": 0.25, "scheduler.burst": 1, "scheduler.cycleSeconds": 0.1, **settings}
    plane = ControlPlane("scheduler", "replicasets", profile=profile, settings=slow, nodes=1)
    plane.namespace()
    plane.replica_set("rs", replicas=2, **APART)
    plane.run(0.1)
    plane.server.error, plane.server.error_fraction = TOO_MANY_REQUESTS, 1.0
    plane.run(seconds)
    plane.server.error_fraction = 0.0
    return plane


def neighbours(plane: ControlPlane) -> int:
    return sum(1 for pod in plane.pods if is_bound(pod))


def test_before_1_6_a_pod_whose_binding_takes_longer_than_thirty_seconds_gets_a_sibling_as_neighbour() -> None:
    plane = refused_for(33, "kubernetes-1.5.2")
    plane.run(300)

    assert neighbours(plane) == 2


def test_since_1_6_the_time_of_an_assumed_pod_begins_with_the_end_of_its_binding() -> None:
    plane = refused_for(33, "kubernetes-1.6")
    plane.run(300)

    assert neighbours(plane) == 1


def test_a_binding_that_is_refused_ten_times_over_is_given_up_and_the_pod_scheduled_again() -> None:
    plane = refused_for(300, "kubernetes-1.6")
    assert any("Binding rejected" in event[3] for event in plane.telemetry.events)
    plane.run(300)

    assert neighbours(plane) == 1
