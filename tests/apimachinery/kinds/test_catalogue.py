from __future__ import annotations

import pytest

from plimsoll.apimachinery.kinds import BUILT_IN, APIResource, Catalogue
from plimsoll.kube import resources
from plimsoll.kube.resources import DEPLOYMENTS, PODS, RESOURCES


def served(group: str, version: str, plural: str) -> APIResource:
    row = Catalogue().find(group, version, plural)
    assert row is not None
    return row


def test_resources_are_found_by_plural_and_by_kind() -> None:
    catalogue = Catalogue()
    assert served("apps", "v1", "deployments").resource == DEPLOYMENTS
    pods = catalogue.of_kind("", "v1", "Pod")
    assert pods is not None
    assert pods.resource == PODS
    assert catalogue.find("apps", "v1", "teapots") is None
    assert catalogue.of_kind("apps", "v2", "Deployment") is None


def test_the_preferred_version_comes_first() -> None:
    assert Catalogue().versions("autoscaling") == ["v2", "v1"]
    assert Catalogue().versions("nowhere") == []
    assert resources.BY_KIND["HorizontalPodAutoscaler"].version == "v2"
    assert resources.BY_KIND["Event"].group == ""


def test_every_stored_built_in_resource_is_in_the_table_and_the_other_way_round() -> None:
    stored = {row.resource for row in BUILT_IN if row.is_stored}
    assert stored == set(RESOURCES)


def test_no_resource_is_listed_twice() -> None:
    assert len({row.resource for row in BUILT_IN}) == len(BUILT_IN)


@pytest.mark.parametrize(
    ("group", "version", "plural", "expected"),
    [
        ("", "v1", "pods", "xPOwRZ+Yhw8="),
        ("", "v1", "nodes", "XwShjMxG9Fs="),
        ("", "v1", "configmaps", "qFsyl6wFWjQ="),
        ("events.k8s.io", "v1", "events", "r2yiGXH7wu8="),
        ("autoscaling", "v1", "horizontalpodautoscalers", "qwQve8ut294="),
        ("apiextensions.k8s.io", "v1", "customresourcedefinitions", "jfWCUB31mvA="),
        ("authorization.k8s.io", "v1", "subjectaccessreviews", ""),
    ],
)
def test_hashes_of_stored_versions_are_those_of_a_real_server(
    group: str, version: str, plural: str, expected: str
) -> None:
    assert served(group, version, plural).storage_version_hash == expected


def test_a_subresource_is_of_its_own_kind_or_of_its_resources() -> None:
    pods = served("", "v1", "pods")
    kinds = {subresource.name: pods.kind_of(subresource) for subresource in pods.subresources}
    assert kinds["status"] == ("", "v1", "Pod")
    assert kinds["eviction"] == ("policy", "v1", "Eviction")
    assert kinds["binding"] == ("", "v1", "Binding")
    assert pods.subresource("teapot") is None
