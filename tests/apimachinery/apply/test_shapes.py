from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.apply.comparison import compare
from plimsoll.apimachinery.apply.shapes import shape_of
from plimsoll.apimachinery.schema import schema_of
from plimsoll.kube.resources import PODS

TEXTS = st.text("abc", max_size=3)
CONTAINERS = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "b", "c"])},
    optional={
        "image": TEXTS,
        "args": st.lists(TEXTS, max_size=2),
        "env": st.lists(st.fixed_dictionaries({"name": TEXTS}, optional={"value": TEXTS}), max_size=2),
        "resources": st.fixed_dictionaries({}, optional={"limits": st.dictionaries(TEXTS, TEXTS, max_size=2)}),
        "securityContext": st.none() | st.just({}) | st.just({"runAsUser": 1}),
    },
)
PODS_LIKE = st.fixed_dictionaries(
    {
        "metadata": st.fixed_dictionaries(
            {},
            optional={"labels": st.dictionaries(TEXTS, TEXTS, max_size=2), "finalizers": st.lists(TEXTS, max_size=2)},
        ),
        "spec": st.fixed_dictionaries(
            {"containers": st.lists(CONTAINERS, max_size=2, unique_by=lambda container: str(container["name"]))},
            optional={
                "nodeSelector": st.none() | st.dictionaries(TEXTS, TEXTS, max_size=2),
                "hostNetwork": st.booleans(),
            },
        ),
    }
)


@given(PODS_LIKE)
def test_an_object_has_the_fields_of_its_shape(pod: dict[str, Any]) -> None:
    schema = schema_of(PODS)
    assert compare({}, shape_of(pod, schema), schema) == compare({}, pod, schema)


def test_pods_that_differ_in_values_have_one_shape() -> None:
    schema = schema_of(PODS)

    def pod(number: int) -> dict[str, Any]:
        container = {"name": "main", "image": f"app:{number}", "env": [{"name": "N", "value": str(number)}]}
        return {"metadata": {"labels": {"n": str(number)}}, "spec": {"containers": [container]}}

    assert shape_of(pod(1), schema) == shape_of(pod(2), schema)
