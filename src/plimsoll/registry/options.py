"""The options of writes and deletions: read from the query or a body, and checked before anything else happens.

Sources: apimachinery, pkg/apis/meta/v1/validation/validation.go, and the handlers of apiserver.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from plimsoll.apimachinery.decoding.mismatch import json_type
from plimsoll.apimachinery.validation.fielderrors import (
    FieldError,
    forbidden,
    invalid,
    invalid_value,
    not_supported,
    required,
    too_long,
)
from plimsoll.kube.resources import Resource
from plimsoll.registry.refusals import META_GROUP, bad_request

FieldValidation = Literal["Ignore", "Warn", "Strict"]

APPLY_TYPES = frozenset({"application/apply-patch+yaml", "application/apply-patch+json"})

LONGEST_MANAGER = 128

SCHEME = "pkg/runtime/scheme.go:111"
"""The list of kinds that does not have what was sent, as messages name it."""

_DELETE_FIELDS: Mapping[str, tuple[type, str]] = {
    "kind": (str, "string"),
    "apiVersion": (str, "string"),
    "gracePeriodSeconds": (int, "int64"),
    "preconditions": (dict, "v1.Preconditions"),
    "orphanDependents": (bool, "bool"),
    "propagationPolicy": (str, "v1.DeletionPropagation"),
    "dryRun": (list, "[]string"),
}
"""The fields of DeleteOptions that are looked at: what holds them here, and in Go."""

_POLICIES = ("Foreground", "Background", "Orphan")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a create, update or patch was asked besides its body."""

    dry_run: bool = False
    field_manager: str = ""
    field_validation: FieldValidation = "Warn"
    force: bool = False


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """How to delete. None stands for what was not said."""

    dry_run: bool = False
    grace_seconds: int | None = None
    uid: str | None = None
    resource_version: str | None = None
    orphan_dependents: bool | None = None
    propagation: str | None = None


def write_options(verb: str, options: Mapping[str, str], patch_type: str = "") -> WriteOptions:
    """Read the options of a write; 422 for values that are none."""
    kind = {"create": "CreateOptions", "update": "UpdateOptions"}.get(verb, "PatchOptions")
    manager = options.get("fieldManager", "")
    validation = options.get("fieldValidation", "")
    force = options.get("force")
    errors = list(_write_errors(options, patch_type if kind == "PatchOptions" else None))
    _refuse(kind, errors)
    return WriteOptions(
        dry_run="dryRun" in options and options["dryRun"] == "All",
        field_manager=manager,
        field_validation=validation or "Warn",  # type: ignore[arg-type]  # checked above
        force=force is not None and read_boolean(force),
    )


def delete_options(options: Mapping[str, str], body: Any) -> DeleteOptions:
    """Read the options of a deletion, from the body where there is one; 400 or 422 where they make no sense."""
    if body is not None and body != "":
        if not isinstance(body, dict):
            raise bad_request("json: cannot unmarshal value into Go value of type v1.DeleteOptions")
        read = _from_body(body)
        dry_run = body.get("dryRun") or []
    else:
        read = _from_query(options)
        dry_run = [options["dryRun"]] if "dryRun" in options else []
    errors = [*_propagation_errors(read), *_dry_run_errors(dry_run)]
    _refuse("DeleteOptions", errors)
    return replace(read, dry_run=bool(dry_run))


def _from_body(body: Mapping[str, Any]) -> DeleteOptions:
    for name, (held, written) in _DELETE_FIELDS.items():
        value = body.get(name)
        if value is not None and type(value) is not held:
            where = f"Go struct field DeleteOptions.{name} of type {written}"
            raise bad_request(f"json: cannot unmarshal {json_type(value)} into {where}")
    kind = body.get("kind")
    if kind not in {None, "", "DeleteOptions"}:
        version = body.get("apiVersion", "v1")
        raise bad_request(f'no kind "{kind}" is registered for version "{version}" in scheme "{SCHEME}"')
    preconditions = body.get("preconditions") or {}
    grace = body.get("gracePeriodSeconds")
    return DeleteOptions(
        grace_seconds=grace,
        uid=preconditions.get("uid"),
        resource_version=preconditions.get("resourceVersion"),
        orphan_dependents=body.get("orphanDependents"),
        propagation=body.get("propagationPolicy"),
    )


def _from_query(options: Mapping[str, str]) -> DeleteOptions:
    grace = options.get("gracePeriodSeconds")
    orphan = options.get("orphanDependents")
    return DeleteOptions(
        grace_seconds=None if grace is None else read_integer(grace),
        orphan_dependents=None if orphan is None else read_boolean(orphan),
        propagation=options.get("propagationPolicy"),
    )


def read_integer(text: str) -> int:
    """An integer of the query; 400 in Go's words where it is none."""
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()):
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return int(text)


def read_boolean(text: str) -> bool:
    """Read a flag of the query, which is set unless it says no (apimachinery, runtime/converter.go)."""
    return text.lower() not in {"false", "0"}


def _write_errors(options: Mapping[str, str], patch_type: str | None) -> Iterator[FieldError]:
    manager = options.get("fieldManager", "")
    if patch_type in APPLY_TYPES:
        if not manager:
            yield required("fieldManager", "is required for apply patch")
    elif patch_type is not None and "force" in options:
        yield forbidden("force", "may not be specified for non-apply patch")
    if len(manager.encode()) > LONGEST_MANAGER:
        yield too_long("fieldManager", LONGEST_MANAGER)
    for position, mark in enumerate(manager):
        if not mark.isprintable():
            yield invalid_value(
                "fieldManager", manager, f"invalid character U+{ord(mark):04X} (at position {position})"
            )
    yield from _dry_run_errors([options["dryRun"]] if "dryRun" in options else [])
    validation = options.get("fieldValidation", "")
    if validation not in {"", "Ignore", "Warn", "Strict"}:
        yield not_supported("fieldValidation", validation, ("", "Ignore", "Strict", "Warn"))


def _dry_run_errors(values: Any) -> Iterator[FieldError]:
    if any(value != "All" for value in values):
        yield not_supported("dryRun", values, ("All",))


def _propagation_errors(options: DeleteOptions) -> Iterator[FieldError]:
    policy = options.propagation
    if policy is None:
        return
    if options.orphan_dependents is not None:
        text = "orphanDependents and deletionPropagation cannot be both set"
        yield invalid_value("propagationPolicy", policy, text)
    if policy not in _POLICIES:
        yield not_supported("propagationPolicy", policy, (*_POLICIES, "nil"))


def _refuse(kind: str, errors: list[FieldError]) -> None:
    if errors:
        raise invalid(Resource(META_GROUP, "v1", "", kind), "", errors)
