"""Schemas as the server's messages print them: all fields of its structures (apiextensions, types_jsonschema.go)."""

from __future__ import annotations

from typing import Any

_FIELDS = (
    ("ID", "id", ""),
    ("Schema", "$schema", ""),
    ("Ref", "$ref", None),
    ("Description", "description", ""),
    ("Type", "type", ""),
    ("Nullable", "nullable", False),
    ("Format", "format", ""),
    ("Title", "title", ""),
    ("Default", "default", None),
    ("Maximum", "maximum", None),
    ("ExclusiveMaximum", "exclusiveMaximum", False),
    ("Minimum", "minimum", None),
    ("ExclusiveMinimum", "exclusiveMinimum", False),
    ("MaxLength", "maxLength", None),
    ("MinLength", "minLength", None),
    ("Pattern", "pattern", ""),
    ("MaxItems", "maxItems", None),
    ("MinItems", "minItems", None),
    ("UniqueItems", "uniqueItems", False),
    ("MultipleOf", "multipleOf", None),
    ("Enum", "enum", None),
    ("MaxProperties", "maxProperties", None),
    ("MinProperties", "minProperties", None),
    ("Required", "required", None),
    ("Items", "items", None),
    ("AllOf", "allOf", None),
    ("OneOf", "oneOf", None),
    ("AnyOf", "anyOf", None),
    ("Not", "not", None),
    ("Properties", "properties", None),
    ("AdditionalProperties", "additionalProperties", None),
    ("PatternProperties", "patternProperties", None),
    ("Dependencies", "dependencies", None),
    ("AdditionalItems", "additionalItems", None),
    ("Definitions", "definitions", None),
    ("ExternalDocs", "externalDocs", None),
    ("Example", "example", None),
    ("XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", None),
    ("XEmbeddedResource", "x-kubernetes-embedded-resource", False),
    ("XIntOrString", "x-kubernetes-int-or-string", False),
    ("XListMapKeys", "x-kubernetes-list-map-keys", None),
    ("XListType", "x-kubernetes-list-type", None),
    ("XMapType", "x-kubernetes-map-type", None),
    ("XValidations", "x-kubernetes-validations", None),
)


def schema_as_structure(schema: Any) -> Any:
    """A schema with the names of the server's fields, empty ones included."""
    if not isinstance(schema, dict):
        return schema
    return {name: _printed(key, schema.get(key, empty)) for name, key, empty in _FIELDS}


def _printed(key: str, value: Any) -> Any:
    if key == "properties" and value:
        return {name: schema_as_structure(value[name]) for name in sorted(value)}
    if key in {"allOf", "oneOf", "anyOf"} and value:
        return [schema_as_structure(inner) for inner in value]
    if key == "items" and value:
        return {"Schema": schema_as_structure(value), "JSONSchemas": None}
    if key == "additionalProperties" and value is not None:
        allows = value if isinstance(value, bool) else True
        return {"Allows": allows, "Schema": schema_as_structure(value) if isinstance(value, dict) else None}
    return schema_as_structure(value) if key == "not" else value
