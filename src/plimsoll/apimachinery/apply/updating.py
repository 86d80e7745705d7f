"""managedFields of plain writes: creates, updates and patches (apimachinery, pkg/util/managedfields)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import orjson

from plimsoll.apimachinery.apply.comparison import Comparison, compare
from plimsoll.apimachinery.apply.fieldsets import FieldSet, difference, intersection, ordered, union, without
from plimsoll.apimachinery.apply.managers import (
    InvalidEntriesError,
    ManagerKey,
    Managers,
    Owned,
    capped,
    read_managers,
    updater,
    write_managers,
)
from plimsoll.apimachinery.apply.shapes import shape_of
from plimsoll.apimachinery.apply.structure import MismatchError
from plimsoll.apimachinery.schema import Schema
from plimsoll.kube.resources import Object

UNTRACKED: FieldSet = {
    "f:apiVersion": {},
    "f:kind": {},
    "f:metadata": {
        ".": {},
        "f:clusterName": {},
        "f:creationTimestamp": {},
        "f:generation": {},
        "f:managedFields": {},
        "f:name": {},
        "f:namespace": {},
        "f:resourceVersion": {},
        "f:selfLink": {},
        "f:uid": {},
    },
}
"""What nobody owns (apimachinery, managedfields/internal/stripmeta.go)."""

_IDENTITY = frozenset(element[2:] for element in UNTRACKED["f:metadata"] if element != ".")
_MAX_MANAGER_BYTES = 128
_REMEMBERED_SHAPES = 4096
_REMEMBERED_TEXTS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """The circumstances of a write.

    ``manager`` is the field manager's name (:func:`field_manager`), ``time`` the server's now (RFC 3339, seconds),
    ``api_version`` the version in which the request speaks, ``reset`` what it cannot set
    (:func:`~plimsoll.apimachinery.apply.resets.reset_fields`).
    """

    schema: Schema
    manager: str
    api_version: str
    time: str
    subresource: str = ""
    reset: FieldSet = field(default_factory=dict)


def field_manager(requested: str, user_agent: str) -> str:
    """The manager's name: the request's, or else the user agent's up to its first slash, at most 128 bytes of it."""
    if requested:
        return requested
    name = ""
    for character in user_agent.split("/", 1)[0]:
        if character.isprintable():
            if len((name + character).encode()) > _MAX_MANAGER_BYTES:
                break
            name += character
    return name


def update_managed_fields(live: Object | None, new: Object, write: Write) -> Object:
    """The new object with the managers that own its fields after a create (``live`` is None) or an update.

    Call it with the object as the client wants it, decoded and with defaults, before admission and strategies change
    it. What the write adds or changes, its manager owns from now on, and nobody else does. ``[]`` or ``[{}]`` in the
    new object's managedFields end the tracking, invalid entries are ignored. Neither object is changed.
    """
    managers = _managers_to_start_from(live, new, is_subresource=bool(write.subresource))
    if not managers and live is not None and live["metadata"].get("uid"):
        return with_managers(new, {})
    key = updater(write.manager, write.api_version, write.subresource)
    if live is None and not managers:
        fields = _created_fields(new, write)
        return with_managers(new, {key: Owned(fields, write.api_version, write.time)} if fields else {})
    try:
        comparison = compare(live or {}, new, write.schema).excluding(write.reset)
    except MismatchError:
        return with_managers(new, {})
    return with_managers(new, capped(_updated(managers, comparison, key, write.time)))


def _updated(managers: Managers, comparison: Comparison, key: ManagerKey, time: str) -> Managers:
    result = dispossessed(managers, comparison)
    written = difference(comparison.written, UNTRACKED)
    if written:
        api_version = key.api_version
        mine = result[key].fields if key in result else {}
        result[key] = Owned(ordered(union(written, mine)), api_version, time)
    return result


def dispossessed(managers: Managers, comparison: Comparison, *, spared: ManagerKey | None = None) -> Managers:
    """The managers without what somebody else has changed or removed; those who have nothing left are gone."""
    result = {}
    for key, owned in managers.items():
        fields = owned.fields
        if key != spared:
            fields = difference(fields, intersection(fields, comparison.written))
            fields = difference(fields, comparison.removed)
        if fields:
            result[key] = owned if fields is owned.fields else replace(owned, fields=fields)
    return result


def with_managers(value: Object, managers: Managers) -> Object:
    """The object with these managers in place of its own."""
    metadata = value.get("metadata") or {}
    entries = write_managers(managers)
    if metadata.get("managedFields") == (entries or None):
        return value
    rest = {name: member for name, member in metadata.items() if name != "managedFields"}
    if entries:
        rest["managedFields"] = entries
    return {**value, "metadata": rest}


def _managers_to_start_from(live: Object | None, new: Object, *, is_subresource: bool) -> Managers:
    """The managers that the client wants, or those of the live object where it says nothing that makes sense."""
    before = ((live or {}).get("metadata") or {}).get("managedFields")
    wanted = (new.get("metadata") or {}).get("managedFields")
    if wanted is not None and wanted is not before and not is_subresource:
        if wanted in ([], [{}]):
            return {}
        try:
            managers = read_managers(wanted)
        except InvalidEntriesError:
            managers = {}
        if managers:
            return managers
    try:
        return read_managers(before or ())
    except InvalidEntriesError:
        return {}


def _created_fields(new: Object, write: Write) -> FieldSet:
    """What the creator of an object owns; objects of one shape share one set."""
    metadata = new.get("metadata") or {}
    tracked = dict(new)
    tracked["metadata"] = kept = {name: member for name, member in metadata.items() if name not in _IDENTITY}
    for name in ("labels", "annotations"):
        if kept.get(name):
            kept[name] = dict.fromkeys(kept[name], "")
    for name in ("apiVersion", "kind", *(element[2:] for element, node in write.reset.items() if not node)):
        tracked.pop(name, None)
    try:
        return _fields_of_text(write.schema, orjson.dumps(tracked), orjson.dumps(write.reset))
    except (MismatchError, TypeError):
        return {}


@lru_cache(maxsize=_REMEMBERED_TEXTS)
def _fields_of_text(schema: Schema, text: bytes, reset: bytes) -> FieldSet:
    """The fields of a new object, by all that it says: pods of one template say the same, and need no look at it."""
    return _fields_of_shape(schema, orjson.dumps(shape_of(orjson.loads(text), schema)), reset)


@lru_cache(maxsize=_REMEMBERED_SHAPES)
def _fields_of_shape(schema: Schema, shape: bytes, reset: bytes) -> FieldSet:
    """The fields of a new object, read from its shape: equal texts mean equal fields."""
    value: Any = orjson.loads(shape)
    written = without(compare({}, value, schema).written, orjson.loads(reset))
    return ordered(difference(written, UNTRACKED))
