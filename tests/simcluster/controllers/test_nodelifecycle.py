from __future__ import annotations

from itertools import pairwise
from math import inf

import pytest

from plimsoll.kube.resources import NODES, PODS, REPLICASETS, Object
from plimsoll.simcluster.admission import UNREACHABLE
from plimsoll.simcluster.api import is_ready
from plimsoll.simcluster.controllers.nodelifecycle import stays_seconds
from tests.simcluster.controlplane import ControlPlane


def plane_with(nodes: int = 4, replicas: int = 8) -> ControlPlane:
    plane = ControlPlane("replicasets", "scheduler", "lifecycle", nodes=nodes)
    plane.namespace()
    plane.replica_set(replicas=replicas)
    plane.rest()
    return plane


def lose(plane: ControlPlane, node: str = "node-0") -> float:
    plane.machines.dead.add(node)
    plane.lifecycle.lost(node)
    return plane.kernel.now


def bring_back(plane: ControlPlane, node: str = "node-0") -> None:
    plane.machines.revive(node)
    plane.lifecycle.returned(node)


def condition(plane: ControlPlane, node: str = "node-0") -> str:
    return plane.get(NODES, node)["status"]["conditions"][-1]["status"]  # type: ignore[no-any-return]


def effects(plane: ControlPlane, node: str = "node-0") -> set[str]:
    return {taint["effect"] for taint in plane.get(NODES, node)["spec"]["taints"] if taint["key"] == UNREACHABLE}


def on(plane: ControlPlane, node: str) -> list[Object]:
    return [pod for pod in plane.pods if pod["spec"].get("nodeName") == node]


def test_a_lost_node_is_unknown_after_its_grace_and_not_before() -> None:
    plane = plane_with()
    lose(plane)
    plane.run(49.9)
    before = condition(plane)
    plane.run(5.2)

    assert (before, condition(plane)) == ("True", "Unknown")
    assert [reason for _, reason, _, _ in plane.telemetry.events] == ["NodeNotReady"]


def test_an_unknown_node_gets_no_new_pods_and_its_pods_are_no_longer_ready() -> None:
    plane = plane_with()
    lose(plane)
    plane.run(60)
    plane.scale(REPLICASETS, "rs", 20)
    plane.run(20)

    assert effects(plane) >= {"NoSchedule"}
    assert len(on(plane, "node-0")) == 2
    assert not any(is_ready(pod) for pod in on(plane, "node-0"))
    assert plane.get(REPLICASETS, "rs", "ns")["status"]["readyReplicas"] == 18


def test_pods_leave_a_lost_node_five_minutes_after_its_taint_and_run_elsewhere() -> None:
    plane = plane_with()
    lose(plane)
    plane.run(50 + 300 - 1)
    before = len(plane.active())
    plane.run(30)

    assert before == 8
    assert all("deletionTimestamp" in pod["metadata"] for pod in on(plane, "node-0"))
    assert len(plane.active()) == 8
    assert {pod["spec"]["nodeName"] for pod in plane.active()} == {"node-1", "node-2", "node-3"}


def test_pods_of_a_lost_node_stay_terminating_until_it_comes_back() -> None:
    plane = plane_with()
    lose(plane)
    plane.run(3600)
    terminating = len(on(plane, "node-0"))
    bring_back(plane)
    plane.rest()

    assert terminating == 2
    assert on(plane, "node-0") == []
    assert len(plane.pods) == 8


def test_a_node_that_returns_within_its_grace_was_never_missed() -> None:
    plane = plane_with()
    lose(plane)
    plane.run(49)
    bring_back(plane)
    plane.rest()

    assert condition(plane) == "True"
    assert plane.requests("node-lifecycle-controller") == 0
    assert plane.requests("kubelet-heartbeat") == 0


def test_a_node_that_returns_before_the_pods_leave_keeps_them_and_is_clean_again() -> None:
    plane = plane_with()
    lose(plane)
    plane.run(200)
    bring_back(plane)
    plane.rest()

    assert condition(plane) == "True"
    assert effects(plane) == set()
    assert len(on(plane, "node-0")) == 2
    assert plane.requests("node-lifecycle-controller", "DELETE", "pods") == 0


def test_a_node_that_is_lost_again_gets_its_full_grace_again() -> None:
    plane = plane_with()
    lose(plane)
    plane.run(40)
    bring_back(plane)
    plane.run(5)
    lose(plane)
    plane.run(45)

    assert condition(plane) == "True"
    plane.run(15)
    assert condition(plane) == "Unknown"


