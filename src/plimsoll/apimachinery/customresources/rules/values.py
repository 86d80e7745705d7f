"""What rules see of an object, and which types they are checked against.

Only what the schema declares is visible, under names that are escaped where they are no identifiers; members that are
null are absent; texts with the format of a time or a duration are such (apiserver, pkg/cel/common/values.go and
pkg/cel/escaping.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from plimsoll.apimachinery.customresources.formats import duration_nanoseconds

_SCALARS = {"string": "string", "integer": "int", "number": "double", "boolean": "bool"}
_FORMATS = {
    "byte": "bytes",
    "date": "google.protobuf.Timestamp",
    "date-time": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
}
_RESERVED = frozenset(
    {
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "true",
        "var",
        "void",
        "while",
    }
)
_ESCAPES = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_METADATA = {"properties": {"name": {"type": "string"}, "generateName": {"type": "string"}}, "type": "object"}
_TYPE_META = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _METADATA}


def visible_properties(schema: Mapping[str, Any], *, is_resource: bool) -> dict[str, Any]:
    """The properties that rules may name; resources have some without declaring them."""
    properties = dict(schema.get("properties") or {})
    return {**properties, **_TYPE_META} if is_resource or schema.get("x-kubernetes-embedded-resource") else properties


def escaped(name: str) -> str | None:
    """The identifier for a property's name; None where rules cannot name it."""
    if name in _RESERVED:
        return f"__{name}__"
    text = re.sub(r"__|[.\-/]", lambda match: _ESCAPES[match[0]], name)
    return text if _IDENTIFIER.fullmatch(text) else None


def type_of(schema: Mapping[str, Any]) -> str:
    """The type of a value, as the language writes it; objects are maps, since it has no types without messages."""
    kind = schema.get("type") or ""
    if schema.get("x-kubernetes-int-or-string") or schema.get("nullable"):
        return "dyn"
    if kind == "array":
        return f"list<{type_of(schema.get('items') or {})}>"
    if kind == "object":
        others = schema.get("additionalProperties")
        return f"map<string, {type_of(others) if isinstance(others, dict) else 'dyn'}>"
    if kind == "string" and schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    return _SCALARS.get(kind, "dyn")


def seen(value: Any, schema: Mapping[str, Any], *, is_resource: bool = False) -> Any:
    """The value as rules see it."""
    if isinstance(value, dict):
        return _seen_members(value, schema, is_resource=is_resource)
    if isinstance(value, list):
        items = schema.get("items") or {}
        return [seen(element, items) for element in value]
    kind = schema.get("type")
    if isinstance(value, str) and kind == "string":
        convert = _READERS.get(schema.get("format") or "")
        return convert(value) if convert else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(value) if kind == "number" else int(value) if kind == "integer" else value


def _seen_members(value: dict[str, Any], schema: Mapping[str, Any], *, is_resource: bool) -> dict[str, Any]:
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        return {name: seen(member, others) for name, member in value.items()}
    result = {}
    for name, inner in visible_properties(schema, is_resource=is_resource).items():
        identifier = escaped(name)
        if identifier and value.get(name) is not None:
            result[identifier] = seen(value[name], inner)
    return result


def _timestamp(text: str) -> Any:
    stamp = Timestamp()
    stamp.FromJsonString(text if "T" in text or "t" in text else f"{text}T00:00:00Z")
    return stamp


def _duration(text: str) -> Any:
    duration = Duration()
    duration.FromNanoseconds(duration_nanoseconds(text))
    return duration


_READERS: Mapping[str, Callable[[str], Any]] = {
    "date": _timestamp,
    "date-time": _timestamp,
    "duration": _duration,
    "byte": str.encode,
}
