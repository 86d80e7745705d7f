"""Custom resources: served when they are defined, gone with their definition."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.errors import ApiError
from tests.registry.clusters import Served

DEFINITIONS = ("apiextensions.k8s.io", "v1", "customresourcedefinitions")
WIDGETS = ("example.com", "v1", "widgets")


def definition(**names: Any) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer", "default": 1}}}},
    }
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    spec = {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "kind": "Widget", **names},
        "versions": [version],
    }
    return {"metadata": {"name": "widgets.example.com"}, "spec": spec}


def widget(name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": name, **metadata}, "spec": {}}


@pytest.fixture
def served() -> Served:
    cluster = Served()
    cluster.create(DEFINITIONS, definition())
    cluster.wait(1.0)
    return cluster


def test_a_defined_resource_is_served(served: Served) -> None:
    assert served.create(WIDGETS, widget("w"))["spec"] == {"size": 1}
    assert [item["metadata"]["name"] for item in served.listing(WIDGETS).items] == ["w"]


def test_before_its_definition_there_is_no_such_resource() -> None:
    assert Served().registry.resolve(*WIDGETS) is None


def test_a_custom_resource_is_replaced_from_its_revision_only(served: Served) -> None:
    served.create(WIDGETS, widget("w"))
    with pytest.raises(ApiError, match="must be specified for an update"):
        served.ask("update", WIDGETS, "w", widget("w"))


def test_strategic_merge_patches_are_not_for_custom_resources(served: Served) -> None:
    with pytest.raises(ApiError, match="unknown format") as refusal:
        served.ask("patch", WIDGETS, "w", {}, patch_type="application/strategic-merge-patch+json")
    assert refusal.value.code == 415


def test_a_finalizer_without_a_domain_is_only_warned_of(served: Served) -> None:
    answer = served.ask("create", WIDGETS, body=widget("w", finalizers=["mine"]))
    assert "prefer a domain-qualified finalizer name" in answer.warnings[0]


def test_a_definition_goes_after_its_objects(served: Served) -> None:
    served.create(WIDGETS, widget("free"))
    served.create(WIDGETS, widget("held", finalizers=["example.com/hold"]))
    served.ask("delete", DEFINITIONS, "widgets.example.com")
    served.wait(3.0)
    assert [item["metadata"]["name"] for item in served.listing(WIDGETS).items] == ["held"]
    with pytest.raises(ApiError, match="create not allowed while custom resource definition is terminating"):
        served.create(WIDGETS, widget("late"))
    patch = {"metadata": {"finalizers": None}}
    served.ask("patch", WIDGETS, "held", patch, patch_type="application/merge-patch+json")
    served.wait(3.0)
    assert served.registry.resolve(*WIDGETS) is None
    with pytest.raises(ApiError, match="not found"):
        served.get(DEFINITIONS, "widgets.example.com")
