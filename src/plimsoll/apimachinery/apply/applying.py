"""Server-side apply (structured-merge-diff, merge/update.go; apimachinery, pkg/util/managedfields)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from plimsoll.apimachinery.apply.comparison import compare
from plimsoll.apimachinery.apply.conflicts import bad_request, conflict, internal
from plimsoll.apimachinery.apply.conformity import check_conformity
from plimsoll.apimachinery.apply.fieldsets import FieldSet, difference, intersection, ordered, union, without
from plimsoll.apimachinery.apply.managers import (
    BEFORE_FIRST_APPLY,
    InvalidEntriesError,
    ManagerKey,
    Managers,
    Owned,
    applier,
    read_managers,
    updater,
)
from plimsoll.apimachinery.apply.merging import merged
from plimsoll.apimachinery.apply.ownership import claimed_fields
from plimsoll.apimachinery.apply.removal import pruned
from plimsoll.apimachinery.apply.structure import MismatchError
from plimsoll.apimachinery.apply.updating import UNTRACKED, Write, dispossessed, with_managers
from plimsoll.apimachinery.schema import Schema
from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""Where client-side apply keeps the configuration; taken over from, and kept up to date for, the manager kubectl."""

_KUBECTL = "kubectl"


def apply(live: Object | None, applied: Object, write: Write, *, kind: str, force: bool = False) -> Object:
    """The object after a manager applied a configuration: created where ``live`` is None, else merged.

    The manager owns what its configuration mentions. What it mentioned last time and does not any more goes, unless
    somebody else owns it, too. The result still has to be decoded, given defaults and checked. It equals ``live``, times
    of the managers included, where nothing changed: then nothing is to be written.

    Raises 400 for another apiVersion or kind, or managedFields in the configuration, 409 with the causes where it
    changes what others own (unless ``force``), and 500 for what does not fit the schema.
    """
    applied = _mapping(applied)
    _check(applied, write, kind)
    try:
        managers = read_managers(((live or {}).get("metadata") or {}).get("managedFields") or ())
    except InvalidEntriesError as invalid:
        raise internal(f"failed to decode managed fields: {invalid}") from invalid
    _check_type(applied, write.schema, kind)
    if not managers and live is not None:
        managers = _before_first_apply(live, write)
    current = _without_managed_fields(live or {})
    try:
        result, after = _applied(current, applied, managers, write, force=force)
    except _ConflictsError as found:
        if write.manager != _KUBECTL or found.remaining(allowed_from_last_applied(current, write)):
            raise found.answer(allowed_from_last_applied(current, write) if write.manager == _KUBECTL else {}) from None
        result, after = _applied(current, applied, managers, write, force=True)
    if write.manager == _KUBECTL:
        result = _with_last_applied(result, applied)
    return with_managers(result, after)


def _mapping(applied: Any) -> Object:
    """A configuration, which an empty body is, too; 400 for what is none."""
    if isinstance(applied, dict):
        return applied
    if applied is None:
        return {}
    names = {list: "array", str: "string", bool: "bool"}
    found = names.get(type(applied), "number")
    reason = f"json: cannot unmarshal {found} into Go value of type map[string]interface {{}}"
    raise bad_request(f"error decoding YAML: error unmarshaling JSON: while decoding JSON: {reason}")


class _ConflictsError(Exception):
    def __init__(self, conflicts: dict[ManagerKey, FieldSet]) -> None:
        super().__init__()
        self.conflicts = conflicts

    def remaining(self, allowed: FieldSet) -> dict[ManagerKey, FieldSet]:
        """The conflicts that are not allowed."""
        rest = {key: difference(fields, allowed) for key, fields in self.conflicts.items()}
        return {key: fields for key, fields in rest.items() if fields}

    def answer(self, allowed: FieldSet) -> ApiError:
        return conflict(self.remaining(allowed))


def _check(applied: Object, write: Write, kind: str) -> None:
    if applied.get("apiVersion") != write.api_version or applied.get("kind") != kind:
        group, _, version = str(applied.get("apiVersion") or "").rpartition("/")
        raise bad_request(f"invalid object type: {group}/{version}, Kind={applied.get('kind') or ''}")
    metadata = applied.get("metadata")
    if isinstance(metadata, dict) and metadata.get("managedFields") is not None:
        raise bad_request("metadata.managedFields must be nil")


