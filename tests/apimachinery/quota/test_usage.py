"""What objects count for in quotas."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.quota.amounts import add, exact, shown, surplus
from plimsoll.apimachinery.quota.podusage import pod_amounts, unrequested
from plimsoll.apimachinery.quota.usage import concerns, counted_names, usage_of
from plimsoll.kube.resources import DEPLOYMENTS, PERSISTENTVOLUMECLAIMS, PODS, SECRETS, SERVICES

AMOUNTS = st.dictionaries(st.sampled_from(["cpu", "memory"]), st.integers(0, 10**6).map(lambda n: f"{n}m"))


def pod(*requests: str, phase: str = "Pending", **spec: Any) -> dict[str, Any]:
    containers = [{"name": f"c{n}", "resources": {"requests": {"cpu": cpu}}} for n, cpu in enumerate(requests)]
    return {"metadata": {"name": "p"}, "spec": {"containers": containers, **spec}, "status": {"phase": phase}}


def quota(scopes: list[str] | None = None, **hard: str) -> dict[str, Any]:
    return {"metadata": {"name": "q"}, "spec": {"scopes": scopes or []}, "status": {"hard": hard}}


def test_sums_are_written_as_the_api_writes_quantities() -> None:
    assert add({"cpu": "600m"}, {"cpu": "400m", "memory": "1Gi"}) == {"cpu": "1", "memory": "1Gi"}
    assert add({"memory": "512Mi"}, {"memory": "512Mi"}) == {"memory": "1Gi"}
    assert shown({"pods": "1", "cpu": "2"}) == "cpu=2,pods=1"


@given(AMOUNTS, AMOUNTS)
def test_what_is_added_is_the_surplus(left: dict[str, str], right: dict[str, str]) -> None:
    found = surplus(add(left, right), left)
    wanted = {name: exact(amount) for name, amount in right.items() if exact(amount)}
    assert {name: exact(amount) for name, amount in found.items()} == wanted


def test_init_containers_count_as_far_as_they_ask_for_more() -> None:
    init = [{"name": "i", "resources": {"requests": {"cpu": "3"}}}]
    assert pod_amounts(pod("1", "1", initContainers=init)["spec"], "requests") == {"cpu": "3"}
    beside = [{**init[0], "restartPolicy": "Always"}]
    assert pod_amounts(pod("1", "1", initContainers=beside)["spec"], "requests") == {"cpu": "5"}


def test_a_pod_that_has_finished_counts_as_an_object_only() -> None:
    assert usage_of(PODS, pod("1", phase="Succeeded")) == {"count/pods": "1"}
    assert usage_of(PODS, pod("1"))["requests.cpu"] == "1"


def test_containers_that_do_not_say_what_a_quota_counts_are_named() -> None:
    silent = pod("1")
    silent["spec"]["containers"].append({"name": "silent"})
    assert unrequested(silent, ["requests.cpu", "pods"]) == "must specify requests.cpu for: silent"


def test_services_count_their_ports_and_balancers() -> None:
    spec = {"type": "LoadBalancer", "ports": [{"port": 1}, {"port": 2}]}
    usage = usage_of(SERVICES, {"metadata": {}, "spec": spec})
    assert (usage["services.loadbalancers"], usage["services.nodeports"]) == ("1", "2")


def test_claims_count_by_their_class_too() -> None:
    spec = {"storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}}
    usage = usage_of(PERSISTENTVOLUMECLAIMS, {"metadata": {}, "spec": spec})
    assert usage["fast.storageclass.storage.k8s.io/requests.storage"] == "1Gi"


def test_objects_of_every_kind_can_be_counted() -> None:
    assert usage_of(DEPLOYMENTS, {}) == {"count/deployments.apps": "1"}
    assert counted_names(SECRETS, ["secrets", "count/secrets", "pods"]) == ["secrets", "count/secrets"]


@pytest.mark.parametrize(
    ("scopes", "spec", "counts"),
    [
        ([], {}, True),
        (["Terminating"], {"activeDeadlineSeconds": 5}, True),
        (["Terminating"], {}, False),
        (["NotTerminating", "NotBestEffort"], {}, True),
        (["BestEffort"], {}, False),
        (["PriorityClass"], {"priorityClassName": "high"}, True),
        (["PriorityClass"], {}, False),
    ],
)
def test_a_quota_counts_what_is_in_all_of_its_scopes(scopes: list[str], spec: dict[str, Any], counts: bool) -> None:  # noqa: FBT001
    assert concerns(quota(scopes, pods="1"), PODS, pod("1", **spec)) is counts
