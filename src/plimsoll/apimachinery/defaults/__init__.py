"""Defaults: what Kubernetes 1.36 fills into objects that leave it out, one module per API group.

Belongs in here: what follows from the object alone, as pkg/apis/*/v1/defaults.go has it, on creation and on every
update. Does not: what the strategies of storage do (:mod:`plimsoll.apimachinery.preparation`), what admission does by
looking at other objects, and what a custom resource's own schema says.

A new kind is a function and a line in the ``DEFAULTS`` of its group's module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from types import MappingProxyType

from plimsoll.apimachinery.defaults import apps, batch, core, pods, policies
from plimsoll.apimachinery.defaults.podspec import default_pod_spec
from plimsoll.kube.resources import Object, Resource

__all__ = ["apply_defaults", "default_pod_spec"]

_TABLE: Mapping[tuple[str, str], Callable[[Object], None]] = MappingProxyType(
    {
        (group, plural): fill
        for group, plural, fill in chain(apps.DEFAULTS, batch.DEFAULTS, core.DEFAULTS, pods.DEFAULTS, policies.DEFAULTS)
    }
)


def apply_defaults(resource: Resource, object_: Object) -> None:
    """Fill in what is missing, in place: the caller passes a copy that nobody else holds."""
    fill = _TABLE.get((resource.group, resource.plural))
    if fill is not None:
        fill(object_)
