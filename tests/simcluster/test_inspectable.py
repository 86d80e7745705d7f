"""A whole cluster that people look into: everything that `kubectl` shows is there as an object."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import (
    CONFIGMAPS,
    LEASES,
    NAMESPACES,
    NODES,
    PODS,
    SERVICEACCOUNTS,
    Object,
)
from tests.simcluster.inspection import Looking


@pytest.fixture
def looking() -> Looking:
    return Looking()


def container(status: Object) -> Object:
    found: Object = status["containerStatuses"][0]
    return found


def test_a_pod_tells_all_the_way_to_its_running(looking: Looking) -> None:
    looking.pod("p")
    looking.run(5)

    status = looking.status("p")
    assert status["phase"] == "Running"
    assert [one["type"] for one in status["conditions"]] == [
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
    ]
    assert status["podIPs"] == [{"ip": status["podIP"]}]
    assert container(status)["containerID"].startswith("containerd://")
    assert looking.reasons("p") == ["Scheduled", "Pulled", "Created", "Started"]


def test_init_containers_run_one_after_the_other_before_the_others(looking: Looking) -> None:
    inits = [{"name": f"init-{index}", "image": "i", "command": ["sleep", "10"]} for index in range(2)]
    looking.pod("p", initContainers=inits)
    looking.run(15)
    status = looking.status("p")
    assert status["phase"] == "Pending"
    assert "terminated" in status["initContainerStatuses"][0]["state"]
    assert "running" in status["initContainerStatuses"][1]["state"]
    looking.run(15)

    assert looking.status("p")["phase"] == "Running"
    assert all(one["ready"] for one in looking.status("p")["initContainerStatuses"])


def test_a_pod_that_is_not_restarted_succeeds_or_fails(looking: Looking) -> None:
    looking.pod("good", restartPolicy="Never", command=["sleep", "3"])
    looking.pod("bad", restartPolicy="Never", command=["sh", "-c", "exit 4"])
    looking.run(10)

    assert looking.status("good")["phase"] == "Succeeded"
    assert looking.status("bad")["phase"] == "Failed"
    assert container(looking.status("bad"))["state"]["terminated"]["exitCode"] == 4


def test_a_pod_that_crashes_is_restarted_later_each_time(looking: Looking) -> None:
    looking.pod("p", command=["sh", "-c", "exit 1"])
    looking.run(120)

    status = container(looking.status("p"))
    assert 3 <= status["restartCount"] <= 6
    assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert status["lastState"]["terminated"]["exitCode"] == 1
    assert "BackOff" in looking.reasons("p")


def test_an_image_that_is_not_there_is_pulled_again_and_again(looking: Looking) -> None:
    looking.pod("p", annotations={"plimsoll.dev/image-pull": "fail"})
    looking.run(60)

    assert looking.status("p")["phase"] == "Pending"
    assert container(looking.status("p"))["state"]["waiting"]["reason"] == "ImagePullBackOff"


def test_an_unready_pod_runs_all_the_same(looking: Looking) -> None:
    looking.pod("p", annotations={"plimsoll.dev/ready": "false"})
    looking.run(60)

    assert looking.status("p")["phase"] == "Running"
    assert container(looking.status("p"))["ready"] is False


def test_a_deleted_pod_goes(looking: Looking) -> None:
    looking.pod("p")
    looking.run(5)
    looking.cluster.api.delete(looking.cluster.store.collection(PODS), "default", "p")
    looking.run(5)

    assert looking.cluster.store.collection(PODS).find("default", "p") is None
    assert "Killing" in looking.reasons("p")


def test_nodes_are_complete_and_renew_their_leases(looking: Looking) -> None:
    node = looking.get(NODES, "node-0", "")
    assert {one["type"] for one in node["status"]["conditions"]} == {
        "MemoryPressure",
        "DiskPressure",
        "PIDPressure",
        "Ready",
    }
    assert node["status"]["nodeInfo"]["kubeletVersion"]
    first = looking.get(LEASES, "node-0", "kube-node-lease")["spec"]["renewTime"]
    looking.run(10)
    assert looking.get(LEASES, "node-0", "kube-node-lease")["spec"]["renewTime"] > first


def test_a_node_with_kwoks_marks_is_taken_over_at_once_and_any_other_after_a_while(looking: Looking) -> None:
    taint = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
    parts: Any = {"spec": {"taints": [taint]}, "status": {}}
    looking.create(NODES, "fake", "", metadata={"annotations": {"kwok.x-k8s.io/node": "fake"}}, **parts)
    looking.create(NODES, "plain", "", **parts)
    looking.pod("there", nodeName="fake")
    looking.run(5)
    assert looking.get(NODES, "fake", "")["status"]["allocatable"]["cpu"] == "32"
    assert looking.status("there")["phase"] == "Running"
    assert looking.get(NODES, "plain", "")["spec"]["taints"] == [taint]
    looking.run(30)

    assert "taints" not in looking.get(NODES, "plain", "")["spec"]


def test_pods_of_a_node_that_is_gone_go_too(looking: Looking) -> None:
    looking.pod("p", nodeName="node-1")
    looking.run(5)
    looking.cluster.api.delete(looking.cluster.store.collection(NODES), "", "node-1")
    looking.run(60)

    assert looking.cluster.store.collection(PODS).find("default", "p") is None


def test_the_ca_bundle_and_the_account_come_back_when_they_are_changed_or_deleted(looking: Looking) -> None:
    looking.cluster.controllers.publish_ca_bundle("PEM")
    looking.run(5)
    config_map = looking.get(CONFIGMAPS, "kube-root-ca.crt")
    assert config_map["data"] == {"ca.crt": "PEM"}
    config_maps = looking.cluster.store.collection(CONFIGMAPS)
    config_maps.replace(config_map, data={"ca.crt": "nonsense"})
    looking.cluster.api.delete(looking.cluster.store.collection(SERVICEACCOUNTS), "default", "default")
    looking.run(5)

    assert looking.get(CONFIGMAPS, "kube-root-ca.crt")["data"] == {"ca.crt": "PEM"}
    assert looking.get(SERVICEACCOUNTS, "default")


def test_a_namespace_that_cannot_go_says_why(looking: Looking) -> None:
    looking.create(NAMESPACES, "held", "")
    looking.create(CONFIGMAPS, "cm", "held", metadata={"finalizers": ["example.com/hold"]})
    looking.run(5)
    looking.cluster.api.delete(looking.cluster.store.collection(NAMESPACES), "", "held")
    looking.run(20)

    conditions = {one["type"]: one for one in looking.get(NAMESPACES, "held", "")["status"]["conditions"]}
    assert conditions["NamespaceContentRemaining"]["message"] == (
        "Some resources are remaining: configmaps. has 1 resource instances"
    )
    assert conditions["NamespaceFinalizersRemaining"]["reason"] == "SomeFinalizersRemain"
    config_map = looking.get(CONFIGMAPS, "cm", "held")
    freed = {**config_map, "metadata": {**config_map["metadata"], "finalizers": []}}
    looking.cluster.api.update(looking.cluster.store.collection(CONFIGMAPS), freed)
    looking.run(20)

    assert looking.cluster.store.collection(NAMESPACES).find("", "held") is None
