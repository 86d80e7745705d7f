from __future__ import annotations

from plimsoll.simcluster.nodes import NodeShape, node_object

SHAPE = NodeShape("worker-3", 8000, 32 << 30, 1e10, {"rack": "b"}, ({"key": "gpu", "effect": "NoSchedule"},))


def test_a_node_offers_what_its_machine_has() -> None:
    node = node_object(SHAPE, pods=240, address="10.0.0.3", pod_cidr="10.128.2.0/23", created="2020-01-01T00:00:00Z")

    assert node["status"]["allocatable"] == {"cpu": "8000m", "memory": str(32 << 30), "pods": "240"}
    assert node["spec"]["podCIDR"] == "10.128.2.0/23"
    assert node["status"]["addresses"][0] == {"type": "InternalIP", "address": "10.0.0.3"}


def test_a_node_is_a_ready_worker_with_its_own_labels_and_taints() -> None:
    node = node_object(SHAPE, pods=240, address="", pod_cidr="", created="2020-01-01T00:00:00Z")

    assert node["metadata"]["labels"] == {
        "kubernetes.io/hostname": "worker-3",
        "kubernetes.io/os": "linux",
        "node-role.kubernetes.io/worker": "",
        "rack": "b",
    }
    assert node["spec"]["taints"] == [{"key": "gpu", "effect": "NoSchedule"}]
    assert [(item["type"], item["status"]) for item in node["status"]["conditions"]] == [("Ready", "True")]
