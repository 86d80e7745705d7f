"""What may change of a pod by its ephemeral containers and by a resize."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.apimachinery.validation.podsubresources import check_ephemeral_change, check_resize


def pod(*cpu: str, helpers: tuple[str, ...] = (), **container: Any) -> dict[str, Any]:
    containers = [
        {"name": f"c{n}", "image": "i", "resources": {"requests": {"cpu": amount}}, **container}
        for n, amount in enumerate(cpu)
    ]
    ephemeral = [{"name": name, "image": "i"} for name in helpers]
    return {"metadata": {}, "spec": {"containers": containers, "ephemeralContainers": ephemeral}}


def test_ephemeral_containers_are_added_and_stay() -> None:
    assert list(check_ephemeral_change(pod(helpers=("a", "b")), pod(helpers=("a",)))) == []
    errors = list(check_ephemeral_change(pod(helpers=("b",)), pod(helpers=("a",))))
    assert [error.detail for error in errors] == ['existing ephemeral containers "a" may not be removed\n']


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        (pod("2"), ""),
        (pod("1", image="other"), "only cpu and memory resources are mutable"),
        (pod("1", resources={}), "Pod QOS Class may not change as a result of resizing"),
        (pod("1", "1"), "containers may not be added or removed on resize"),
        (pod("1", name="other"), "containers may not be renamed or reordered on resize"),
    ],
)
def test_a_resize_changes_amounts_only(new: dict[str, Any], problem: str) -> None:
    errors = list(check_resize(new, pod("1")))
    assert (errors[0].detail if errors else "") == problem
