"""Bindings, evictions and scales."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from plimsoll.registry.requests import Payload
from tests.registry.clusters import Served

BUDGETS = ("policy", "v1", "poddisruptionbudgets")
DEPLOYMENTS = ("apps", "v1", "deployments")
PODS = ("", "v1", "pods")
MERGE = "application/merge-patch+json"
CONTAINERS = [{"name": "app", "image": "registry.example/app:1"}]


@pytest.fixture
def served() -> Served:
    return Served()


def pod(served: Served, name: str = "p", **spec: Any) -> Object:
    body = {
        "metadata": {"name": name, "labels": {"app": "a"}},
        "spec": {"schedulerName": "none", "containers": CONTAINERS, **spec},
    }
    return served.create(PODS, body)


def bind(served: Served, **binding: Any) -> Any:
    body = {"metadata": {"name": "p"}, "target": {"kind": "Node", "name": "n"}, **binding}
    return served.ask("create", PODS, "p", body, subresource="binding")


def evict(served: Served, name: str = "p") -> Any:
    return served.ask("create", PODS, name, {"metadata": {"name": name}}, subresource="eviction")


def write_status(served: Served, key: tuple[str, str, str], name: str, **status: Any) -> None:
    served.ask("patch", key, name, {"status": status}, subresource="status", patch_type=MERGE)


def running(served: Served) -> None:
    pod(served, nodeName="n")
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2024-01-01T00:00:00Z"}
    write_status(served, PODS, "p", phase="Running", conditions=[ready])


def budget(served: Served, allowed: int) -> None:
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "a"}}}
    served.create(BUDGETS, {"metadata": {"name": "b"}, "spec": spec})
    counts = {"currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1, "disruptionsAllowed": allowed}
    write_status(served, BUDGETS, "b", observedGeneration=1, **counts)


def test_a_binding_gives_a_pod_its_node(served: Served) -> None:
    pod(served)
    assert bind(served).code == 201
    bound = served.get(PODS, "p")
    assert bound["spec"]["nodeName"] == "n"
    assert [condition["type"] for condition in bound["status"]["conditions"]] == ["PodScheduled"]


def test_a_pod_is_bound_once(served: Served) -> None:
    pod(served)
    bind(served)
    with pytest.raises(ApiError, match='pod p is already assigned to node "n"'):
        bind(served)


def test_a_gated_pod_is_not_bound(served: Served) -> None:
    pod(served, schedulingGates=[{"name": "example.com/wait"}])
    with pytest.raises(ApiError, match=r"non-empty .spec.schedulingGates"):
        bind(served)


def test_a_binding_names_a_node(served: Served) -> None:
    pod(served)
    with pytest.raises(ApiError, match=r"target.name: Required value"):
        bind(served, target={"kind": "Node"})


def test_old_clients_evict_by_a_version_that_is_not_served_any_more(served: Served) -> None:
    pod(served)
    body = b'{"kind": "Eviction", "apiVersion": "policy/v1beta1", "metadata": {"name": "p"}}'
    assert served.ask("create", PODS, "p", Payload(body), subresource="eviction").code == 201


def test_a_pod_that_no_budget_guards_is_evicted(served: Served) -> None:
    running(served)
    assert evict(served).code == 201
    assert "deletionTimestamp" in served.get(PODS, "p")["metadata"]


def test_a_budget_refuses_an_eviction_that_it_cannot_afford(served: Served) -> None:
    running(served)
    budget(served, allowed=0)
    with pytest.raises(ApiError, match="violate the pod's disruption budget") as refusal:
        evict(served)
    assert refusal.value.code == 429


def test_an_eviction_is_counted_by_the_budget(served: Served) -> None:
    running(served)
    budget(served, allowed=1)
    evict(served)
    status = served.get(BUDGETS, "b")["status"]
    assert status["disruptionsAllowed"] == 0
    assert list(status["disruptedPods"]) == ["p"]


def test_a_workload_is_scaled_by_its_scale(served: Served) -> None:
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": CONTAINERS}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "a"}}, "template": template}
    served.create(DEPLOYMENTS, {"metadata": {"name": "d"}, "spec": spec})
    scale = served.get(DEPLOYMENTS, "d", subresource="scale")
    assert (scale["spec"], scale["status"]["selector"]) == ({"replicas": 2}, "app=a")
    served.ask("patch", DEPLOYMENTS, "d", {"spec": {"replicas": 5}}, subresource="scale", patch_type=MERGE)
    assert served.get(DEPLOYMENTS, "d")["spec"]["replicas"] == 5
    with pytest.raises(ApiError, match="must be greater than or equal to 0"):
        served.ask("patch", DEPLOYMENTS, "d", {"spec": {"replicas": -1}}, subresource="scale", patch_type=MERGE)
