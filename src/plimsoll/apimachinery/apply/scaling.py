"""Who owns the number of replicas when it is written through the scale of an object.

A Scale has managers of its own: those of the object that own the number, all told in the Scale's version. What they
have become after the write is merged back. Updaters are told apart by version, and so come back as managers of their
own beside the ones that they were (apimachinery, pkg/util/managedfields/scalehandler.go).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from plimsoll.apimachinery.apply.fieldsets import contains, difference, single
from plimsoll.apimachinery.apply.managers import (
    InvalidEntriesError,
    ManagerKey,
    Managers,
    Owned,
    read_managers,
    updater,
)
from plimsoll.apimachinery.apply.updating import Write, with_managers
from plimsoll.kube.resources import Object

SCALE_API_VERSION = "autoscaling/v1"


def track_scale(live: Object, new: Object, write: Write, replicas: Sequence[str]) -> Object:
    """The new object with the managers after a write of its scale; ``replicas`` names the field from the top.

    ``write`` is told in the object's version; its subresource is the scale's. Neither object is changed.
    """
    path = tuple(f"f:{name}" for name in replicas)
    try:
        managers = read_managers(live["metadata"].get("managedFields") or ())
    except InvalidEntriesError:
        return with_managers(new, {})
    in_scale = {_in_scale(key): key for key, owned in managers.items() if contains(owned.fields, path)}
    times = {key: managers[before].time for key, before in in_scale.items() if key == before}
    wanted = _at(new, replicas)
    if in_scale and _at(live, replicas) != wanted:
        writer = updater(write.manager, SCALE_API_VERSION, write.subresource)
        in_scale = {writer: writer} if wanted else {}  # zero is not written in a Scale, and so is nobody's
    result: Managers = {}
    for key, owned in managers.items():
        if not contains(owned.fields, path) or key in in_scale:
            result[key] = owned
        elif rest := difference(owned.fields, single(path)):
            result[key] = replace(owned, fields=rest)
    for key in in_scale:
        if key not in result:
            result[key] = Owned(single(path), write.api_version, times.get(key, ""))
    return with_managers(new, result)


def _in_scale(key: ManagerKey) -> ManagerKey:
    return key if key.applies else key._replace(api_version=SCALE_API_VERSION)


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
