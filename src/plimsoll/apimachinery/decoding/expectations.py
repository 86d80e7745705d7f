"""Which kind a body should be of, and the refusals of bodies that are of another, or of none that can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plimsoll.apimachinery.decoding.mismatch import json_type
from plimsoll.apimachinery.schema.builtin import type_names
from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object

_BAD_REQUEST = 400
_SHOWN_BYTES = 30  # of a body that is not understood (``summarizeData`` in apiserver, pkg/endpoints/handlers/rest.go)
_SCHEME = "pkg/runtime/scheme.go:111"
_UNPROCESSABLE = 422
_CONVERTIBLE_GROUPS = frozenset({"", "events.k8s.io"})  # both have an ``Event``, and they are one
_META_STRUCT = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """A kind of object in a version, e.g. ``apps/v1 Deployment``."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """As it stands in objects: ``v1``, ``apps/v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def go_package(self) -> str:
        """The package of its type within the server, where versions do not matter: ``core``, ``apps``, ``rbac``."""
        return self.group.partition(".")[0] or "core"


def check_kind(value: Object, body: bytes, expected: ObjectKind) -> None:
    """Raise ``ApiError`` 400 where an object says that it is of another kind; what it leaves out is as expected."""
    kind = value.get("kind") or expected.kind
    api_version = value.get("apiVersion") or expected.api_version
    if kind == expected.kind and api_version == expected.api_version:
        return
    _check_texts(value, body, expected)
    group, _, version = api_version.rpartition("/")
    given = ObjectKind(group, version, kind)
    if (group, version, kind) not in type_names():
        problem = f'no kind "{kind}" is registered for version "{api_version}" in scheme "{_SCHEME}"'
        raise cannot_handle(given, expected, problem)
    if kind != expected.kind or (
        not _CONVERTIBLE_GROUPS.issuperset({group, expected.group}) and group != expected.group
    ):
        problem = f"converting ({version}.{kind}) to ({expected.go_package}.{expected.kind}): unknown conversion"
        raise cannot_handle(given, expected, problem)
    raise _wrong_version(api_version, expected)


def check_custom_kind(value: Object, body: bytes, expected: ObjectKind) -> None:
    """Do the same for custom resources, which must say of which kind they are.

    Another kind passes here: the server sees it only after decoding (:func:`check_decoded_kind`).
    """
    _check_texts(value, body, expected)
    if not value.get("kind"):
        raise unrecognized(f"Object 'Kind' is missing in '{body.decode(errors='replace')}'", body, expected)
    api_version = value.get("apiVersion") or ""
    if api_version != expected.api_version:
        raise _wrong_version(api_version, expected)


def check_decoded_kind(value: Object, expected: ObjectKind) -> None:
    """Raise ``ApiError`` 422 where a custom resource says that it is of another kind."""
    kind = value["kind"]
    if kind == expected.kind:
        return
    metadata = value.get("metadata")
    name = str(metadata.get("name", "")) if isinstance(metadata, dict) else ""
    problem = f'Invalid value: "{kind}": must be {expected.kind}'
    raise ApiError(
        _UNPROCESSABLE,
        "Invalid",
        f'{kind}.{expected.group} "{name}" is invalid: kind: {problem}',
        details={
            "name": name,
            "group": expected.group,
            "kind": kind,
            "causes": [{"reason": "FieldValueInvalid", "message": problem, "field": "kind"}],
        },
    )


def _check_texts(value: Object, body: bytes, expected: ObjectKind) -> None:
    for field in ("kind", "apiVersion"):
        text = value.get(field)
        if text is not None and not isinstance(text, str):
            problem = f"json: cannot unmarshal {json_type(text)} into Go struct field .{field} of type string"
            raise unrecognized(f"couldn't get version/kind; json parse error: {problem}", body, expected)


def _wrong_version(api_version: str, expected: ObjectKind) -> ApiError:
    message = (
        f"the API version in the data ({api_version}) does not match the expected API version ({expected.api_version})"
    )
    return ApiError(_BAD_REQUEST, "BadRequest", message)


def cannot_handle(given: ObjectKind, expected: ObjectKind, problem: str) -> ApiError:
    """Return the refusal of a body whose kind is known and that cannot be decoded all the same."""
    message = f'{given.kind} in version "{given.version}" cannot be handled as a {expected.kind}: {problem}'
    return ApiError(_BAD_REQUEST, "BadRequest", message)


def no_object(value: Any, body: bytes, expected: ObjectKind) -> ApiError:
    """Return the refusal of a body that is JSON, but no object."""
    problem = f"json: cannot unmarshal {json_type(value)} into Go value of type {_META_STRUCT}"
    return unrecognized(f"couldn't get version/kind; json parse error: {problem}", body, expected)


def unrecognized(problem: str, body: bytes, expected: ObjectKind) -> ApiError:
    """Return the refusal of a body of which not even the kind can be told."""
    message = f"the object provided is unrecognized (must be of type {expected.kind}): {problem} ({_summary(body)})"
    return ApiError(_BAD_REQUEST, "BadRequest", message)


def _summary(body: bytes) -> str:
    if not body:
        return "<empty>"
    ellipsis = " ..." if len(body) > _SHOWN_BYTES else ""
    shown = body[:_SHOWN_BYTES]
    return (shown.decode(errors="replace") if body.startswith(b"{") else shown.hex()) + ellipsis
