"""What a run asks the API for, as rights: for preflight to review, and for ``plimsoll rbac`` to print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.kube.resources import BY_KIND, NAMESPACES, NODES, PODS, Resource

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
