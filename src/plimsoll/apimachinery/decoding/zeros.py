"""What stands in an answer for fields that nobody set, where Go writes them all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.apimachinery.schema import Schema, SchemaType

_ZEROS: Mapping[SchemaType, Any] = {
    "string": "",
    "integer": 0,
    "number": 0,
    "boolean": False,
    "quantity": "0",
    "int-or-string": 0,
    "bytes": "",
}


def filled_fields(schema: Schema) -> dict[str, Any]:
    """Return the fields of an object's type that are written even where they are zero, with that zero."""
    return {
        name: None if field.zero == "null" else zero_of(field)
        for name, field in schema.fields.items()
        if field.zero in {"filled", "null"}
    }


def zero_of(schema: Schema) -> Any:
    """Return the zero value of a place as Go writes it: ``null`` for what is a pointer inside."""
    return filled_fields(schema) if schema.type == "object" else _ZEROS.get(schema.type)