def _check_type(applied: Object, schema: Schema, kind: str) -> None:
    try:
        check_conformity(applied, schema)
    except MismatchError as mismatch:
        found = applied.get("metadata")
        metadata = found if isinstance(found, dict) else {}
        group, _, version = applied["apiVersion"].rpartition("/")
        where = f"{metadata.get('namespace', '')}/{metadata.get('name', '')}; {group}/{version}, Kind={kind}"
        raise internal(f"failed to create typed patch object ({where}): {mismatch}") from mismatch


def _before_first_apply(live: Object, write: Write) -> Managers:
    """All that is there already, owned by one manager of its own."""
    try:
        written = compare({}, _without_managed_fields(live), write.schema).excluding(write.reset).written
    except MismatchError:
        return {}
    fields = difference(written, UNTRACKED)
    key = updater(BEFORE_FIRST_APPLY, write.api_version, write.subresource)
    return {key: Owned(ordered(fields), write.api_version, write.time)} if fields else {}


def _applied(
    live: Object, applied: Object, managers: Managers, write: Write, *, force: bool
) -> tuple[Object, Managers]:
    """The object without managedFields, and its managers; raises :class:`_ConflictsError`."""
    me = applier(write.manager, write.subresource)
    last = managers[me] if me in managers else Owned({}, write.api_version)
    claimed = without(claimed_fields(applied, write.schema), write.reset)
    after: Managers = {**managers, me: Owned(claimed, write.api_version, last.time)}
    owned: FieldSet = {}
    for manager in after.values():
        owned = union(owned, manager.fields)
    result = pruned(merged(live, applied, write.schema), last.fields, owned, write.schema)
    comparison = compare(live, result, write.schema).excluding(write.reset)
    conflicts = {key: intersection(other.fields, comparison.written) for key, other in after.items() if key != me}
    conflicts = {key: fields for key, fields in conflicts.items() if fields}
    if conflicts and not force:
        raise _ConflictsError(conflicts)
    after = dispossessed(after, comparison, spared=me)
    mine = ordered(difference(claimed, UNTRACKED))
    if mine:
        after[me] = replace(after[me], fields=mine, time=last.time if result == live else write.time)
    else:
        after.pop(me, None)
    return result, after


def _without_managed_fields(value: Object) -> Object:
    metadata = value.get("metadata")
    if not metadata or "managedFields" not in metadata:
        return value
    return {**value, "metadata": {name: member for name, member in metadata.items() if name != "managedFields"}}


def allowed_from_last_applied(live: Object, write: Write) -> FieldSet:
    """What kubectl applied on the client's side and still stands so: it may take that over without asking."""
    try:
        last: Any = orjson.loads(_last_applied(live))
        if last.get("apiVersion") != write.api_version:
            return {}
        comparison = compare(last, live, write.schema)
        fields = claimed_fields(last, write.schema)
    except (orjson.JSONDecodeError, AttributeError, MismatchError):
        return {}
    return difference(difference(fields, comparison.written), comparison.removed)


def _last_applied(value: Object) -> str:
    return str(((value.get("metadata") or {}).get("annotations") or {}).get(LAST_APPLIED) or "")


def _with_last_applied(value: Object, applied: Object) -> Object:
    """Keep the annotation of client-side apply up to date, if there is one."""
    if not _last_applied(value):
        return value
    metadata = dict(applied.get("metadata") or {})
    if metadata.get("annotations"):
        annotations = {name: text for name, text in metadata["annotations"].items() if name != LAST_APPLIED}
        metadata["annotations"] = annotations
    configuration = orjson.dumps({**applied, "metadata": metadata}, option=orjson.OPT_SORT_KEYS).decode() + "\n"
    old = value["metadata"]
    return {
        **value,
        "metadata": {**old, "annotations": {**old["annotations"], LAST_APPLIED: configuration}},
    }
