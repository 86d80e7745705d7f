"""Schemas of Kubernetes 1.36's own types, from facts extracted by ``scripts/extract_schemas.py``.

A type becomes a :class:`Schema` when it is first asked for: a server that serves all kinds reads few of them.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from plimsoll.apimachinery.schema.metrics import METRICS_TYPES
from plimsoll.apimachinery.schema.model import ABSENT, Fields, Schema, SchemaType, ZeroValue
from plimsoll.kube.resources import Resource

Facts = Mapping[str, Any]

_API = "io.k8s.apimachinery.pkg"
_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1"
SPECIAL_TYPES: Mapping[str, SchemaType] = {
    f"{_API}.api.resource.Quantity": "quantity",
    f"{_API}.apis.meta.v1.Time": "time",
    f"{_API}.apis.meta.v1.MicroTime": "micro-time",
    f"{_API}.util.intstr.IntOrString": "int-or-string",
    f"{_API}.apis.meta.v1.FieldsV1": "any",
    f"{_API}.apis.meta.v1.Patch": "any",
    f"{_API}.runtime.RawExtension": "any",
    f"{_EXTENSIONS}.JSON": "any",
    f"{_EXTENSIONS}.JSONSchemaPropsOrArray": "any",
    f"{_EXTENSIONS}.JSONSchemaPropsOrBool": "any",
    f"{_EXTENSIONS}.JSONSchemaPropsOrStringArray": "any",
}
"""Types that write themselves in a way of their own, and so have no fields to go by."""

_PRIMITIVES: Mapping[str, SchemaType] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "any": "any",
    "object": "any",
    "list": "list",
    "map": "map",
}


@cache
def type_facts() -> Mapping[str, Facts]:
    """Return the facts about every built-in type by its component name."""
    compressed = files(__package__).joinpath("kubernetes.json.gz").read_bytes()
    return {**orjson.loads(gzip.decompress(compressed))["types"], **METRICS_TYPES}


@cache
def type_names() -> Mapping[tuple[str, str, str], str]:
    """Return the component name of every group, version and kind that has one."""
    return {
        (group, version, kind): name
        for name, facts in type_facts().items()
        for group, version, kind in facts.get("kinds", ())
    }


def schema_of(resource: Resource) -> Schema:
    """Return the schema of a built-in resource's objects; ``KeyError`` where it is none."""
    return schema_of_kind(resource.group, resource.version, resource.kind)


def schema_of_kind(group: str, version: str, kind: str) -> Schema:
    """Return the schema of a kind, also of those that are only sent, like ``Eviction``; ``KeyError`` for others."""
    return schema_of_type(type_names()[group, version, kind])


@cache
def schema_of_type(name: str) -> Schema:
    """Return the schema of a component, e.g. ``io.k8s.api.core.v1.PodSpec``; ``KeyError`` where there is none."""
    facts = type_facts()[name]
    if name in SPECIAL_TYPES:
        return Schema(SPECIAL_TYPES[name], name, preserve_unknown=SPECIAL_TYPES[name] == "any")
    return Schema(
        "object",
        name,
        required=frozenset(facts.get("required", ())),
        atomic_map=facts.get("atomic", False),
        declared_fields=lambda: dict(_fields(facts["fields"])),
    )


def _fields(fields: Mapping[str, Facts]) -> Iterator[tuple[str, Schema]]:
    for name, facts in fields.items():
        yield name, _place(facts)


def _place(facts: Facts) -> Schema:
    """Return the node of a field or an element: its type's facts, and those of the place."""
    type_name = facts["type"].removeprefix("@")
    of_type = schema_of_type(type_name) if facts["type"].startswith("@") else None
    schema_type = of_type.type if of_type else _primitive(facts)
    declared: Fields | Any = (lambda: of_type.fields) if of_type else {}
    return Schema(
        schema_type,
        of_type.type_name if of_type else "",
        required=of_type.required if of_type else frozenset(),
        element=_place(facts["element"]) if "element" in facts else None,
        list_type=facts.get("list", "atomic"),
        list_keys=tuple(facts.get("keys", ())),
        atomic_map=facts.get("atomic", of_type.atomic_map if of_type else False),
        patch_strategy=frozenset(facts["patch"].split(",")) if "patch" in facts else frozenset(),
        merge_key=facts.get("merge_key"),
        preserve_unknown=schema_type == "any",
        format=facts.get("format", ""),
        enum=tuple(facts.get("enum", ())),
        default=facts.get("default", ABSENT),
        zero=_zero(schema_type, facts["go"]) if "go" in facts else "kept",
        declared_fields=declared,
    )


def _primitive(facts: Facts) -> SchemaType:
    return "bytes" if facts.get("format") == "byte" else _PRIMITIVES[facts["type"]]


def _zero(schema_type: SchemaType, go: str) -> ZeroValue:
    """Return what ``encoding/json`` writes for a zero value of a Go field that is declared in this way."""
    declaration, *options = go.split(",")
    if declaration == "pointer":
        return "kept" if options else "null"
    is_structure = schema_type in {"object", "any", "quantity", "int-or-string", "time", "micro-time"}
    if "omitzero" in options or (options and not is_structure):
        return "omitted"
    return "null" if schema_type in {"any", "time", "micro-time", "list", "map", "bytes"} else "filled"
