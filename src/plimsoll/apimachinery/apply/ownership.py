"""Which fields an applied configuration claims (structured-merge-diff, typed/tofieldset.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.apimachinery.apply.fieldsets import SELF, FieldSet, children, is_member
from plimsoll.apimachinery.apply.structure import division, element_key, is_declared, member_schema
from plimsoll.apimachinery.schema import Schema


def claimed_fields(value: Mapping[str, Any], schema: Schema | None) -> FieldSet:
    """The leaves of an object, the elements of its keyed lists, the entries of its maps."""
    claimed: FieldSet = {}
    for name, member in value.items():
        below = _below(member, member_schema(schema, name))
        itself = member is None or member == {} or not is_declared(schema, name)
        _claim(claimed, "f:" + name, below, itself=itself)
    return claimed


def _below(value: Any, schema: Schema | None) -> FieldSet | None:
    """What is claimed below a value; None for a leaf, which is claimed itself."""
    divided = division(schema, value)
    if divided == "map":
        return claimed_fields(value or {}, schema)
    if divided == "list" and schema is not None:
        return _claimed_elements(value or [], schema)
    return None


def _claimed_elements(elements: list[Any], schema: Schema) -> FieldSet:
    claimed: FieldSet = {}
    for element in elements:
        key = element_key(schema, element)
        if key in claimed:
            claimed[key] = {}
        else:
            _claim(claimed, key, _below(element, schema.element), itself=True)
    return claimed


def _claim(claimed: FieldSet, element: str, below: FieldSet | None, *, itself: bool) -> None:
    if not below:
        if itself or below is None:
            claimed[element] = {}
    else:
        claimed[element] = {SELF: {}, **below} if itself else below


def with_structures(fields: FieldSet, schema: Schema | None) -> FieldSet:
    """The set with all fields of types that lead to its members; entries of maps and elements are not added."""
    result: FieldSet = {}
    for element, node in fields.items():
        name = element[2:]
        is_field = element.startswith("f:")
        inner = member_schema(schema, name) if is_field else schema.element if schema is not None else None
        below = with_structures(children(node), inner)
        member = is_member(node) or (is_field and is_declared(schema, name))
        result[element] = ({SELF: {}, **below} if member else below) if below else {}
    return result
