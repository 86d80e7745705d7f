from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.patching import strategic_merge
from plimsoll.apimachinery.schema import Schema, schema_of_kind
from plimsoll.errors import ApiError

STRING = Schema("string")
POD = schema_of_kind("", "v1", "Pod")
DEPLOYMENT = schema_of_kind("apps", "v1", "Deployment")

NAMES = st.sampled_from("abcd")
ELEMENTS = st.lists(
    st.fixed_dictionaries({"name": NAMES}, optional={"image": NAMES, "args": st.lists(NAMES, max_size=2)}),
    max_size=4,
    unique_by=lambda element: str(element["name"]),
)
PODS = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "labels": st.dictionaries(NAMES, NAMES, max_size=3),
                "finalizers": st.lists(NAMES, max_size=3, unique=True),
            },
        ),
        "spec": st.fixed_dictionaries({}, optional={"containers": ELEMENTS, "nodeName": NAMES}),
    },
)


def pod_of(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"containers": list(containers)}}


def patched(original: dict[str, Any], patch: Any, schema: Schema = POD) -> Any:
    return strategic_merge(original, patch, schema)


def names(pod: dict[str, Any]) -> list[str]:
    return [container["name"] for container in pod["spec"]["containers"]]


def refusal(original: dict[str, Any], patch: Any) -> ApiError:
    with pytest.raises(ApiError) as refused:
        patched(original, patch)
    return refused.value


@given(pod=PODS, patch=PODS)
def test_neither_object_nor_patch_is_changed(pod: Any, patch: Any) -> None:
    before = copy.deepcopy((pod, patch))
    patched(pod, patch)

    assert (pod, patch) == before


@given(pod=PODS, patch=PODS)
def test_a_patch_applied_twice_is_applied_once(pod: Any, patch: Any) -> None:
    once = patched(pod, patch)

    assert patched(once, patch) == once


@given(pod=PODS)
def test_an_object_patched_with_itself_or_with_nothing_stays_as_it_is(pod: Any) -> None:
    assert patched(pod, pod) == pod
    assert patched(pod, {}) == pod


@given(pod=PODS, patch=PODS)
def test_every_container_of_object_and_patch_is_there_once(pod: Any, patch: Any) -> None:
    both = {c["name"] for value in (pod, patch) for c in value.get("spec", {}).get("containers", [])}
    result = patched(pod, patch)

    assert sorted(c["name"] for c in result.get("spec", {}).get("containers", [])) == sorted(both)


@given(old=ELEMENTS, new=ELEMENTS)
def test_order_and_deletions_make_one_list_the_other(old: Any, new: Any) -> None:
    kept = {element["name"] for element in new}
    gone = [{"name": element["name"], "$patch": "delete"} for element in old if element["name"] not in kept]
    patch = {"$setElementOrder/containers": [{"name": e["name"]} for e in new], "containers": [*new, *gone]}
    result = patched(pod_of(*old), {"spec": patch}) if old or new else pod_of()

    assert names(result) == [element["name"] for element in new]


def test_elements_are_merged_by_their_key_and_new_ones_come_first() -> None:
    pod = pod_of({"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1", "args": ["x"]})
    result = patched(pod, pod_of({"name": "c", "image": "c:1"}, {"name": "b", "image": "b:2"}))

    assert result["spec"]["containers"] == [
        {"name": "c", "image": "c:1"},
        {"name": "a", "image": "a:1"},
        {"name": "b", "image": "b:2", "args": ["x"]},
    ]


def test_what_the_patch_does_not_mention_is_shared() -> None:
    pod = pod_of({"name": "a"}, {"name": "b"})
    result = patched(pod, pod_of({"name": "b", "image": "b:2"}))

    assert result["spec"]["containers"][0] is pod["spec"]["containers"][0]


def test_a_list_without_a_strategy_is_replaced() -> None:
    assert patched(pod_of({"name": "a", "args": ["1", "2"]}), pod_of({"name": "a", "args": ["3"]})) == pod_of(
        {"name": "a", "args": ["3"]}
    )


def test_new_scalars_of_a_merged_list_come_first_and_all_are_there_once() -> None:
    result = patched({"metadata": {"finalizers": ["a", "b"]}}, {"metadata": {"finalizers": ["c", "b"]}})

    assert result["metadata"]["finalizers"] == ["c", "a", "b"]


