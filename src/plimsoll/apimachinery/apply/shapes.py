"""The shape of an object: all of it that its set of fields depends on, and nothing of what its fields say.

Objects of one load differ in names and values, and have one shape; so their fields need to be found only once.
"""

from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.apply.structure import division, member_schema
from plimsoll.apimachinery.schema import Schema


def shape_of(value: Any, schema: Schema | None) -> Any:
    """The value with every leaf blanked, but for what tells the elements of lists apart, and what is empty."""
    kind = value.__class__
    if kind is dict:
        if value and division(schema, value) == "map":
            return {name: shape_of(member, member_schema(schema, name)) for name, member in value.items()}
        return 1 if value else value
    if kind is list:
        if not value:
            return value
        if schema is None or division(schema, value) != "list":
            return 1
        return value if schema.list_type == "set" else [_element_shape(element, schema) for element in value]
    return value if not value else 1  # what is zero may be what the server would have anyway


def _element_shape(element: Any, schema: Schema) -> Any:
    if element.__class__ is not dict:
        return element
    keys, inner = schema.list_keys, schema.element
    return {
        name: member if name in keys else shape_of(member, member_schema(inner, name))
        for name, member in element.items()
    }
