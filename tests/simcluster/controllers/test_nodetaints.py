from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import NODES, PODS, Object
from tests.simcluster.inspection import Looking


@pytest.fixture
def looking() -> Looking:
    return Looking()


def say(looking: Looking, kind: str, state: str) -> None:
    """A client writes a condition of a node."""
    node = looking.get(NODES, "node-0", "")
    conditions = [{**one, "status": state} if one["type"] == kind else one for one in node["status"]["conditions"]]
    looking.cluster.store.collection(NODES).replace(node, status={**node["status"], "conditions": conditions})
    looking.run(3)


def taints(looking: Looking) -> set[tuple[str, str]]:
    spec = looking.get(NODES, "node-0", "")["spec"]
    return {(taint["key"].rpartition("/")[2], taint["effect"]) for taint in spec.get("taints") or ()}


def test_conditions_that_clients_write_become_taints_and_go_with_them(looking: Looking) -> None:
    say(looking, "DiskPressure", "True")
    assert taints(looking) == {("disk-pressure", "NoSchedule")}
    say(looking, "Ready", "False")
    ready = {("not-ready", "NoSchedule"), ("not-ready", "NoExecute")}
    assert taints(looking) == {("disk-pressure", "NoSchedule"), *ready}
    say(looking, "DiskPressure", "False")
    say(looking, "Ready", "True")
    assert taints(looking) == set()


def test_a_cordoned_node_has_a_taint_and_other_taints_stay(looking: Looking) -> None:
    collection = looking.cluster.store.collection(NODES)
    node = looking.get(NODES, "node-0", "")
    mine: Object = {"key": "mine", "effect": "NoSchedule"}
    collection.replace(node, spec={**node["spec"], "unschedulable": True, "taints": [mine]})
    looking.run(3)
    assert taints(looking) == {("mine", "NoSchedule"), ("unschedulable", "NoSchedule")}
    assert looking.reasons("node-0") == ["NodeNotSchedulable"]
    node = looking.get(NODES, "node-0", "")
    collection.replace(node, spec={key: part for key, part in node["spec"].items() if key != "unschedulable"})
    looking.run(3)
    assert taints(looking) == {("mine", "NoSchedule")}


def test_pods_leave_a_node_that_is_not_ready_when_they_tolerate_it_no_longer(looking: Looking) -> None:
    def toleration(seconds: int) -> Any:
        return [{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute", "tolerationSeconds": seconds}]

    looking.pod("soon", nodeName="node-0", tolerations=toleration(10))
    looking.pod("late", nodeName="node-0", tolerations=toleration(100))
    looking.run(3)
    say(looking, "Ready", "False")
    looking.run(60)
    assert looking.cluster.store.collection(PODS).find("default", "soon") is None
    assert looking.cluster.store.collection(PODS).find("default", "late") is not None
    assert "TaintManagerEviction" in looking.reasons("soon")
    say(looking, "Ready", "True")
    looking.run(100)
    assert looking.cluster.store.collection(PODS).find("default", "late") is not None
