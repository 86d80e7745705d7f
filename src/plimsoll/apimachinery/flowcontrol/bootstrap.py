"""The priority levels and flow schemas that every cluster begins with (apiserver, apis/flowcontrol/bootstrap/default.go)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plimsoll.kube.resources import Object, Resource

GROUP = "flowcontrol.apiserver.k8s.io"
FLOW_SCHEMAS = Resource(GROUP, "v1", "flowschemas", "FlowSchema", namespaced=False)
PRIORITY_LEVELS = Resource(GROUP, "v1", "prioritylevelconfigurations", "PriorityLevelConfiguration", namespaced=False)

_LEVELS = (
    ("system", 30, 33, (64, 6)),
    ("node-high", 40, 25, (64, 6)),
    ("leader-election", 10, 0, (16, 4)),
    ("workload-high", 40, 50, (128, 6)),
    ("workload-low", 100, 90, (128, 6)),
    ("global-default", 20, 50, (128, 6)),
    ("catch-all", 5, 0, None),
)
"""Name, shares, what may be lent in per cent, and queues with the size of a hand; without queues requests are refused."""

QUEUE_LENGTH = 50

_EVERYBODY = ("Group/system:unauthenticated", "Group/system:authenticated")
_ALL = ("*", "*", "*", True)
"""A rule for resources: verbs, groups, resources, and whether objects outside of namespaces count."""
_LEASES = ("coordination.k8s.io", "leases", False)
_KUBE_SYSTEM = "ServiceAccount/kube-system:*"

_SCHEMAS: tuple[
    tuple[str, str, int, str, tuple[str, ...], tuple[tuple[str, str, str, bool], ...], tuple[str, str]], ...
] = (
    ("exempt", "exempt", 1, "", ("Group/system:masters",), (_ALL,), ("*", "*")),
    ("probes", "exempt", 2, "", _EVERYBODY, (), ("get", "/healthz /readyz /livez")),
    (
        *("system-leader-election", "leader-election", 100, "ByUser"),
        ("User/system:kube-controller-manager", "User/system:kube-scheduler", _KUBE_SYSTEM),
        (("get create update", *_LEASES),),
        ("", ""),
    ),
    (
        *("system-node-high", "node-high", 400, "ByUser", ("Group/system:nodes",)),
        (("*", "", "nodes nodes/status", True), ("*", *_LEASES)),
        ("", ""),
    ),
    ("system-nodes", "system", 500, "ByUser", ("Group/system:nodes",), (_ALL,), ("*", "*")),
    (
        *("kube-controller-manager", "workload-high", 800, "ByNamespace"),
        ("User/system:kube-controller-manager",),
        (_ALL,),
        ("*", "*"),
    ),
    ("kube-scheduler", "workload-high", 800, "ByNamespace", ("User/system:kube-scheduler",), (_ALL,), ("*", "*")),
    ("kube-system-service-accounts", "workload-high", 900, "ByNamespace", (_KUBE_SYSTEM,), (_ALL,), ("*", "*")),
    ("service-accounts", "workload-low", 9000, "ByUser", ("Group/system:serviceaccounts",), (_ALL,), ("*", "*")),
    ("global-default", "global-default", 9900, "ByUser", _EVERYBODY, (_ALL,), ("*", "*")),
    ("catch-all", "catch-all", 10000, "ByUser", _EVERYBODY, (_ALL,), ("*", "*")),
)
"""Name, level, precedence, what tells flows apart, subjects, rules for resources, verbs and paths of the others."""


def priority_levels() -> Iterator[Object]:
    """Every priority level, without what only a server adds."""
    exempt = {"type": "Exempt", "exempt": {"nominalConcurrencyShares": 0, "lendablePercent": 0}}
    yield _object(PRIORITY_LEVELS, "exempt", exempt)
    for name, shares, lendable, queuing in _LEVELS:
        response: dict[str, Any] = {"type": "Reject"}
        if queuing is not None:
            queues, hand = queuing
            sizes = {"queues": queues, "handSize": hand, "queueLengthLimit": QUEUE_LENGTH}
            response = {"type": "Queue", "queuing": sizes}
        limited = {"nominalConcurrencyShares": shares, "limitResponse": response, "lendablePercent": lendable}
        yield _object(PRIORITY_LEVELS, name, {"type": "Limited", "limited": limited})


def flow_schemas() -> Iterator[Object]:
    """Every flow schema, in the order in which they are tried."""
    for name, level, precedence, distinguisher, subjects, resources, others in _SCHEMAS:
        rule: dict[str, Any] = {"subjects": [_subject(text) for text in subjects]}
        if resources:
            rule["resourceRules"] = [_resource_rule(*each) for each in resources]
        verbs, paths = others
        if verbs:
            rule["nonResourceRules"] = [{"verbs": verbs.split(), "nonResourceURLs": paths.split()}]
        spec: dict[str, Any] = {
            "priorityLevelConfiguration": {"name": level},
            "matchingPrecedence": precedence,
            **({"distinguisherMethod": {"type": distinguisher}} if distinguisher else {}),
            "rules": [rule],
        }
        yield _object(FLOW_SCHEMAS, name, spec)


def _resource_rule(verbs: str, groups: str, resources: str, cluster_scope: bool) -> dict[str, Any]:  # noqa: FBT001
    rule: dict[str, Any] = {"verbs": verbs.split(), "apiGroups": groups.split() or [""], "resources": resources.split()}
    if cluster_scope:
        rule["clusterScope"] = True
    return {**rule, "namespaces": ["*"]}


def _subject(text: str) -> dict[str, Any]:
    kind, name = text.split("/", 1)
    if kind == "ServiceAccount":
        namespace, name = name.split(":")
        return {"kind": kind, "serviceAccount": {"namespace": namespace, "name": name}}
    return {"kind": kind, kind.lower(): {"name": name}}


def _object(resource: Resource, name: str, spec: dict[str, Any]) -> Object:
    return {
        "kind": resource.kind,
        "apiVersion": resource.api_version,
        "metadata": {"name": name, "generation": 1, "annotations": {"apf.kubernetes.io/autoupdate-spec": "true"}},
        "spec": spec,
        "status": {},
    }
