"""Which level each of the simulated clients is on."""

from __future__ import annotations

import pytest

from plimsoll.kernel import Kernel
from plimsoll.simcluster.flowcontrol import PriorityLevels


@pytest.mark.parametrize(
    ("role", "verb", "resource", "level"),
    [
        ("kubelet-heartbeat", "PUT", "leases", "node-high"),
        ("kubelet-heartbeat", "PATCH", "nodes/status", "node-high"),
        ("kubelet-heartbeat", "GET", "nodes", "node-high"),
        ("kubelet", "PATCH", "pods/status", "system"),
        ("kubelet", "GET", "secrets", "system"),
        ("kubelet-events", "POST", "events", "system"),
        ("scheduler", "POST", "pods/binding", "workload-high"),
        ("scheduler-events", "POST", "events", "workload-high"),
        ("replicaset-controller", "POST", "pods", "workload-high"),
        ("replicaset-controller", "PUT", "leases", "leader-election"),
        ("kube-proxy", "LIST", "endpoints", "workload-high"),
        ("driver", "POST", "deployments", "workload-low"),
        ("nova", "GET", "pods", "workload-low"),
        ("system:anybody", "GET", "pods", "global-default"),
    ],
)
def test_a_client_is_on_the_level_of_its_user(role: str, verb: str, resource: str, level: str) -> None:
    placed, _ = PriorityLevels(Kernel(), 600, lambda _: 0).place(role, "node-1", verb, resource)

    assert placed is not None
    assert placed.name == level


def test_every_node_is_a_flow_of_its_own() -> None:
    levels = PriorityLevels(Kernel(), 600, lambda _: 0)

    flows = {levels.place("kubelet", node, "GET", "secrets")[1] for node in ("a", "b")}

    assert flows == {"system:node:a", "system:node:b"}
