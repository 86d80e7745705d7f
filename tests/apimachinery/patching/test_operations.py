from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.patching import json_patch, unknown_fields
from plimsoll.errors import ApiError

KEYS = st.sampled_from(["a", "b", "c/d", "~1", ""])
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=2)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=3)


def pointer(path: tuple[str, ...]) -> str:
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in path)


def difference(source: Any, target: Any, path: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Operations that make one document the other, as plain as can be."""
    if isinstance(source, dict) and isinstance(target, dict):
        operations = [{"op": "remove", "path": pointer((*path, key))} for key in source if key not in target]
        for key, value in target.items():
            here = (*path, key)
            if key in source:
                operations += difference(source[key], value, here)
            else:
                operations.append({"op": "add", "path": pointer(here), "value": value})
        return operations
    if isinstance(source, list) and isinstance(target, list):
        shared = min(len(source), len(target))
        operations = [o for i in range(shared) for o in difference(source[i], target[i], (*path, str(i)))]
        operations += [{"op": "remove", "path": pointer((*path, str(shared)))} for _ in source[shared:]]
        return operations + [{"op": "add", "path": pointer((*path, "-")), "value": v} for v in target[shared:]]
    same = source == target and type(source) is type(target)
    return [] if same else [{"op": "replace", "path": pointer(path), "value": target}]


def refusal(document: Any, operations: Any) -> ApiError:
    with pytest.raises(ApiError) as refused:
        json_patch(document, operations)
    return refused.value


@given(source=OBJECTS, target=OBJECTS)
def test_the_patch_of_a_difference_gives_the_target(source: Any, target: Any) -> None:
    before = copy.deepcopy(source)

    assert json_patch(source, difference(source, target)) == target
    assert source == before


@given(OBJECTS)
def test_a_test_that_holds_leaves_the_document_alone(document: Any) -> None:
    operations = [{"op": "test", "path": pointer((key,)), "value": value} for key, value in document.items()]

    assert json_patch(document, operations) is document


@given(document=OBJECTS, key=KEYS, value=JSON)
def test_what_is_added_and_removed_leaves_no_trace(document: Any, key: str, value: Any) -> None:
    place = pointer(("new", key))
    operations = [
        {"op": "add", "path": "/new", "value": {}},
        {"op": "add", "path": place, "value": value},
        {"op": "remove", "path": place},
        {"op": "remove", "path": "/new"},
    ]

    assert json_patch(document, operations) == document


@given(document=OBJECTS, value=JSON)
def test_a_move_is_a_copy_and_a_removal(document: Any, value: Any) -> None:
    document = {**document, "from": value}
    moved = json_patch(document, [{"op": "move", "from": "/from", "path": "/to"}])
    copied = json_patch(document, [{"op": "copy", "from": "/from", "path": "/to"}, {"op": "remove", "path": "/from"}])

    assert moved == copied


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"op": "add", "path": "/l/-", "value": 9}, [1, 2, 9]),
        ({"op": "add", "path": "/l/0", "value": 9}, [9, 1, 2]),
        ({"op": "add", "path": "/l/2", "value": 9}, [1, 2, 9]),
        ({"op": "add", "path": "/l/-1", "value": 9}, [1, 2, 9]),
        ({"op": "replace", "path": "/l/1", "value": 9}, [1, 9]),
        ({"op": "replace", "path": "/l/-2", "value": 9}, [9, 2]),
        ({"op": "remove", "path": "/l/0"}, [2]),
        ({"op": "copy", "from": "/l/0", "path": "/l/-"}, [1, 2, 1]),
        ({"op": "move", "from": "/l/0", "path": "/l/-"}, [2, 1]),
    ],
)
def test_lists_are_edited_by_index(operation: dict[str, Any], result: list[int]) -> None:
    assert json_patch({"l": [1, 2]}, [operation]) == {"l": result}


def test_a_replacement_of_a_missing_key_adds_it() -> None:
    assert json_patch({}, [{"op": "replace", "path": "/a", "value": 1}]) == {"a": 1}


def test_a_copy_of_a_missing_key_is_null() -> None:
    assert json_patch({}, [{"op": "copy", "from": "/a", "path": "/b"}]) == {"b": None}


def test_the_whole_document_can_be_replaced_and_tested() -> None:
    operations = [{"op": "test", "path": "", "value": {"a": 1}}, {"op": "replace", "path": "", "value": {"b": 2}}]

    assert json_patch({"a": 1}, operations) == {"b": 2}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/a", "value": 1.0},
        {"op": "test", "path": "/a", "value": True},
        {"op": "test", "path": "/l", "value": [1]},
        {"op": "remove", "path": "/nope"},
        {"op": "remove", "path": "/l/7"},
        {"op": "remove", "path": "/l/x"},
        {"op": "remove", "path": ""},
        {"op": "replace", "path": "", "value": "text"},
        {"op": "replace", "path": "/l/-", "value": 1},
        {"op": "add", "path": "/l/4", "value": 1},
        {"op": "add", "path": "/nope/x", "value": 1},
        {"op": "add", "path": "/a/x", "value": 1},
        {"op": "move", "from": "/nope", "path": "/x"},
        {"op": "move", "path": "/x"},
        {"op": "copy", "from": "", "path": "/x"},
        {"op": "add", "value": 1},
        {"op": "frobnicate", "path": "/a"},
        {"path": "/a"},
    ],
)
def test_an_operation_that_cannot_be_done_makes_the_patch_invalid(operation: dict[str, Any]) -> None:
    error = refusal({"a": 1, "l": [1, 2]}, [operation])

    assert (error.code, error.reason, error.details) == (422, "Invalid", {})
    assert error.message == "the server rejected our request due to an error in our request"


@pytest.mark.parametrize("operations", [{"op": "add"}, None, ["add"], [{"op": 1}], [{"op": "add", "path": 1}]])
def test_what_is_no_list_of_operations_is_malformed(operations: Any) -> None:
    assert refusal({}, operations).code == 400


def test_a_patch_may_hold_ten_thousand_operations() -> None:
    operation = {"op": "test", "path": "/a", "value": 1}

    assert json_patch({"a": 1}, [operation] * 10_000) == {"a": 1}
    assert refusal({"a": 1}, [operation] * 10_001).code == 413


def test_members_that_operations_do_not_have_are_named() -> None:
    operations: list[dict[str, Any]] = [{"op": "test", "path": "/a"}, {"op": "add", "path": "/a", "x": 1}]

    assert unknown_fields(operations) == ['json patch unknown field "[1].x"']


def test_what_no_operation_touches_is_shared() -> None:
    document: dict[str, Any] = {"a": {"b": {}}, "c": {}}
    patched = json_patch(document, [{"op": "add", "path": "/c/d", "value": 1}])

    assert patched["a"] is document["a"]
