"""Validation: what the API finds wrong with objects, field by field, in the words and in the order of Kubernetes 1.36.

Belongs in here: what can be said of an object alone, or of a change from one object to the next. Does not: what needs
other objects (is the address free, is there such a service account), which is the registry's, and what a schema alone
says of custom resources. A new kind is :class:`~plimsoll.apimachinery.validation.rules.Rules` in a line of the
``RULES`` of its group's module.

Objects are expected decoded and filled in with their defaults: fields have the types of the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from plimsoll.apimachinery.naming import path_segment
from plimsoll.apimachinery.validation import (
    apps,
    autoscaling,
    batch,
    certificates,
    cluster,
    configuration,
    endpoints,
    events,
    limits,
    networking,
    pods,
    policies,
    rbac,
    services,
    serving,
    storage,
    webhooks,
)
from plimsoll.apimachinery.validation.fielderrors import Errors, FieldError, invalid
from plimsoll.apimachinery.validation.metadata import check_metadata, check_metadata_update, check_path, metadata_of
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object, Resource

__all__ = ["FieldError", "invalid", "validate_create", "validate_update"]

_MODULES = (
    *(apps, autoscaling, batch, certificates, cluster, configuration, endpoints, events, limits, networking),
    *(pods, policies, rbac, services, serving, storage, webhooks),
)
_PLAIN = Rules()
_TABLE: Mapping[tuple[str, str], Rules] = MappingProxyType(
    {(group, plural): rules for group, plural, rules in chain.from_iterable(module.RULES for module in _MODULES)}
)


def validate_create(resource: Resource, object_: Object) -> list[FieldError]:
    """Return what is wrong with a new object, whose name has been generated; nothing where it may be stored."""
    rules = _rules_of(resource)
    errors = list(_check_create(resource, rules, object_))
    return errors or list(_check_common(resource, rules, object_))


def validate_update(resource: Resource, new: Object, old: Object, subresource: str = "") -> list[FieldError]:
    """Return what is wrong with an object that is to replace another, through itself or a subresource."""
    return list(_check_update(resource, _rules_of(resource), new, old, subresource))


def _rules_of(resource: Resource) -> Rules:
    return _TABLE.get((resource.group, resource.plural), _PLAIN)


def _check_create(resource: Resource, rules: Rules, object_: Object) -> Errors:
    if rules.checks_metadata:
        yield from check_metadata(metadata_of(object_), namespaced=resource.namespaced, name=rules.name)
    yield from (rules.create or rules.body)(object_)


def _check_common(resource: Resource, rules: Rules, object_: Object) -> Errors:
    """Look at what all kinds must have right, once the kind itself has nothing against an object."""
    metadata = metadata_of(object_)
    if rules.checks_metadata:
        yield from check_path(metadata)
    else:
        yield from check_metadata(metadata, namespaced=resource.namespaced, name=path_segment, strict_finalizers=False)


def _check_update(resource: Resource, rules: Rules, new: Object, old: Object, subresource: str) -> Errors:
    yield from check_metadata(
        metadata_of(new), namespaced=resource.namespaced, name=path_segment, strict_finalizers=False
    )
    yield from check_metadata_update(metadata_of(new), metadata_of(old), strict_finalizers=False)
    if subresource == "status" or subresource in rules.subresources:
        if rules.checks_metadata:
            yield from check_metadata_update(metadata_of(new), metadata_of(old))
        yield from rules.subresources.get(subresource, rules.status)(new, old)
        return
    yield from _check_metadata_again(resource, rules, new, old)
    if rules.change_first:
        yield from rules.change(new, old)
    if rules.body_on_update:
        yield from rules.body(new)
    if not rules.change_first:
        yield from rules.change(new, old)


def _check_metadata_again(resource: Resource, rules: Rules, new: Object, old: Object) -> Errors:
    if not rules.checks_metadata:
        return
    for check in rules.metadata_on_update:
        if check == "change":
            yield from check_metadata_update(metadata_of(new), metadata_of(old))
        else:
            yield from check_metadata(metadata_of(new), namespaced=resource.namespaced, name=rules.name)
