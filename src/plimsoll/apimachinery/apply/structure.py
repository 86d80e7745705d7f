"""How values are divided into fields that can be owned: by the schema, and where it is silent by the value itself.

Scalars and atomic lists and maps are leaves. Objects and granular maps have members, lists of type ``map`` and ``set``
have elements that are told apart by keys. Where a schema preserves unknown fields, maps are granular and lists atomic
(structured-merge-diff, typed/helpers.go; kube-openapi, pkg/schemaconv).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeAlias

import orjson

from plimsoll.apimachinery.schema import ABSENT, Schema

Division: TypeAlias = Literal["leaf", "map", "list"]


class MismatchError(Exception):
    """A value does not fit its schema; ``path`` leads to it."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)


def division(schema: Schema | None, value: Any) -> Division:
    """How a value is divided; without a schema by the value itself."""
    if schema is None or (schema.type == "any" and not schema.type_name):
        return "map" if isinstance(value, dict) else "leaf"
    if schema.type in {"object", "map"} and not schema.atomic_map:
        return "map" if value is None or isinstance(value, dict) else "leaf"
    if schema.type == "list" and schema.list_type != "atomic":
        return "list" if value is None or isinstance(value, list) else "leaf"
    return "leaf"


def member_schema(schema: Schema | None, name: str) -> Schema | None:
    """The schema of a member of an object or a map; None where it follows from the value."""
    if schema is None:
        return None
    return schema.fields.get(name) or (schema.element if schema.type == "map" else None)


def is_declared(schema: Schema | None, name: str) -> bool:
    """Whether a member is a field of its type, rather than an entry of a map."""
    return schema is not None and name in schema.fields


@cache
def implied_members(schema: Schema) -> Mapping[str, Any]:
    """The members that the server's structures always have, and so are there although nobody wrote them."""
    implied: dict[str, Any] = {}
    for name, field in schema.fields.items():
        if field.zero == "filled" and field.type == "object":
            implied[name] = {}
        elif field.zero == "null":
            implied[name] = None
        elif field.zero == "filled" and field.type in _PLAIN_ZEROS:
            implied[name] = _PLAIN_ZEROS[field.type]
    return implied


_PLAIN_ZEROS: Mapping[str, Any] = {"string": "", "integer": 0, "boolean": False}


def element_key(schema: Schema, element: Any) -> str:
    """The path element of a list's element: ``k:`` with its keys, or ``v:`` with its value.

    Raises :class:`MismatchError` where the element has no key.
    """
    if schema.list_type == "set":
        if element is None or isinstance(element, dict | list):
            kind = "an explicit null" if element is None else "a map type" if isinstance(element, dict) else "a list"
            raise MismatchError("", f"associative list without keys has an element that's {kind}")
        return "v:" + canonical(element)
    if not isinstance(element, dict):
        raise MismatchError("", "associative list with keys may not have non-map elements")
    keys = {name: value for name in sorted(schema.list_keys) if (value := _key(schema, element, name)) is not ABSENT}
    if not keys:
        names = "[" + " ".join(f'"{name}"' for name in schema.list_keys) + "]"
        raise MismatchError(
            "",
            f"associative list with keys has an element that omits all key fields {names}"
            " (and doesn't have default values for any key fields)",
        )
    return "k:" + canonical(keys)


def _key(schema: Schema, element: Mapping[str, Any], name: str) -> Any:
    if name in element:
        return element[name]
    field = member_schema(schema.element, name)
    return ABSENT if field is None else field.default


def canonical(value: Any) -> str:
    """A value as JSON, in the one way in which path elements are written (HTML's special characters escaped)."""
    text = orjson.dumps(value).decode()
    if "<" in text or ">" in text or "&" in text:
        text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return text


def printed_path(path: tuple[str, ...]) -> str:
    """A path as messages name it: ``.spec.ports[port=80,protocol="TCP"].name``."""
    return "".join(_printed_element(element) for element in path)


def _printed_element(element: str) -> str:
    kind, text = element[:2], element[2:]
    if kind == "f:":
        return f".{text}"
    if kind == "k:":
        keys = orjson.loads(text)
        return "[" + ",".join(f"{name}={canonical(value)}" for name, value in keys.items()) + "]"
    return f"[={text}]" if kind == "v:" else f"[{text}]"
