"""What becomes of custom resources before anything looks at them: pruning, defaults, nulls.

Source: apiextensions-apiserver, pkg/apiserver/schema/pruning and pkg/apiserver/schema/defaulting. All functions return
new values, and share what they leave as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

OpenAPI: TypeAlias = Mapping[str, Any]
_TYPE_META = ("apiVersion", "kind", "metadata")


def pruned(value: Any, schema: OpenAPI, *, is_resource: bool = True) -> Any:
    """The value without the fields that the schema does not know.

    ``metadata`` of resources, embedded ones included, stays as it is.
    """
    if isinstance(value, list):
        items = schema.get("items") or {}
        return _each(value, lambda element: _pruned_inside(element, items))
    if not isinstance(value, dict):
        return value
    properties = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    keep = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    result = {}
    for name, member in value.items():
        if is_resource and name in _TYPE_META:
            result[name] = member
        elif name in properties:
            result[name] = _pruned_inside(member, properties[name])
        elif others:
            result[name] = _pruned_inside(member, others) if isinstance(others, dict) else member
        elif keep:
            result[name] = member
    return _unless_same(value, result)


def _pruned_inside(value: Any, schema: OpenAPI) -> Any:
    return pruned(value, schema, is_resource=bool(schema.get("x-kubernetes-embedded-resource")))


def with_defaults(value: Any, schema: OpenAPI) -> Any:
    """The value with the schema's defaults where members are missing, or null without being allowed to."""
    if isinstance(value, dict):
        properties = schema.get("properties") or {}
        result = dict(value)
        for name, inner in properties.items():
            if inner.get("default") is not None and (name not in result or _must_not_be_null(result[name], inner)):
                result[name] = inner["default"]
        for name, member in result.items():
            inner = properties.get(name, schema.get("additionalProperties"))
            if isinstance(inner, dict):
                result[name] = with_defaults(_replaced_null(member, inner), inner)
        return _unless_same(value, result)
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        return _each(value, lambda element: with_defaults(_replaced_null(element, items), items))
    return value


def _must_not_be_null(value: Any, schema: OpenAPI) -> bool:
    return value is None and not schema.get("nullable")


def _replaced_null(value: Any, schema: OpenAPI) -> Any:
    return schema.get("default") if _must_not_be_null(value, schema) else value


def without_null_members(value: Any, schema: OpenAPI) -> Any:
    """The value without members that are null, where the schema neither allows null nor has a default."""
    if isinstance(value, dict):
        result = {}
        for name, member in value.items():
            inner = (schema.get("properties") or {}).get(name, schema.get("additionalProperties"))
            inner = inner if isinstance(inner, dict) else None
            if inner is None:
                result[name] = member
            elif not (_must_not_be_null(member, inner) and inner.get("default") is None):
                result[name] = without_null_members(member, inner)
        return _unless_same(value, result)
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        return _each(value, lambda element: without_null_members(element, items))
    return value


def _each(values: list[Any], change: Callable[[Any], Any]) -> list[Any]:
    result = [change(value) for value in values]
    return values if all(new is old for new, old in zip(result, values, strict=True)) else result


def _unless_same(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    same = len(old) == len(new) and all(name in old and old[name] is member for name, member in new.items())
    return old if same else new
