"""The kinds and the metadata of custom resources, and of the resources that are embedded in them.

Source: apiextensions-apiserver, pkg/apiserver/schema/objectmeta/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_1035_label, path_segment
from plimsoll.apimachinery.validation.fielderrors import FieldError, invalid_value, required
from plimsoll.kube.resources import Object, Resource


def type_meta_errors(value: Object, resource: Resource) -> Iterator[FieldError]:
    """Whether an object says of itself what it is."""
    if value.get("kind") != resource.kind:
        yield invalid_value("kind", value.get("kind", ""), f"must be {resource.kind}")
    if value.get("apiVersion") != resource.api_version:
        yield invalid_value("apiVersion", value.get("apiVersion", ""), f"must be {resource.api_version}")


def embedded_errors(value: Any, schema: Mapping[str, Any], path: str = "") -> Iterator[FieldError]:
    """What is wrong with embedded resources, at any depth."""
    if isinstance(value, dict):
        if schema.get("x-kubernetes-embedded-resource"):
            yield from _embedded_resource_errors(value, path)
        properties = schema.get("properties") or {}
        others = schema.get("additionalProperties")
        for name, member in value.items():
            inner = properties.get(name, others)
            if isinstance(inner, dict):
                place = f"{path}.{name}" if name in properties else f"{path}[{name}]"
                yield from embedded_errors(member, inner, place.removeprefix("."))
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, element in enumerate(value):
            yield from embedded_errors(element, schema["items"], f"{path}[{index}]")


def _embedded_resource_errors(value: Object, path: str) -> Iterator[FieldError]:
    for name in ("apiVersion", "kind"):
        text = value.get(name)
        if name not in value:
            yield required(f"{path}.{name}")
        elif not isinstance(text, str):
            yield invalid_value(f"{path}.{name}", text, "must be a string")
        elif not text:
            yield invalid_value(f"{path}.{name}", text, "must not be empty")
        elif name == "kind" and (problems := dns_1035_label(text.lower())):
            problem = "may have mixed case, but should otherwise match: " + ",".join(problems)
            yield invalid_value(f"{path}.kind", text, problem)
        elif text.count("/") > 1:
            yield invalid_value(f"{path}.apiVersion", text, f"unexpected GroupVersion string: {text}")
    metadata = value.get("metadata")
    own_name = metadata.get("name") if isinstance(metadata, dict) else None
    for problem in path_segment(own_name) if isinstance(own_name, str) else ():
        yield invalid_value(f"{path}.metadata.name", own_name, problem)
