"""Sets and maps that are written as lists: nothing may be in them twice.

Source: apiextensions-apiserver, pkg/apiserver/schema/listtype/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from plimsoll.apimachinery.validation.fielderrors import FieldError, duplicate, invalid_value


def list_errors(value: Any, schema: Mapping[str, Any], path: str = "") -> Iterator[FieldError]:
    """Duplicates in lists of type ``set`` and ``map``, at any depth."""
    if isinstance(value, dict):
        properties = schema.get("properties") or {}
        others = schema.get("additionalProperties")
        for name, member in value.items():
            inner = properties.get(name, others)
            if isinstance(inner, dict):
                place = f"{path}.{name}" if path else name
                yield from list_errors(member, inner, place if name in properties else f"{path}[{name}]")
    elif isinstance(value, list):
        yield from _duplicates(value, schema, path)
        items = schema.get("items")
        if isinstance(items, dict):
            for index, element in enumerate(value):
                yield from list_errors(element, items, f"{path}[{index}]")


def _duplicates(value: list[Any], schema: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    kind = schema.get("x-kubernetes-list-type")
    keys = value
    if kind == "map":
        for index, element in enumerate(value):
            if element is not None and not isinstance(element, dict):
                yield invalid_value(f"{path}[{index}]", element, "must be an object for an array of list-type map")
                return
        names = schema.get("x-kubernetes-list-map-keys") or ()
        keys = [{name: element[name] for name in names if name in element} if element else {} for element in value]
    elif kind != "set":
        return
    seen: dict[bytes, int] = {}
    for index, key in enumerate(keys):
        text = orjson.dumps(key, option=orjson.OPT_SORT_KEYS)
        seen[text] = seen.get(text, 0) + 1
        if seen[text] == 2:  # noqa: PLR2004 - a value that is there three times is reported once
            yield duplicate(f"{path}[{index}]", key)
