"""What a run asks the API for, as rights: for preflight to review, and for ``plimsoll rbac`` to print."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.kube.resources import (
    BY_KIND,
    CLUSTERROLEBINDINGS,
    CLUSTERROLES,
    CONFIGMAPS,
    EVENTS,
    JOBS,
    NAMESPACES,
    NODES,
    PODS,
    ROLEBINDINGS,
    ROLES,
    SERVICEACCOUNTS,
    Object,
    Resource,
)

_VERBS = ("get", "list", "watch", "create", "patch", "delete")

if TYPE_CHECKING:
    from plimsoll.driver.steps import Plan


class Right(NamedTuple):
    """A verb on a resource, in all namespaces. Without what is not ``essential`` a run goes on and sees less."""

    verb: str
    resource: Resource
    essential: bool = True

    def __str__(self) -> str:
        group = f".{self.resource.group}" if self.resource.group else ""
        return f"{self.verb} {self.resource.plural}{group}"


class PathRight(NamedTuple):
    """GET on a path of the API server that belongs to no resource."""

    path: str
    essential: bool = False

    def __str__(self) -> str:
        return f"get {self.path}"


OBSERVATION = (
    *(Right(verb, NAMESPACES) for verb in ("list", "watch")),
    *(Right(verb, PODS) for verb in ("list", "watch")),
    *(Right(verb, NODES, essential=False) for verb in ("list", "watch")),
)
"""What every run and ``plimsoll watch`` need to see."""

NAMESPACE_LIFE = tuple(Right(verb, NAMESPACES) for verb in ("create", "get", "delete"))
"""Everything that a run creates is in namespaces of its own, and goes with them."""

POD_LOGS = Resource("", "v1", "pods/log", "Pod")
RESULTS = (Right("get", POD_LOGS),)
"""How a run learns what its pods measured, where those really do something."""


WATCH_EVENTS = tuple(Right(verb, EVENTS, essential=False) for verb in ("list", "watch"))

NODE_PROXY = Resource("", "v1", "nodes/proxy", "Node", namespaced=False)
POD_PROXY = Resource("", "v1", "pods/proxy", "Pod")
METRICS: tuple[Right | PathRight, ...] = (
    *WATCH_EVENTS,
    *(Right("get", resource, essential=False) for resource in (NODE_PROXY, POD_PROXY)),
    PathRight("/metrics"),
)
"""How a run sees what ails a cluster: its events, and the metrics and settings of its components.

They are apart from the rest because nodes/proxy is a great right: who has it may run commands in every pod of a node.
"""

DISTRIBUTION = (
    *RESULTS,
    *(
        Right(verb, resource)
        for resource in (CLUSTERROLES, CLUSTERROLEBINDINGS)
        for verb in ("get", "list", "create", "delete")
    ),
    *(Right("create", resource) for resource in (SERVICEACCOUNTS, ROLES, ROLEBINDINGS, JOBS)),
    *(Right(verb, CONFIGMAPS) for verb in ("get", "list", "watch", "create", "patch")),
)
"""What it takes to have workers on the cluster.

A role can be given only by who has all of its rights (pkg/registry/rbac/escalation_check.go): what the workers may do
must be the run's own to do, and so must the following of config maps, which each of them does in its own namespace.
"""


def rights_of(plan: Plan) -> tuple[Right, ...]:
    """All that a plan's run will ask for."""
    deletes_objects = {
        operation.resource
        for phase in plan.phases
        if phase.kind == "delete" and phase.churn_cycle == 1
        for call in phase.calls()
        for operation in call.operations
        if operation.resource is not NAMESPACES
    }
    kinds = [BY_KIND[kind] for kind in plan.counts() if kind != NAMESPACES.kind]
    results = RESULTS if plan.coordinations else ()
    return (*OBSERVATION, *NAMESPACE_LIFE, *results, *rights_on(kinds, deletes_objects))


def rights_on(created: Iterable[Resource], deleted: Iterable[Resource] = ()) -> tuple[Right, ...]:
    """What it takes to create objects of these kinds, and to delete single ones."""
    return (
        *(Right(verb, resource) for resource in created for verb in ("create", "get")),
        *(Right(verb, resource) for resource in deleted for verb in ("list", "delete")),
    )


def rules(rights: Iterable[Right | PathRight]) -> list[Object]:
    """The rules of a role: one for all resources of a group that are used alike, and one for paths."""
    verbs: dict[tuple[str, str], set[str]] = defaultdict(set)
    paths: list[str] = []
    for right in rights:
        if isinstance(right, PathRight):
            paths.append(right.path)
        else:
            verbs[right.resource.group, right.resource.plural].add(right.verb)
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, plural), used in verbs.items():
        alike[group, tuple(verb for verb in _VERBS if verb in used)].append(plural)
    by_resource = [
        {"apiGroups": [group], "resources": plurals, "verbs": list(used)} for (group, used), plurals in alike.items()
    ]
    return [*by_resource, {"nonResourceURLs": paths, "verbs": ["get"]}] if paths else by_resource
