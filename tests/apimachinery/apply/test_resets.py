from __future__ import annotations

import pytest

from plimsoll.apimachinery.apply import FieldSet, reset_fields
from plimsoll.kube.resources import Resource


def resource(group: str, plural: str) -> Resource:
    return Resource(group, "v1", plural, "Kind")


@pytest.mark.parametrize(
    ("group", "plural", "subresource", "reset"),
    [
        ("", "configmaps", "", {}),
        ("", "services", "", {"f:status": {}}),
        ("", "services", "status", {"f:spec": {}}),
        ("apps", "deployments", "status", {"f:metadata": {"f:labels": {}}, "f:spec": {}}),
        ("storage.k8s.io", "volumeattachments", "status", {"f:metadata": {}, "f:spec": {}}),
        ("", "namespaces", "finalize", {"f:status": {}}),
    ],
)
def test_each_resource_takes_back_what_it_does_not_let_be_written(
    group: str, plural: str, subresource: str, reset: FieldSet
) -> None:
    has_status = plural != "configmaps"

    assert reset_fields(resource(group, plural), subresource, has_status=has_status) == reset


def test_the_status_of_a_custom_resource_comes_without_metadata() -> None:
    reset = reset_fields(resource("example.com", "widgets"), "status", has_status=True, custom=True)

    assert reset == {"f:metadata": {}, "f:spec": {}}
