"""Sets of fields, in the form in which ``managedFields`` store them (FieldsV1).

A set is a trie of path elements: ``f:`` and a field's name, ``k:`` and the keys of a list's element, ``v:`` and a value
of a set, ``i:`` and an index. An element that belongs to the set itself has no children, or ``.`` among them; one that
only leads to members has children but no ``.``. So ``{"f:spec": {"f:a": {}, "f:b": {".": {}, "f:c": {}}}}`` holds
``spec.a``, ``spec.b`` and ``spec.b.c``, but not ``spec``. The empty mapping is the empty set.

Sets are never changed once they are made; operations share what they leave alone
(structured-merge-diff, fieldpath/set.go and fieldpath/serialize.go).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

FieldSet: TypeAlias = dict[str, Any]
"""A set of fields; nested mappings are its nodes."""

Path: TypeAlias = tuple[str, ...]

SELF = "."


def is_member(node: FieldSet) -> bool:
    """Whether the field at which this node hangs belongs to the set itself."""
    return not node or SELF in node


def children(node: FieldSet) -> FieldSet:
    """The set of fields below a node."""
    if SELF not in node:
        return node
    return {element: child for element, child in node.items() if element != SELF}


def node_of(below: FieldSet, *, member: bool) -> FieldSet | None:
    """The node of a field, given the set below it; None where neither it nor anything below is a member."""
    if not below:
        return {} if member else None
    return {SELF: {}, **below} if member else below


def union(left: FieldSet, right: FieldSet) -> FieldSet:
    """All fields that are in either set."""
    if left is right or not right:
        return left
    if not left:
        return right
    result = dict(left)
    for element, node in right.items():
        mine = left.get(element)
        result[element] = node if mine is None else _united(mine, node)
    return result


def _united(left: FieldSet, right: FieldSet) -> FieldSet:
    if left == right:
        return left
    below = union(children(left), children(right))
    return node_of(below, member=is_member(left) or is_member(right)) or {}


def difference(left: FieldSet, right: FieldSet) -> FieldSet:
    """The fields of the left set that are not in the right one; what is below a removed field stays."""
    if not left or not right or left.keys().isdisjoint(right):
        return left
    result: FieldSet = {}
    for element, node in left.items():
        other = right.get(element)
        rest = node if other is None else _rest(node, other)
        if rest is not None:
            result[element] = rest
    return result


def _rest(node: FieldSet, other: FieldSet) -> FieldSet | None:
    below = difference(children(node), children(other))
    return node_of(below, member=is_member(node) and not is_member(other))


def without(left: FieldSet, right: FieldSet) -> FieldSet:
    """The fields of the left set that are neither in the right one, nor below a field that is."""
    if not left or not right or left.keys().isdisjoint(right):
        return left
    result: FieldSet = {}
    for element, node in left.items():
        other = right.get(element)
        if other is None:
            result[element] = node
        elif not is_member(other):
            rest = node_of(without(children(node), other), member=is_member(node))
            if rest is not None:
                result[element] = rest
    return result


def intersection(left: FieldSet, right: FieldSet) -> FieldSet:
    """The fields that are in both sets."""
    result: FieldSet = {}
    for element in left.keys() & right.keys():
        mine, other = left[element], right[element]
        below = intersection(children(mine), children(other))
        shared = node_of(below, member=is_member(mine) and is_member(other))
        if shared is not None:
            result[element] = shared
    return result


def contains(fields: FieldSet, path: Path) -> bool:
    """Whether a field belongs to the set."""
    for element in path:
        below = fields.get(element)
        if below is None:
            return False
        fields = below
    return is_member(fields)


def single(path: Path) -> FieldSet:
    """The set of one field."""
    fields: FieldSet = {}
    for element in reversed(path):
        fields = {element: fields}
    return fields


def paths(fields: FieldSet) -> Iterator[Path]:
    """The members in the API server's order: those of one level before those below them, each sorted."""
    for element in sorted(fields):
        if is_member(fields[element]):
            yield (element,)
    for element in sorted(fields):
        for path in paths(children(fields[element])):
            yield (element, *path)


def ordered(fields: FieldSet) -> FieldSet:
    """The same set with all keys in order, as the API server writes it."""
    return {element: ordered(fields[element]) for element in sorted(fields)}


def is_fields_v1(fields: Any) -> bool:
    """Whether a value that a client wrote is a set of fields at all."""
    if not isinstance(fields, dict):
        return False
    return all(
        (element == SELF or element[:2] in {"f:", "k:", "v:", "i:"}) and is_fields_v1(node)
        for element, node in fields.items()
    )
