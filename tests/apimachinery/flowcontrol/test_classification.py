from __future__ import annotations

import pytest

from plimsoll.apimachinery.flowcontrol.bootstrap import flow_schemas, priority_levels
from plimsoll.apimachinery.flowcontrol.classification import Asked, Classifier, Flow

AUTHENTICATED = ("system:authenticated",)
NODE = ("system:nodes", *AUTHENTICATED)
ACCOUNT = ("system:serviceaccounts", *AUTHENTICATED)
MANAGER = "system:kube-controller-manager"

CASES = [
    (Asked("root", ("system:masters",), "delete", "", "pods", "n"), "exempt", "exempt"),
    (Asked("anybody", AUTHENTICATED, "get", path="/readyz"), "probes", "exempt"),
    (
        Asked(MANAGER, AUTHENTICATED, "update", "coordination.k8s.io", "leases", "kube-system"),
        "system-leader-election",
        "leader-election",
    ),
    (Asked("system:node:n", NODE, "update", "", "nodes/status"), "system-node-high", "node-high"),
    (Asked("system:node:n", NODE, "list", "", "pods"), "system-nodes", "system"),
    (Asked(MANAGER, AUTHENTICATED, "create", "", "pods", "n"), "kube-controller-manager", "workload-high"),
    (
        Asked("system:serviceaccount:kube-system:x", ACCOUNT, "get", "", "pods", "n"),
        "kube-system-service-accounts",
        "workload-high",
    ),
    (Asked("system:serviceaccount:n:x", ACCOUNT, "get", "", "pods", "n"), "service-accounts", "workload-low"),
    (Asked("alice", AUTHENTICATED, "get", "", "pods", "n"), "global-default", "global-default"),
]


@pytest.mark.parametrize(("asked", "schema", "level"), CASES)
def test_the_first_schema_that_matches_decides(asked: Asked, schema: str, level: str) -> None:
    flow = Classifier(flow_schemas()).classify(asked)
    assert (flow.schema, flow.level) == (schema, level)


def test_flows_are_told_apart_by_user_or_by_namespace() -> None:
    classifier = Classifier(flow_schemas())
    by_user = classifier.classify(Asked("alice", AUTHENTICATED, "get", "", "pods", "n"))
    by_namespace = classifier.classify(Asked(MANAGER, AUTHENTICATED, "get", "", "pods", "n"))
    assert by_user == Flow("global-default", "global-default", "alice")
    assert by_namespace.distinguisher == "n"


def test_who_is_in_no_group_has_no_flow() -> None:
    with pytest.raises(LookupError):
        Classifier(flow_schemas()).classify(Asked("nobody", (), "get", "", "pods"))


def test_every_schema_names_a_level_that_there_is() -> None:
    levels = {level["metadata"]["name"] for level in priority_levels()}
    assert {schema["spec"]["priorityLevelConfiguration"]["name"] for schema in flow_schemas()} <= levels