def test_other_taints_of_the_node_are_left_alone() -> None:
    plane = plane_with()
    node = plane.get(NODES, "node-0")
    mine = {"key": "mine", "effect": "PreferNoSchedule"}
    plane.collection(NODES).replace(node, spec={**node["spec"], "taints": [mine]})
    lose(plane)
    plane.run(400)
    bring_back(plane)
    plane.rest()

    assert plane.get(NODES, "node-0")["spec"]["taints"] == [mine]


def test_nodes_are_emptied_one_in_ten_seconds() -> None:
    plane = plane_with(nodes=20, replicas=0)
    tainted: list[float] = []

    def watch(_change: object) -> None:
        tainted.extend([plane.kernel.now] * (len(no_execute(plane)) - len(tainted)))

    plane.collection(NODES).watchers.append(watch)
    for index in range(5):
        lose(plane, f"node-{index}")
    plane.rest()
    gaps = [round(after - before) for before, after in pairwise(tainted)]

    assert gaps == [10, 10, 10, 10]


def no_execute(plane: ControlPlane) -> list[str]:
    return [
        node["metadata"]["name"]
        for node in plane.collection(NODES)
        if "NoExecute" in effects(plane, node["metadata"]["name"])
    ]


@pytest.mark.parametrize(
    ("nodes", "lost", "emptied"),
    [
        (10, 5, 5),  # less than 55 % lost
        (10, 6, 0),  # more, in a small zone: evictions stop
        (10, 10, 0),  # all lost: it is the controller that is cut off
        (60, 60, 0),  # in a large zone, too
        (2, 2, 0),
        (3, 2, 2),  # two are too few to speak of a disruption
    ],
)
def test_a_disrupted_zone_is_not_emptied(nodes: int, lost: int, emptied: int) -> None:
    plane = plane_with(nodes=nodes, replicas=0)
    for index in range(lost):
        lose(plane, f"node-{index}")
        plane.run(0.001)
    plane.rest()

    # those that were noticed before the share was reached may have been tainted
    assert emptied <= len(no_execute(plane)) <= max(emptied, 1)


def test_a_large_disrupted_zone_is_emptied_ten_times_slower() -> None:
    plane = plane_with(nodes=60, replicas=0)
    for index in range(40):
        lose(plane, f"node-{index}")
    plane.run(60 + 1000)

    assert 9 <= len(no_execute(plane)) <= 13


def test_evictions_go_on_when_enough_nodes_have_returned() -> None:
    plane = plane_with(nodes=10, replicas=0)
    for index in range(8):
        lose(plane, f"node-{index}")
    plane.run(100)
    before = len(no_execute(plane))
    for index in range(4):
        bring_back(plane, f"node-{index}")
    plane.rest()

    assert before <= 1
    assert sorted(no_execute(plane)) == ["node-4", "node-5", "node-6", "node-7"]


def test_while_the_controller_manager_is_down_a_loss_goes_unnoticed() -> None:
    plane = plane_with()
    plane.lifecycle.pause()
    lose(plane)
    plane.run(600)
    before = condition(plane)
    plane.lifecycle.resume()
    plane.run(1)

    assert (before, condition(plane)) == ("True", "Unknown")


def toleration(seconds: float | None = None, **parts: str) -> Object:
    return {**parts, **({} if seconds is None else {"tolerationSeconds": seconds})}


@pytest.mark.parametrize(
    ("tolerations", "seconds"),
    [
        ([], 0.0),
        ([toleration(300, key=UNREACHABLE, effect="NoExecute")], 300.0),
        ([toleration(300, key=UNREACHABLE), toleration(20)], 20.0),
        ([toleration(operator="Exists")], inf),
        ([toleration(key="other"), toleration(5, key=UNREACHABLE, effect="NoSchedule")], 0.0),
        ([toleration(-1, key=UNREACHABLE)], 0.0),
    ],
)
def test_a_pod_stays_as_long_as_its_shortest_toleration_says(tolerations: list[Object], seconds: float) -> None:
    assert stays_seconds({"spec": {"tolerations": tolerations}}) == seconds


def test_pods_leave_after_the_time_they_chose() -> None:
    plane = ControlPlane("lifecycle", nodes=4)
    plane.namespace()
    plane.pod("quick", nodeName="node-0", tolerations=[toleration(5, key=UNREACHABLE, effect="NoExecute")])
    plane.pod("usual", nodeName="node-0")
    plane.pod("stubborn", nodeName="node-0", tolerations=[toleration(operator="Exists")])
    plane.rest()
    lose(plane)
    plane.run(80)
    early = {pod["metadata"]["name"] for pod in plane.active()}
    plane.run(400)

    assert early == {"usual", "stubborn"}
    assert {pod["metadata"]["name"] for pod in plane.active()} == {"stubborn"}
    assert len(plane.collection(PODS)) == 3
