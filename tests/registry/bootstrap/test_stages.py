"""KWOK's stages can be applied to a new cluster."""

from __future__ import annotations

from plimsoll.apimachinery.customresources import validate_definition
from plimsoll.kube.resources import CUSTOMRESOURCEDEFINITIONS
from plimsoll.registry.bootstrap.stages import install_stages
from tests.registry.clusters import Served

KEY = ("kwok.x-k8s.io", "v1alpha1", "stages")


def test_stages_are_defined_as_a_client_would_define_them_and_only_once() -> None:
    served = Served()
    install_stages(served.registry.backing)
    install_stages(served.registry.backing)
    definition = served.get(("apiextensions.k8s.io", "v1", "customresourcedefinitions"), "stages.kwok.x-k8s.io")
    assert not validate_definition(definition)
    assert len(served.cluster.store.collection(CUSTOMRESOURCEDEFINITIONS)) == 1
    assert {one["type"] for one in definition["status"]["conditions"]} == {"NamesAccepted", "Established"}


def test_a_stage_is_stored_with_all_that_it_says() -> None:
    served = Served()
    install_stages(served.registry.backing)
    expression = {"jq": {"key": ".metadata.deletionTimestamp", "operator": "Exists"}}
    spec = {
        "resourceRef": {"kind": "Pod"},
        "selector": {"matchExpressions": [expression]},
        "steps": [{"delete": True}],
    }
    body = {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Stage", "metadata": {"name": "pod-delete"}, "spec": spec}
    stored = served.create(KEY, body)["spec"]
    assert stored["resourceRef"] == {"apiGroup": "v1", "kind": "Pod"}
    assert (stored["weight"], stored["selector"], stored["steps"]) == (0, spec["selector"], spec["steps"])
