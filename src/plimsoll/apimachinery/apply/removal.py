"""Taking fields out of an object (structured-merge-diff, typed/remove.go and merge/update.go)."""

from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.apply.fieldsets import (
    FieldSet,
    children,
    difference,
    intersection,
    is_member,
    union,
)
from plimsoll.apimachinery.apply.ownership import claimed_fields, with_structures
from plimsoll.apimachinery.apply.structure import division, element_key, member_schema
from plimsoll.apimachinery.schema import ABSENT, Schema


def pruned(merged: dict[str, Any], last: FieldSet, owned: FieldSet, schema: Schema) -> dict[str, Any]:
    """The object without the fields that a manager applied last time, and that nobody owns now.

    ``last`` are the fields that the manager had, ``owned`` those that all managers have now, itself included.
    """
    if not last:
        return merged
    last = with_structures(last, schema)
    present = with_structures(claimed_fields(merged, schema), schema)
    kept = _claims(without_fields(merged, last, schema), schema)
    orphaned = difference(present, union(kept, with_structures(owned, schema)))
    reduced = _claims(without_fields(merged, orphaned, schema), schema)
    return without_fields(merged, intersection(difference(present, reduced), last), schema)


def _claims(value: dict[str, Any], schema: Schema) -> FieldSet:
    return with_structures(claimed_fields(value, schema), schema)


def without_fields(value: dict[str, Any], fields: FieldSet, schema: Schema) -> dict[str, Any]:
    """The object without the members of a set; containers that become empty vanish, too."""
    rest = _without(value, fields, schema)
    return rest if isinstance(rest, dict) else {}


def _without(value: Any, fields: FieldSet, schema: Schema | None) -> Any:
    divided = division(schema, value)
    if divided == "leaf":
        return ABSENT if isinstance(value, dict | list) else value
    if not value:
        return ABSENT
    if divided == "map":
        return _without_members(value, fields, schema)
    return _without_elements(value, fields, schema) if schema is not None else value


def _without_members(value: dict[str, Any], fields: FieldSet, schema: Schema | None) -> Any:
    result = {}
    for name, member in value.items():
        node = fields.get("f:" + name)
        if node is None:
            result[name] = member
        elif not is_member(node):
            rest = _without(member, children(node), member_schema(schema, name))
            result[name] = None if rest is ABSENT else rest
    return result or ABSENT


def _without_elements(elements: list[Any], fields: FieldSet, schema: Schema) -> Any:
    result = []
    for element in elements:
        node = fields.get(element_key(schema, element))
        if node is None:
            result.append(element)
        elif not is_member(node):
            rest = _without(element, children(node), schema.element)
            result.append(None if rest is ABSENT else rest)
    return result or ABSENT
