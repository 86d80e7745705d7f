from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.apply.fieldsets import (
    FieldSet,
    contains,
    difference,
    intersection,
    is_fields_v1,
    ordered,
    paths,
    single,
    union,
    without,
)

Paths = frozenset[tuple[str, ...]]
PATHS = st.frozensets(st.lists(st.sampled_from(["f:a", "f:b", 'k:{"n":1}']), min_size=1, max_size=3).map(tuple))


def fields_of(members: Paths) -> FieldSet:
    fields: FieldSet = {}
    for path in members:
        fields = union(fields, single(path))
    return fields


def members_of(fields: FieldSet) -> Paths:
    return frozenset(paths(fields))


@given(PATHS)
def test_a_set_holds_what_was_put_into_it(members: Paths) -> None:
    fields = fields_of(members)

    assert members_of(fields) == members
    assert all(contains(fields, path) for path in members)
    assert is_fields_v1(fields)
    assert ordered(fields) == fields


@given(left=PATHS, right=PATHS)
def test_operations_are_those_of_sets_of_paths(left: Paths, right: Paths) -> None:
    one, other = fields_of(left), fields_of(right)

    assert members_of(union(one, other)) == left | right
    assert members_of(difference(one, other)) == left - right
    assert members_of(intersection(one, other)) == left & right


@given(left=PATHS, right=PATHS)
def test_without_takes_along_what_is_below(left: Paths, right: Paths) -> None:
    below = {path for path in left if any(path[: len(gone)] == gone for gone in right)}

    assert members_of(without(fields_of(left), fields_of(right))) == left - below


@given(left=PATHS, right=PATHS)
def test_operations_leave_no_nodes_without_members(left: Paths, right: Paths) -> None:
    one, other = fields_of(left), fields_of(right)

    for result in (difference(one, other), intersection(one, other), without(one, other)):
        assert result == fields_of(members_of(result))


def test_what_is_not_a_set_is_told() -> None:
    nonsense: list[Any] = [None, "f:a", {"a": {}}, {"f:a": None}, {"f:a": {"x:b": {}}}]

    assert not any(map(is_fields_v1, nonsense))
