"""Paths that rules and selectable fields name: ``.spec.color`` or ``.map['a key']``.

Source: apiextensions-apiserver, pkg/apiserver/schema/cel/validation.go (ValidFieldPath).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_STEP = re.compile(r"\.(?P<field>[^.\[\]]+)|\['(?P<key>(?:\\.|[^'\\])*)'\]")


class PathError(ValueError):
    """A path that leads nowhere in a schema."""


def declared_schema(schema: Mapping[str, Any], path: str, *, brackets: bool = True) -> Mapping[str, Any]:
    """The schema of what a path leads to; raises :class:`PathError`."""
    if "[" in path and not brackets:
        raise PathError("array notation is not allowed")
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise PathError(f"expected [ or . but got: {re.split('[.[]', path[position:])[0]}")
        inner = _member(schema, match)
        if not isinstance(inner, dict):
            raise PathError("does not refer to a valid field")
        schema, position = inner, match.end()
    return schema


def _member(schema: Mapping[str, Any], match: re.Match[str]) -> Any:
    properties = schema.get("properties") or {}
    if match["field"] is not None:
        return properties.get(match["field"])
    return properties.get(match["key"]) if properties else schema.get("additionalProperties")
