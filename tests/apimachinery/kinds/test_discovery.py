from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.kinds import BUILT_IN, Catalogue
from plimsoll.apimachinery.kinds import discovery as documents


def listed(group: str, version: str) -> Any:
    return documents.resource_list(Catalogue(), group, version)


def by_name(entries: list[Any], name: str) -> Any:
    return next(entry for entry in entries if entry["name"] == name)


def test_the_address_that_clients_use_is_told() -> None:
    assert documents.api_versions("10.0.0.1:6443")["serverAddressByClientCIDRs"] == [
        {"clientCIDR": "0.0.0.0/0", "serverAddress": "10.0.0.1:6443"}
    ]


def test_a_resource_is_described_with_its_names_and_verbs() -> None:
    pods = by_name(listed("", "v1")["resources"], "pods")
    assert pods == {
        "name": "pods",
        "singularName": "pod",
        "namespaced": True,
        "kind": "Pod",
        "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        "shortNames": ["po"],
        "categories": ["all"],
        "storageVersionHash": "xPOwRZ+Yhw8=",
    }


def test_a_subresource_of_another_group_names_it() -> None:
    scale = by_name(listed("apps", "v1")["resources"], "deployments/scale")
    assert scale == {
        "name": "deployments/scale",
        "singularName": "",
        "namespaced": True,
        "group": "autoscaling",
        "version": "v1",
        "kind": "Scale",
        "verbs": ["get", "patch", "update"],
    }


def test_only_the_document_of_core_leaves_its_version_out() -> None:
    assert "apiVersion" not in listed("", "v1")
    assert listed("apps", "v1")["apiVersion"] == "v1"


def test_what_is_not_served_has_no_document() -> None:
    assert listed("apps", "v9") is None
    assert documents.group(Catalogue(), "no.such.group") is None
    assert documents.group(Catalogue(), "") is None


def test_a_group_names_its_versions_and_the_preferred_one() -> None:
    group: Any = documents.group(Catalogue(), "autoscaling")
    assert [version["version"] for version in group["versions"]] == ["v2", "v1"]
    assert group["preferredVersion"] == {"groupVersion": "autoscaling/v2", "version": "v2"}


def test_groups_come_in_the_servers_order() -> None:
    names = [group["name"] for group in documents.group_list(Catalogue())["groups"]]
    assert names[:4] == ["apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io"]


def test_discovery_covers_the_table() -> None:
    found = {
        (document["groupVersion"], entry["name"])
        for group, version in Catalogue().by_group_version
        for document in [listed(group, version)]
        for entry in document["resources"]
    }
    for row in BUILT_IN:
        assert (row.resource.api_version, row.resource.plural) in found
        for subresource in row.subresources:
            assert (row.resource.api_version, f"{row.resource.plural}/{subresource.name}") in found


def test_aggregated_discovery_says_the_same_in_one_document() -> None:
    catalogue = Catalogue()
    aggregated = [
        *documents.aggregated_core(catalogue)["items"],
        *documents.aggregated_groups(catalogue)["items"],
    ]
    found = {
        (item["metadata"].get("name", ""), version["version"], resource["resource"])
        for item in aggregated
        for version in item["versions"]
        for resource in version["resources"]
    }
    assert found == {(row.resource.group, row.resource.version, row.resource.plural) for row in BUILT_IN}


def test_aggregated_discovery_leaves_blank_what_stands_above() -> None:
    core = documents.aggregated_core(Catalogue())["items"][0]["versions"][0]["resources"]
    pods = next(entry for entry in core if entry["resource"] == "pods")
    assert pods["responseKind"] == {"group": "", "version": "", "kind": "Pod"}
    assert pods["scope"] == "Namespaced"
    eviction = next(entry for entry in pods["subresources"] if entry["subresource"] == "eviction")
    assert eviction["responseKind"] == {"group": "policy", "version": "v1", "kind": "Eviction"}
