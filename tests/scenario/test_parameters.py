"""Parameters: what is set is read back, nothing else changes, and what is not possible is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import InputError
from plimsoll.scenario.loading import load_scenario, parse_scenario
from plimsoll.scenario.model import Load, Scenario
from plimsoll.scenario.parameters import PARAMETERS, get, names, varied

PLAIN = load_scenario("openshift/500-pods-per-node").scenario
DEMANDS: list[dict[str, Any]] = [
    {"kind": "apiRequests", "perSecond": 5},
    {"kind": "dnsLookups", "perSecond": 5, "external": 1},
    {"kind": "databaseTransactions", "perSecond": 5},
]
TWO_JOBS = parse_scenario(
    """
    cluster: {nodes: 4}
    load:
      jobs:
      - {name: few, namespaces: 2, objects: [{kind: Pod}]}
      - name: many
        pace: {ratePerSecond: 3}
        objects: [{kind: ConfigMap}, {kind: Deployment, count: 2, replicas: 5}]
    """,
    "two.yaml",
).scenario

DENSE = PLAIN.model_copy(
    update={"load": Load.model_validate({**PLAIN.load.model_dump(mode="json", by_alias=True), "demands": DEMANDS})}
)
NUMBERS = sorted(PARAMETERS.keys() - {"workload", "podsPerNode", "podsPerNamespace"})


@pytest.mark.parametrize("name", NUMBERS)
@given(value=st.integers(1, 500))
def test_what_is_set_is_read_back(name: str, value: int) -> None:
    assert get(varied(DENSE, {name: value}), name) == value


@pytest.mark.parametrize("name", NUMBERS)
def test_setting_a_parameter_to_what_it_is_changes_nothing(name: str) -> None:
    value = get(DENSE, name)
    if value is not None:
        assert varied(DENSE, {name: value}) == DENSE


@given(nodes=st.integers(1, 50), per_node=st.integers(1, 500))
def test_pods_per_node_are_rounded_up_to_full_namespaces(nodes: int, per_node: int) -> None:
    found = varied(DENSE, {"podsPerNode": per_node, "nodes": nodes})

    assert found.cluster.nodes == nodes
    assert per_node <= get(found, "podsPerNode") < per_node + get(found, "podsPerNamespace") / nodes
    assert get(found, "podsPerNamespace") == get(DENSE, "podsPerNamespace")


@given(value=st.integers(2, 1000))
def test_more_pods_in_each_namespace_are_more_of_those_that_are_most(value: int) -> None:
    found = varied(DENSE, {"podsPerNamespace": value})

    assert get(found, "podsPerNamespace") == value
    assert get(found, "namespaces") == get(DENSE, "namespaces")


def test_the_order_in_which_several_are_given_does_not_matter() -> None:
    values = {"podsPerNode": 100, "podsPerNamespace": 5, "nodes": 10, "kubelet.maxPods": 200}

    assert varied(DENSE, values) == varied(DENSE, dict(reversed(values.items())))
    assert get(varied(DENSE, values), "namespaces") == 200


def test_a_setting_of_the_cluster_goes_by_its_dotted_name() -> None:
    assert get(DENSE, "kubelet.maxPods") == 520
    assert get(DENSE, "kubelet.kubeAPIQPS") is None
    assert varied(DENSE, {"kubelet.kubeAPIQPS": 7}).cluster.settings["kubelet.kubeAPIQPS"] == 7


def test_parameters_of_the_load_concern_the_job_with_most_pods() -> None:
    assert get(TWO_JOBS, "ratePerSecond") == 3
    assert get(varied(TWO_JOBS, {"ratePerSecond": 9}), "ratePerSecond") == 9
    assert get(varied(TWO_JOBS, {"podsPerNode": 30}), "podsPerNode") == 30
    assert get(varied(TWO_JOBS, {"podsPerNode": 30.25}), "podsPerNode") == 30.5  # two deployments of as many each


def test_secrets_that_were_not_there_are_mounted_by_the_pods() -> None:
    found = varied(TWO_JOBS, {"secretsPerNamespace": 3})

    assert get(found, "secretsPerNamespace") == 3
    assert found.load.jobs[1].objects[2].pod.secrets == "all"  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["sleep", "cpuSoak", "memorySoak", "files", "logger", "dns"])
def test_every_kind_of_work_can_be_given_by_its_name(kind: str) -> None:
    assert get(varied(TWO_JOBS, {"workload": kind}), "workload") == kind


def test_a_scenario_names_the_parameters_that_it_has() -> None:
    assert {"nodes", "podsPerNode", "bytesPerSecondPerClient", "kubelet.maxPods"} <= set(names(DENSE))
    assert "bytesPerSecondPerClient" not in names(TWO_JOBS)


@pytest.mark.parametrize(
    ("scenario", "name", "value", "problem"),
    [
        (DENSE, "podsPerNod", 3, "there is no such parameter.*Did you mean podsPerNode"),
        (DENSE, "nodes", 0, "it takes a whole number of at least 1"),
        (DENSE, "nodes", 2.5, "it takes a whole number of at least 1"),
        (DENSE, "nodes", "many", "it takes a whole number of at least 1"),
        (DENSE, "podsPerNamespace", 1, "has 1 and a multiple of 1 pods"),
        (TWO_JOBS, "podsPerNamespace", 13, "has a multiple of 2 pods"),
        (TWO_JOBS, "podsPerNode", 0.5, "2 pods are there"),
        (TWO_JOBS, "requestsPerSecond", 5, "load.demands has nothing of kind apiRequests"),
        (TWO_JOBS, "bytesPerSecondPerClient", 5, "exchanges no data"),
        (TWO_JOBS, "workload", "juggle", "juggle"),
        (DENSE, "ratePerSecond", -1, "with ratePerSecond=-1: load.pace.ratePerSecond"),
    ],
)
def test_what_is_not_possible_is_said(scenario: Scenario, name: str, value: object, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        varied(scenario, {name: value})
