from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.decoding import Interner


def pod(name: str, image: str = "registry.example/application:v1") -> Any:
    labels = {"app": "web", "pod-template-hash": "7c5ddbdf54"}
    containers = [{"name": "main", "image": image, "ports": [{"containerPort": 8080, "protocol": "TCP"}]}]
    return {"kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": {"containers": containers}}


def test_equal_parts_of_objects_become_one() -> None:
    interner = Interner()
    first, second = interner.share_parts(pod("a")), interner.share_parts(pod("b"))
    assert first == pod("a")
    assert first["spec"] is second["spec"]
    assert first["metadata"]["labels"] is second["metadata"]["labels"]


def test_parts_of_different_parts_are_shared_too() -> None:
    interner = Interner()
    first, second = interner.share_parts(pod("a")), interner.share_parts(pod("b", image="other"))
    ports = [shared["spec"]["containers"][0]["ports"] for shared in (first, second)]
    assert first["spec"] is not second["spec"]
    assert ports[0] is ports[1]


def test_what_has_not_been_asked_for_lately_is_forgotten() -> None:
    interner = Interner(capacity=4)
    kept = interner.share({"part": "that is long enough to be shared"})
    for number in range(20):
        interner.share({"another part": "x" * 40, "number": number})
    assert interner.share({"part": "that is long enough to be shared"}) is not kept


def test_the_given_object_is_not_changed() -> None:
    given_pod = pod("a")
    Interner().share_parts(given_pod)
    assert given_pod == pod("a")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(json_values, max_size=6))
def test_what_is_shared_is_equal_to_what_was_given(parts: list[Any]) -> None:
    interner = Interner(capacity=3)
    for part in parts * 2:
        assert interner.share(part) == part
