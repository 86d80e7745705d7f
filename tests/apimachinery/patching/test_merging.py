from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.patching import merge_patch
from plimsoll.errors import ApiError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), JSON, max_size=3)

RFC_7396_APPENDIX_A = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


def difference(source: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
    """A merge patch that makes one object the other; none can give a member the value null."""
    patch: dict[str, Any] = {key: None for key in source if key not in target}
    for key, value in target.items():
        old = source.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            patch[key] = difference(old, value)
        elif old != value or type(old) is not type(value):
            patch[key] = value
    return patch


def has_null(value: Any) -> bool:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(has_null, members))


@pytest.mark.parametrize(("target", "patch", "result"), RFC_7396_APPENDIX_A)
def test_the_examples_of_the_rfc_come_out(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


@given(target=OBJECTS, patch=OBJECTS)
def test_neither_target_nor_patch_is_changed(target: Any, patch: Any) -> None:
    before = copy.deepcopy((target, patch))
    merge_patch(target, patch)

    assert (target, patch) == before


@given(target=OBJECTS, patch=OBJECTS)
def test_a_patch_applied_twice_is_applied_once(target: Any, patch: Any) -> None:
    once = merge_patch(target, patch)

    assert merge_patch(once, patch) == once


@given(source=OBJECTS, target=OBJECTS.filter(lambda value: not has_null(value)))
def test_the_patch_of_a_difference_gives_the_target(source: Any, target: Any) -> None:
    assert merge_patch(source, difference(source, target)) == target


def test_what_the_patch_does_not_mention_is_shared_with_the_target() -> None:
    target = {"spec": {"containers": []}, "status": {"phase": "Pending"}}
    patched = merge_patch(target, {"status": {"phase": "Running"}})

    assert patched["spec"] is target["spec"]


def test_nulls_within_a_new_list_are_dropped_from_its_mappings_only() -> None:
    assert merge_patch({}, {"a": [{"b": None, "c": 1}, None]}) == {"a": [{"c": 1}, None]}


@pytest.mark.parametrize("patch", [None, [], "text", 1, True])
def test_what_is_no_mapping_is_no_merge_patch(patch: Any) -> None:
    with pytest.raises(ApiError) as refused:
        merge_patch({}, patch)

    assert (refused.value.code, refused.value.reason) == (400, "BadRequest")
