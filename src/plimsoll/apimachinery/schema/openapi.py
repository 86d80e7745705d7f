"""Schemas of custom resources, from the ``openAPIV3Schema`` of their definition.

The extensions that say how lists and maps merge are documented with ``JSONSchemaProps`` in
``k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/types_jsonschema.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.apimachinery.schema.builtin import schema_of_type
from plimsoll.apimachinery.schema.model import ABSENT, Fields, Schema, SchemaType

OpenAPI = Mapping[str, Any]

_TYPES: Mapping[str, SchemaType] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "array": "list",
}
_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


def from_openapi(openapi_v3_schema: OpenAPI) -> Schema:
    """Return the schema of a custom resource's objects, with the ``metadata`` that every object has."""
    return _node(openapi_v3_schema, is_resource=True)


def _node(source: OpenAPI, *, is_resource: bool = False) -> Schema:
    is_resource = is_resource or bool(source.get("x-kubernetes-embedded-resource"))
    schema_type = "object" if is_resource else _type(source)
    return Schema(
        schema_type,
        required=frozenset(source.get("required", ())),
        element=_element(source, schema_type),
        list_type=source.get("x-kubernetes-list-type", "atomic"),
        list_keys=tuple(source.get("x-kubernetes-list-map-keys", ())),
        atomic_map=source.get("x-kubernetes-map-type") == "atomic",
        preserve_unknown=bool(source.get("x-kubernetes-preserve-unknown-fields")),
        nullable=bool(source.get("nullable")),
        format=source.get("format", ""),
        default=source.get("default", ABSENT),
        embedded_resource=bool(source.get("x-kubernetes-embedded-resource")),
        declared_fields=_fields(source, is_resource=is_resource) if schema_type == "object" else {},
    )


def _type(source: OpenAPI) -> SchemaType:
    """An object without properties but with ``additionalProperties`` is a map; one with neither holds what it may."""
    if source.get("x-kubernetes-int-or-string"):
        return "int-or-string"
    declared = source.get("type", "")
    if declared in _TYPES:
        return _TYPES[declared]
    if declared != "object":
        return "any"
    return "map" if source.get("additionalProperties") and not source.get("properties") else "object"


def _element(source: OpenAPI, schema_type: SchemaType) -> Schema | None:
    match schema_type:
        case "list":
            return _node(source.get("items") or {"x-kubernetes-preserve-unknown-fields": True})
        case "map":
            described = source["additionalProperties"]
            return _node(described if isinstance(described, dict) else {"x-kubernetes-preserve-unknown-fields": True})
        case _:
            return None


def _fields(source: OpenAPI, *, is_resource: bool) -> Fields:
    fields = {name: _node(described) for name, described in source.get("properties", {}).items()}
    if is_resource:
        fields |= {"apiVersion": Schema("string"), "kind": Schema("string"), "metadata": schema_of_type(_OBJECT_META)}
    return fields