def test_scalars_are_deleted_by_the_parallel_list() -> None:
    patch = {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a", "x"]}}

    assert patched({"metadata": {"finalizers": ["a", "b"]}}, patch) == {"metadata": {"finalizers": ["b"]}}
    assert patched({"metadata": {}}, patch) == {"metadata": {}}


def test_a_list_is_replaced_where_an_element_says_so() -> None:
    pod = pod_of({"name": "a"}, {"name": "b"})

    assert names(patched(pod, pod_of({"$patch": "replace"}, {"name": "c"}))) == ["c"]


def test_a_mapping_is_replaced_or_emptied_where_it_says_so() -> None:
    pod = {"metadata": {"labels": {"a": "1"}}}

    assert patched(pod, {"metadata": {"labels": {"$patch": "replace", "b": "2"}}})["metadata"]["labels"] == {"b": "2"}
    assert patched(pod, {"metadata": {"labels": {"$patch": "delete"}}})["metadata"]["labels"] == {}


def test_only_the_retained_keys_of_a_union_stay() -> None:
    original = {"spec": {"volumes": [{"name": "w", "configMap": {"name": "c"}}]}}
    patch = {"spec": {"volumes": [{"name": "w", "$retainKeys": ["name", "secret"], "secret": {"secretName": "s"}}]}}

    assert patched(original, patch)["spec"]["volumes"] == [{"name": "w", "secret": {"secretName": "s"}}]


def test_the_order_of_elements_can_be_set_without_changing_them() -> None:
    pod = pod_of({"name": "a"}, {"name": "b"}, {"name": "c"})
    patch = {"spec": {"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}]}}

    assert names(patched(pod, patch)) == ["b", "c", "a"]


def test_a_new_element_in_the_place_of_a_deleted_one_stands_behind_what_was_there() -> None:
    pod = pod_of({"name": "a"}, {"name": "b"}, {"name": "d"})
    order = {"$setElementOrder/containers": [{"name": "e"}, {"name": "b"}]}
    swap = {**order, "containers": [{"name": "d", "$patch": "delete"}, {"name": "e", "image": "e:1"}]}
    addition = {**order, "containers": [{"name": "e", "image": "e:1"}]}

    assert names(patched(pod, {"spec": swap})) == ["a", "e", "b"]
    assert names(patched(pod, {"spec": addition})) == ["e", "a", "b", "d"]


def test_null_takes_a_field_away_and_directives_in_new_values_vanish() -> None:
    patch = {"metadata": None, "spec": {"containers": [{"name": "a", "$patch": "delete"}], "nodeName": None}}

    assert patched({"metadata": {"name": "p"}}, patch) == {"spec": {"containers": []}}


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ([], 400),
        ("text", 400),
        ({"spec": {"$retainKeys": "nodeName"}}, 400),
        ({"spec": {"$retainKeys": ["nodeName"], "hostname": "h"}}, 400),
        ({"spec": {"$setElementOrder/containers": "a"}}, 400),
        ({"spec": {"containers": [["a"]]}}, 422),
        ({"spec": {"containers": [{"image": "x"}]}}, 500),
        ({"spec": {"containers": ["a"]}}, 500),
        ({"spec": {"containers": [{"name": "a", "$patch": "merge"}]}}, 500),
        ({"spec": {"$patch": "unheard-of"}}, 500),
        ({"spec": {"$setElementOrder/containers": [{"name": "b"}], "containers": [{"name": "c"}]}}, 500),
    ],
)
def test_patches_are_refused_as_the_api_server_refuses_them(patch: Any, code: int) -> None:
    assert refusal(pod_of({"name": "a"}), patch).code == code


def test_a_missing_merge_key_is_named_with_the_element() -> None:
    message = refusal(pod_of({"name": "a"}), pod_of({"image": "x:1", "args": ["1", "2"]})).message

    assert message == "map: map[args:[1 2] image:x:1] does not contain declared merge key: name"


def test_templates_are_merged_like_pods() -> None:
    template = {"spec": {"template": pod_of({"name": "a", "image": "a:1"}, {"name": "b"})}}
    result = patched(template, {"spec": {"template": pod_of({"name": "a", "image": "a:2"})}}, DEPLOYMENT)

    assert result["spec"]["template"]["spec"]["containers"] == [{"name": "a", "image": "a:2"}, {"name": "b"}]
