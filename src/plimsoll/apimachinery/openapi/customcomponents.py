"""Component schemas of custom resources, from their definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from plimsoll.apimachinery.kinds.customkinds import is_established
from plimsoll.apimachinery.openapi.components import COMPONENTS
from plimsoll.apimachinery.openapi.descriptions import FIELDS
from plimsoll.kube.resources import Object

_META = "io.k8s.apimachinery.pkg.apis.meta.v1"


def custom_type_names(definitions: Iterable[Object]) -> dict[tuple[str, str, str], str]:
    """Return the component names of custom resources and their lists by group, version and kind."""
    names = {}
    for group, version, kind, list_kind, _ in _served(definitions):
        package = ".".join([*reversed(group.split(".")), version])
        names[group, version, kind] = f"{package}.{kind}"
        names[group, version, list_kind] = f"{package}.{list_kind}"
    return names


def custom_components(definitions: Iterable[Object], group: str, version: str) -> dict[str, Object]:
    """Return the components of one group and version."""
    definitions = list(definitions)
    names = custom_type_names(definitions)
    components: dict[str, Object] = {}
    for served_group, served_version, kind, list_kind, schema in _served(definitions):
        if (served_group, served_version) == (group, version):
            name = names[group, version, kind]
            components[name] = _component(schema, (group, version, kind))
            components[names[group, version, list_kind]] = _list_component(name, (group, version, list_kind))
    return components


def _served(definitions: Iterable[Object]) -> Iterator[tuple[str, str, str, str, Mapping[str, Any]]]:
    for definition in definitions:
        if is_established(definition):
            spec, names = definition["spec"], definition["status"]["acceptedNames"]
            for version in spec["versions"]:
                if version["served"]:
                    list_kind = names.get("listKind") or f"{names['kind']}List"
                    schema = (version.get("schema") or {}).get("openAPIV3Schema") or {"type": "object"}
                    yield spec["group"], version["name"], names["kind"], list_kind, schema


def _component(schema: Mapping[str, Any], kind: tuple[str, str, str]) -> Object:
    properties = {**_type_fields("ObjectMeta"), **_without_own_metadata(schema.get("properties") or {})}
    return {**schema, "type": "object", "properties": properties, "x-kubernetes-group-version-kind": [_gvk(kind)]}


def _without_own_metadata(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in properties.items() if name not in {"apiVersion", "kind", "metadata"}}


def _list_component(name: str, kind: tuple[str, str, str]) -> Object:
    items = {"description": FIELDS["items"], "type": "array", "items": {"$ref": COMPONENTS + name}}
    return {
        "description": f"A list of objects of kind {name.rpartition('.')[2]}.",
        "type": "object",
        "required": ["items"],
        "properties": {**_type_fields("ListMeta"), "items": items},
        "x-kubernetes-group-version-kind": [_gvk(kind)],
    }


def _type_fields(metadata: str) -> Object:
    text = {name: {"description": FIELDS[name], "type": "string"} for name in ("apiVersion", "kind")}
    reference = {"$ref": f"{COMPONENTS}{_META}.{metadata}"}
    return {**text, "metadata": {"description": FIELDS["metadata"], "allOf": [reference]}}


def _gvk(kind: tuple[str, str, str]) -> Object:
    return dict(zip(("group", "version", "kind"), kind, strict=True))
