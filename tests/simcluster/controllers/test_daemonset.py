from __future__ import annotations

from typing import Any

from plimsoll.kube.resources import DAEMONSETS, NODES, PODS, Object
from plimsoll.simcluster.controllers.daemonset import DaemonSetController
from tests.simcluster.controlplane import ControlPlane, workload_spec


def plane(*, nodes: int = 3) -> ControlPlane:
    made = ControlPlane("scheduler", nodes=nodes, detailed=True)
    made.start(DaemonSetController)
    made.namespace()
    return made


def daemon_set(made: ControlPlane, pod: Object | None = None, **spec: Any) -> Object:
    whole = workload_spec("agent", 1, **(pod or {}))
    del whole["replicas"]
    return made.create(DAEMONSETS, "agent", "ns", spec={**whole, **spec})


def nodes_of(made: ControlPlane) -> list[str]:
    return sorted(pod["spec"].get("nodeName", "") for pod in made.active())


def status(made: ControlPlane) -> Object:
    found: Object = made.get(DAEMONSETS, "agent", "ns")["status"]
    return found


def test_every_node_gets_one_pod_and_a_new_node_too() -> None:
    made = plane()
    daemon_set(made)
    made.run(30)
    assert nodes_of(made) == ["node-0", "node-1", "node-2"]
    assert status(made) == {
        "currentNumberScheduled": 3,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 3,
        "numberReady": 3,
        "observedGeneration": 1,
        "updatedNumberScheduled": 3,
        "numberAvailable": 3,
    }

    shape = made.get(NODES, "node-0")
    metadata = {**shape["metadata"], "name": "later", "uid": "later"}
    made.collection(NODES).add("", "later", {**shape, "metadata": metadata})
    made.run(30)
    assert nodes_of(made) == ["later", "node-0", "node-1", "node-2"]


def test_cordoned_and_unwell_nodes_get_one_but_those_with_other_taints_do_not() -> None:
    made = plane()
    made.patch(NODES, "node-0", {"spec": {"unschedulable": True}}, "")
    taint = {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}
    made.patch(NODES, "node-1", {"spec": {"taints": [taint]}}, "")
    made.patch(NODES, "node-2", {"spec": {"taints": [{"key": "gpu", "effect": "NoSchedule"}]}}, "")
    daemon_set(made)
    made.run(30)

    assert nodes_of(made) == ["node-0", "node-1"]


def test_only_selected_nodes_get_one_and_it_goes_when_the_label_does() -> None:
    made = plane()
    made.patch(NODES, "node-1", {"metadata": {"labels": {"disk": "ssd"}}}, "")
    daemon_set(made, {"nodeSelector": {"disk": "ssd"}})
    made.run(30)
    assert nodes_of(made) == ["node-1"]
    made.patch(NODES, "node-1", {"metadata": {"labels": {"disk": None}}}, "")
    made.run(30)

    assert nodes_of(made) == []


def test_a_rolling_update_replaces_one_pod_at_a_time() -> None:
    made = plane()
    daemon_set(made)
    made.run(30)
    containers = [{"name": "main", "image": "new"}]
    made.patch(DAEMONSETS, "agent", {"spec": {"template": {"spec": {"containers": containers}}}})
    for _ in range(300):
        made.run(0.1)
        ready = [pod for pod in made.active() if pod["status"]["phase"] == "Running"]
        assert len(ready) >= 2

    assert [pod["spec"]["containers"][0]["image"] for pod in made.active()] == ["new"] * 3
    assert status(made)["updatedNumberScheduled"] == 3


def test_on_delete_old_pods_stay_until_they_are_deleted() -> None:
    made = plane(nodes=1)
    daemon_set(made, updateStrategy={"type": "OnDelete"})
    made.run(30)
    containers = [{"name": "main", "image": "new"}]
    made.patch(DAEMONSETS, "agent", {"spec": {"template": {"spec": {"containers": containers}}}})
    made.run(30)
    (pod,) = made.active()
    assert pod["spec"]["containers"][0]["image"] == "pause"
    made.delete(PODS, pod["metadata"]["name"], "ns")
    made.run(30)

    assert made.active()[0]["spec"]["containers"][0]["image"] == "new"


def test_with_surge_the_new_pod_is_ready_before_the_old_one_goes() -> None:
    made = plane(nodes=2)
    daemon_set(made, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}})
    made.run(30)
    containers = [{"name": "main", "image": "new"}]
    made.patch(DAEMONSETS, "agent", {"spec": {"template": {"spec": {"containers": containers}}}})
    for _ in range(300):
        made.run(0.1)
        running = {pod["spec"].get("nodeName") for pod in made.active() if pod["status"]["phase"] == "Running"}
        assert running == {"node-0", "node-1"}

    assert [pod["spec"]["containers"][0]["image"] for pod in made.active()] == ["new"] * 2
