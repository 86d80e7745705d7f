"""Preparation: what the strategies of storage do to objects between decoding and validation.

Belongs in here: what follows from the new object, the old one and the time: generations, which half of an object a
write may change, the first status, fields that are derived. Source: pkg/registry/*/*/strategy.go of Kubernetes 1.36.
Does not: defaults (:mod:`plimsoll.apimachinery.defaults`), uids, names and resource versions, addresses and whatever
else asks for other objects, which is the registry's. A new kind is a
:class:`~plimsoll.apimachinery.preparation.plans.Plan` in a line of the ``PLANS`` of its module; a kind that needs
nothing of its own needs no line.

Objects are changed in place at their top level and copied below it: the caller passes one that nobody else holds, and
parts that it shares with the old object stay as they are.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from types import MappingProxyType

from plimsoll.apimachinery.decoding.zeros import filled_fields
from plimsoll.apimachinery.preparation import core, others, pods, services, workloads
from plimsoll.apimachinery.preparation.core import taint_new_node
from plimsoll.apimachinery.preparation.others import record_requester
from plimsoll.apimachinery.preparation.plans import Plan, keep_metadata, keep_original
from plimsoll.apimachinery.preparation.pods import default_tolerations, set_priority
from plimsoll.apimachinery.preparation.qualityofservice import quality_of_service
from plimsoll.apimachinery.schema import schema_of
from plimsoll.kube.resources import Object, Resource

__all__ = [
    "default_tolerations",
    "prepare_create",
    "prepare_update",
    "quality_of_service",
    "record_requester",
    "set_priority",
    "taint_new_node",
]

_PLAIN = Plan()
_TABLE: Mapping[tuple[str, str], Plan] = MappingProxyType(
    {
        (group, plural): plan
        for group, plural, plan in chain(core.PLANS, others.PLANS, pods.PLANS, services.PLANS, workloads.PLANS)
    }
)


def prepare_create(resource: Resource, object_: Object, *, now: str) -> None:
    """Prepare a new object, which has its name and uid by now; ``now`` is the time as the API writes it."""
    plan = _plan_of(resource)
    if plan.generation_of is not None and plan.starts_generation:
        object_["metadata"]["generation"] = 1
    if not plan.keeps_status:
        _reset_status(resource, object_)
    if plan.create is not None:
        plan.create(object_, now)


def prepare_update(resource: Resource, new: Object, old: Object, subresource: str = "") -> None:
    """Prepare an object that is to replace another, through itself or a subresource."""
    plan = _plan_of(resource)
    if subresource == "status":
        keep_original(new, old, *(key for key in {**new, **old} if key not in {"metadata", "status"}))
        keep_metadata(new, old, plan.kept_by_status)
        if plan.status is not None:
            plan.status(new, old)
        return
    if subresource in plan.subresources:
        plan.subresources[subresource](new, old)
    elif not subresource:
        if _has_status(resource):
            keep_original(new, old, "status")
        if plan.update is not None:
            plan.update(new, old)
    if plan.generation_of is not None and plan.generation_of(new) != plan.generation_of(old):
        generation = (old.get("metadata") or {}).get("generation") or 0
        new["metadata"] = {**new["metadata"], "generation": generation + 1}


def _plan_of(resource: Resource) -> Plan:
    return _TABLE.get((resource.group, resource.plural), _PLAIN)


def _reset_status(resource: Resource, object_: Object) -> None:
    if _has_status(resource):
        empty = _empty_status(resource)
        if empty is None:
            object_.pop("status", None)
        else:
            object_["status"] = copy.deepcopy(empty)


@lru_cache(maxsize=256)
def _has_status(resource: Resource) -> bool:
    return "status" in schema_of(resource).fields


@lru_cache(maxsize=256)
def _empty_status(resource: Resource) -> Object | None:
    """The status that nobody has written to, where the API shows one even then."""
    empty: Object | None = filled_fields(schema_of(resource)).get("status")
    return empty
