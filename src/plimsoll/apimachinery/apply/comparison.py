"""What changed between two versions of an object, as sets of fields (structured-merge-diff, typed/compare.go)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from plimsoll.apimachinery.apply.fieldsets import SELF, FieldSet, union, without
from plimsoll.apimachinery.apply.structure import (
    MismatchError,
    division,
    element_key,
    implied_members,
    member_schema,
)
from plimsoll.apimachinery.schema import ABSENT, Schema


@dataclass(frozen=True, slots=True)
class Comparison:
    """The fields that were added, changed, and taken away."""

    added: FieldSet = field(default_factory=dict)
    modified: FieldSet = field(default_factory=dict)
    removed: FieldSet = field(default_factory=dict)

    @property
    def written(self) -> FieldSet:
        """What the later version sets."""
        return union(self.modified, self.added)

    def is_empty(self) -> bool:
        """Whether the versions are the same."""
        return not (self.added or self.modified or self.removed)

    def excluding(self, fields: FieldSet) -> Comparison:
        """The comparison without some fields and all that is below them."""
        if not fields:
            return self
        return Comparison(without(self.added, fields), without(self.modified, fields), without(self.removed, fields))


def compare(old: Any, new: Any, schema: Schema | None) -> Comparison:
    """Compare two versions of an object, the older of which may be ``{}``.

    Raises :class:`MismatchError` for elements of lists that have no key.
    """
    comparison = Comparison()
    _compare_members(old, new, schema, comparison)
    return comparison


def _compare_members(old: Any, new: Any, schema: Schema | None, out: Comparison) -> None:
    """Compare mappings; one of them may be absent or null."""
    before = old if isinstance(old, dict) else {}
    after = new if isinstance(new, dict) else {}
    implied = {} if schema is None else implied_members(schema)
    without_before = implied if old is not ABSENT else {}
    without_after = implied if new is not ABSENT else {}
    for name, value in after.items():
        was = before.get(name, ABSENT)
        if was is value:
            continue
        if was is ABSENT:
            was = without_before.get(name, ABSENT)
        _compare_child("f:" + name, was, value, member_schema(schema, name), out)
    for name, was in before.items():
        if name not in after:
            value = without_after.get(name, ABSENT)
            _compare_child("f:" + name, was, value, member_schema(schema, name), out)


def _compare_child(element: str, old: Any, new: Any, schema: Schema | None, out: Comparison) -> None:
    if old == new and old is not ABSENT:
        return
    divided = division(schema, old if new is ABSENT or new is None else new)
    if old is not ABSENT and old is not None and division(schema, old) != divided:
        divided = "leaf"
    nothing_inside = not (isinstance(old, dict | list) and old) and not (isinstance(new, dict | list) and new)
    below = Comparison()
    if divided != "leaf" and not nothing_inside:
        if divided == "map":
            _compare_members(old, new, schema, below)
        elif schema is not None:
            _compare_elements(old, new, schema, below)
        _insert(out.modified, element, below.modified, member=False)
    elif old is not ABSENT and new is not ABSENT:
        out.modified[element] = {}
        return
    _insert(out.added, element, below.added, member=old is ABSENT)
    _insert(out.removed, element, below.removed, member=new is ABSENT)


def _insert(fields: FieldSet, element: str, below: FieldSet, *, member: bool) -> None:
    if member:
        fields[element] = {SELF: {}, **below} if below else {}
    elif below:
        fields[element] = below


def _compare_elements(old: Any, new: Any, schema: Schema, out: Comparison) -> None:
    before = _by_key(old, schema)
    after = _by_key(new, schema)
    for key in {**before, **after}:
        was, now = before.get(key, ()), after.get(key, ())
        if len(was) <= 1 and len(now) <= 1:
            _compare_child(key, was[0] if was else ABSENT, now[0] if now else ABSENT, schema.element, out)
        elif len(was) > 1 and len(now) > 1:
            if was != now:
                out.modified[key] = {}
        elif len(was) > 1:
            if now:
                _compare_child(key, ABSENT, now[0], schema.element, out)
            out.removed[key] = {}
        else:
            if was:
                _compare_child(key, was[0], ABSENT, schema.element, out)
            out.added[key] = {}


def _by_key(elements: Any, schema: Schema) -> dict[str, list[Any]]:
    """The elements by their key; more than one where clients wrote duplicates."""
    if not isinstance(elements, list):
        return {}
    result: dict[str, list[Any]] = {}
    for index, element in enumerate(elements):
        try:
            result.setdefault(element_key(schema, element), []).append(element)
        except MismatchError as mismatch:
            raise MismatchError(f"element {index}", str(mismatch)) from mismatch
    return result
