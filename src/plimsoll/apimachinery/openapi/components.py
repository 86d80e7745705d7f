"""Component schemas: the types of objects, from the facts that schemas are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from plimsoll.apimachinery.openapi.descriptions import FIELDS, KINDS
from plimsoll.apimachinery.schema import schema_of_type
from plimsoll.apimachinery.schema.builtin import type_facts
from plimsoll.kube.resources import Object

COMPONENTS = "#/components/schemas/"

Facts = Mapping[str, Any]

_API = "io.k8s.apimachinery.pkg"
_JSON = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON"
_SPECIAL: Mapping[str, Object] = {
    f"{_API}.api.resource.Quantity": {"oneOf": [{"type": "string"}, {"type": "number"}]},
    f"{_API}.util.intstr.IntOrString": {
        "format": "int-or-string",
        "oneOf": [{"type": "integer"}, {"type": "string"}],
    },
    f"{_API}.apis.meta.v1.Time": {"type": "string", "format": "date-time"},
    f"{_API}.apis.meta.v1.MicroTime": {"type": "string", "format": "date-time"},
    f"{_API}.apis.meta.v1.FieldsV1": {"type": "object"},
    f"{_API}.apis.meta.v1.Patch": {"type": "object"},
    f"{_API}.runtime.RawExtension": {"type": "object"},
    _JSON: {},
    f"{_JSON}SchemaPropsOrArray": {},
    f"{_JSON}SchemaPropsOrBool": {},
    f"{_JSON}SchemaPropsOrStringArray": {},
}
_EXTENSIONS = {
    "list": "x-kubernetes-list-type",
    "keys": "x-kubernetes-list-map-keys",
    "patch": "x-kubernetes-patch-strategy",
    "merge_key": "x-kubernetes-patch-merge-key",
}


def with_dependencies(names: Iterable[str]) -> dict[str, Object]:
    """Return the components of these types and of all types that they refer to."""
    found: dict[str, Object] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = component(name)
            waiting.extend(_references(name))
    return dict(sorted(found.items()))


@cache
def component(name: str) -> Object:
    """Return the component schema of a built-in type."""
    facts = type_facts()[name]
    kinds = [{"group": group, "version": version, "kind": kind} for group, version, kind in facts.get("kinds", ())]
    described = {"description": _describe(name)}
    if name in _SPECIAL:
        return {**described, **_SPECIAL[name]}
    schema: Object = {**described, "type": "object"}
    if "required" in facts:
        schema["required"] = list(facts["required"])
    if facts["fields"]:
        schema["properties"] = {field: _property(name, field, facts["fields"][field]) for field in facts["fields"]}
    if kinds:
        schema["x-kubernetes-group-version-kind"] = kinds
    if facts.get("atomic"):
        schema["x-kubernetes-map-type"] = "atomic"
    return schema


@cache
def _references(name: str) -> tuple[str, ...]:
    return tuple(
        reference
        for facts in type_facts()[name].get("fields", {}).values()
        if (reference := _reference_within(facts)) is not None
    )


def _reference_within(facts: Facts) -> str | None:
    while "element" in facts:
        facts = facts["element"]
    return facts["type"][1:] if facts["type"].startswith("@") else None


def _property(type_name: str, name: str, facts: Facts) -> Object:
    schema = _place(facts)
    if name in FIELDS:
        schema = {"description": FIELDS[name], **schema}
    if schema_of_type(type_name).fields[name].zero == "null":
        schema["nullable"] = True
    return schema


def _place(facts: Facts) -> Object:
    schema: Object = {}
    if facts["type"].startswith("@"):
        reference = {"$ref": COMPONENTS + facts["type"][1:]}
        schema = {"allOf": [reference]} if len(facts) > 1 else reference
    elif facts["type"] == "list":
        schema = {"type": "array", "items": _place(facts["element"])}
    elif facts["type"] == "map":
        schema = {"type": "object", "additionalProperties": _place(facts["element"])}
    elif facts["type"] != "any":
        schema = {"type": facts["type"]}
    schema |= {name: facts[name] for name in ("format", "default", "enum") if name in facts}
    schema |= {extension: facts[name] for name, extension in _EXTENSIONS.items() if name in facts}
    return schema | ({"x-kubernetes-map-type": "atomic"} if facts.get("atomic") else {})


def _describe(name: str) -> str:
    """Say in one line what a type is: from the table of kinds, or from its name."""
    kind = name.rpartition(".")[2]
    if kind in KINDS:
        return KINDS[kind]
    if kind.endswith("List") and kind.removesuffix("List") in KINDS:
        return f"A list of objects of kind {kind.removesuffix('List')}."
    return f"The type {kind} of the Kubernetes API."
