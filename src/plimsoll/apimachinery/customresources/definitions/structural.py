"""Structural schemas: every value has one type, and what is said of it stands in one place.

Source: apiextensions-apiserver, pkg/apiserver/schema/validation.go and complete.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from plimsoll.apimachinery.customresources.valuevalidation import compiled_pattern
from plimsoll.apimachinery.validation.fielderrors import FieldError, forbidden, invalid_value, required

OpenAPI: TypeAlias = Mapping[str, Any]

_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_NOT_EMPTY = {
    "root": "must not be empty at the root",
    "item": "must not be empty for specified array items",
    "field": "must not be empty for specified object fields",
}
_FORBIDDEN_INSIDE: Mapping[str, str] = {
    "type": "must be empty to be structural",
    "additionalProperties": "must be undefined to be structural",
    "default": "must be undefined to be structural",
    "title": "must be empty to be structural",
    "description": "must be empty to be structural",
    "nullable": "must be false to be structural",
    "x-kubernetes-preserve-unknown-fields": "must be false to be structural",
    "x-kubernetes-embedded-resource": "must be false to be structural",
    "x-kubernetes-int-or-string": "must be false to be structural",
    "x-kubernetes-list-map-keys": "must be empty to be structural",
    "x-kubernetes-list-type": "must be undefined to be structural",
    "x-kubernetes-map-type": "must be undefined to be structural",
}
"""What may not stand inside of ``allOf``, ``anyOf``, ``oneOf`` and ``not``."""


def structural_errors(schema: OpenAPI, path: str) -> list[FieldError]:
    """Why a schema is not structural, in the order in which the server sorts it."""
    errors = [*_invariants(schema, "root", path), *_completeness(schema, schema, path, path)]
    return sorted(errors, key=str)


def _invariants(schema: OpenAPI, level: str, path: str) -> Iterator[FieldError]:
    if schema.get("type") == "array" and "items" not in schema:
        yield required(f"{path}.items", "must be specified")
    if isinstance(schema.get("items"), dict):
        yield from _invariants(schema["items"], "item", f"{path}.items")
    for name, inner in (schema.get("properties") or {}).items():
        yield from _invariants(inner, "field", f"{path}.properties[{name}]")
    if schema.get("additionalProperties") is not None:
        if level == "root":
            yield forbidden(f"{path}.additionalProperties", "must not be used at the root")
        if isinstance(schema["additionalProperties"], dict):
            yield from _invariants(schema["additionalProperties"], "field", f"{path}.additionalProperties")
    yield from _extensions(schema, path)
    yield from _value_validation(schema, path, is_nested=False)
    yield from _types(schema, level, path)
    yield from _resource_fields(schema, level, path)


def _extensions(schema: OpenAPI, path: str) -> Iterator[FieldError]:
    if schema.get("x-kubernetes-int-or-string"):
        for name in ("preserve-unknown-fields", "embedded-resource"):
            if schema.get(f"x-kubernetes-{name}"):
                detail = "must be false if x-kubernetes-int-or-string is true"
                yield invalid_value(f"{path}.x-kubernetes-{name}", value=True, detail=detail)


def _types(schema: OpenAPI, level: str, path: str) -> Iterator[FieldError]:
    kind = schema.get("type") or ""
    embedded = schema.get("x-kubernetes-embedded-resource")
    open_type = schema.get("x-kubernetes-int-or-string") or schema.get("x-kubernetes-preserve-unknown-fields")
    if embedded and kind != "object":
        detail = "must be object if x-kubernetes-embedded-resource is true"
        yield invalid_value(f"{path}.type", kind, detail) if kind else required(f"{path}.type", detail)
    elif not kind and not open_type:
        yield required(f"{path}.type", _NOT_EMPTY[level])
    if embedded and schema.get("additionalProperties") is not None:
        detail = "must not be used if x-kubernetes-embedded-resource is set"
        yield forbidden(f"{path}.additionalProperties", detail)
    if level == "root" and kind and kind != "object":
        yield invalid_value(f"{path}.type", kind, "must be object at the root")


def _resource_fields(schema: OpenAPI, level: str, path: str) -> Iterator[FieldError]:
    """What is said of ``apiVersion``, ``kind`` and ``metadata`` of resources, which have them anyway."""
    properties = schema.get("properties") or {}
    embedded = bool(schema.get("x-kubernetes-embedded-resource"))
    if level == "root" or embedded:
        for name in ("kind", "apiVersion"):
            if name in properties and properties[name].get("type") != "string":
                yield invalid_value(
                    f"{path}.properties[{name}].type", properties[name].get("type", ""), "must be string"
                )
        metadata = properties.get("metadata")
        if metadata is not None and metadata.get("type") != "object":
            yield invalid_value(f"{path}.properties[metadata].type", metadata.get("type", ""), "must be object")
    if level == "root" and "metadata" in properties and not _is_plain_metadata(properties["metadata"]):
        detail = "must not specify anything other than name and generateName, but metadata is implicitly specified"
        yield forbidden(f"{path}.properties[metadata]", detail)
    if embedded and not schema.get("x-kubernetes-preserve-unknown-fields") and not properties:
        detail = (
            "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
        )
        yield required(f"{path}.properties", detail)


def _is_plain_metadata(schema: OpenAPI) -> bool:
    rest = {name: value for name, value in schema.items() if name not in {"type", "default", "properties"} and value}
    return not rest and set(schema.get("properties") or ()) <= {"name", "generateName"}


def _nested(schema: OpenAPI, path: str) -> Iterator[tuple[OpenAPI, str]]:
    for name in ("anyOf", "allOf", "oneOf"):
        for index, inner in enumerate(schema.get(name) or ()):
            yield inner, f"{path}.{name}[{index}]"
    if isinstance(schema.get("not"), dict):
        yield schema["not"], f"{path}.not"


def _value_validation(schema: OpenAPI, path: str, *, is_nested: bool) -> Iterator[FieldError]:
    int_or_string = bool(schema.get("x-kubernetes-int-or-string")) or is_nested
    for inner, place in _nested(schema, path):
        if int_or_string and schema.get("anyOf") == _INT_OR_STRING and place.startswith(f"{path}.anyOf"):
            continue
        yield from _nested_validation(inner, place)
    pattern = schema.get("pattern")
    if pattern:
        try:
            compiled_pattern(pattern)
        except re.error as error:
            detail = f"must be a valid regular expression, but isn't: {error}"
            yield invalid_value(f"{path}.pattern", pattern, detail)


def _nested_validation(schema: OpenAPI, path: str) -> Iterator[FieldError]:
    yield from _value_validation(schema, path, is_nested=path.endswith(".allOf[0]"))
    if isinstance(schema.get("items"), dict):
        yield from _nested_validation(schema["items"], f"{path}.items")
    for name, inner in (schema.get("properties") or {}).items():
        yield from _nested_validation(inner, f"{path}.properties[{name}]")
    for name, detail in _FORBIDDEN_INSIDE.items():
        if schema.get(name) or (name == "additionalProperties" and name in schema):
            yield forbidden(f"{path}.{name}", detail)
    if schema.get("x-kubernetes-validations"):
        yield forbidden(f"{path}.x-kubernetes-validations", "must be empty to be structural")
    if "metadata" in (schema.get("properties") or {}):
        yield forbidden(f"{path}.properties[metadata]", "must not be specified in a nested context")


def _completeness(schema: OpenAPI, structure: OpenAPI | None, place: str, path: str) -> Iterator[FieldError]:
    """Fields that are only named inside of a combination have no type, and are not structural."""
    for inner, nested_path in _nested(schema, path):
        yield from _nested_completeness(inner, structure, place, nested_path)


def _nested_completeness(schema: OpenAPI, structure: OpenAPI | None, place: str, path: str) -> Iterator[FieldError]:
    if structure is None:
        yield required(place, f"because it is defined in {path}")
        return
    yield from _completeness(schema, structure, place, path)
    if isinstance(schema.get("items"), dict):
        yield from _nested_completeness(schema["items"], structure.get("items"), f"{place}.items", f"{path}.items")
    for name, inner in (schema.get("properties") or {}).items():
        below = (structure.get("properties") or {}).get(name)
        key = f".properties[{name}]"
        yield from _nested_completeness(inner, below, place + key, path + key)
