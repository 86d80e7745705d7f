"""Discovery: the documents in which a server says what it serves, one by one or all in one.

Shapes: ``k8s.io/apimachinery/pkg/apis/meta/v1`` (``APIResourceList`` and others) and ``k8s.io/api/apidiscovery/v2``.
A document depends on nothing but the catalogue, so that whoever serves it may keep its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from plimsoll.apimachinery.kinds.apiresource import APIResource, Subresource
from plimsoll.apimachinery.kinds.catalogue import Catalogue
from plimsoll.kube.resources import Object

AGGREGATED_VERSION = "apidiscovery.k8s.io/v2"
"""The one version of aggregated discovery that is offered; the server also answers no other since 1.33."""


def api_versions(server_address: str) -> Object:
    """Answer ``/api``; the address is what clients reached the server by, with its port."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": server_address}],
    }


def group_list(catalogue: Catalogue) -> Object:
    """Answer ``/apis``."""
    groups = [_group(catalogue, name) for name in catalogue.groups]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(catalogue: Catalogue, name: str) -> Object | None:
    """Answer ``/apis/GROUP``; none where the group is not served."""
    if not name or name not in catalogue.groups:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(catalogue, name)}


def resource_list(catalogue: Catalogue, group_name: str, version: str) -> Object | None:
    """Answer ``/api/v1`` or ``/apis/GROUP/VERSION``; none where that is not served."""
    rows = catalogue.by_group_version.get((group_name, version))
    if rows is None:
        return None
    return {
        "kind": "APIResourceList",
        **({"apiVersion": "v1"} if group_name else {}),
        "groupVersion": rows[0].resource.api_version,
        "resources": [entry for row in rows for entry in _resource_entries(row)],
    }


def aggregated_core(catalogue: Catalogue) -> Object:
    """Answer ``/api`` to clients that ask for ``APIGroupDiscoveryList``: all of core."""
    return _aggregated([{"metadata": {}, "versions": _version_entries(catalogue, "")}])


def aggregated_groups(catalogue: Catalogue) -> Object:
    """Answer ``/apis`` to clients that ask for ``APIGroupDiscoveryList``: all groups with all their resources."""
    return _aggregated(
        {"metadata": {"name": name}, "versions": _version_entries(catalogue, name)} for name in catalogue.groups
    )


def _group(catalogue: Catalogue, name: str) -> Object:
    versions = [{"groupVersion": f"{name}/{version}", "version": version} for version in catalogue.versions(name)]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def _resource_entries(row: APIResource) -> Iterator[Object]:
    yield _without_blanks(
        {
            "name": row.resource.plural,
            "singularName": row.singular,
            "namespaced": row.resource.namespaced,
            "kind": row.resource.kind,
            "verbs": list(row.verbs),
            "shortNames": list(row.short_names),
            "categories": list(row.categories),
            "storageVersionHash": row.storage_version_hash,
        }
    )
    for subresource in row.subresources:
        yield _subresource_entry(row, subresource)


def _subresource_entry(row: APIResource, subresource: Subresource) -> Object:
    group_name, version, kind = row.kind_of(subresource)
    is_foreign = (group_name, version) != (row.resource.group, row.resource.version)
    return {
        "name": f"{row.resource.plural}/{subresource.name}",
        "singularName": "",
        "namespaced": row.resource.namespaced,
        **({"group": group_name, "version": version} if is_foreign else {}),
        "kind": kind,
        "verbs": list(subresource.verbs),
    }


def _aggregated(items: Iterable[Object]) -> Object:
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": AGGREGATED_VERSION,
        "metadata": {},
        "items": list(items),
    }


def _version_entries(catalogue: Catalogue, group_name: str) -> list[Object]:
    return [
        {"version": version, "resources": [_discovered(row) for row in rows], "freshness": "Current"}
        for (served_group, version), rows in catalogue.by_group_version.items()
        if served_group == group_name
    ]


def _discovered(row: APIResource) -> Object:
    resource = row.resource
    return _without_blanks(
        {
            "resource": resource.plural,
            "responseKind": _response_kind(row, resource.group, resource.version, resource.kind),
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "singularResource": row.singular,
            "verbs": list(row.verbs),
            "shortNames": list(row.short_names),
            "categories": list(row.categories),
            "subresources": [
                {
                    "subresource": subresource.name,
                    "responseKind": _response_kind(row, *row.kind_of(subresource)),
                    "verbs": list(subresource.verbs),
                }
                for subresource in row.subresources
            ],
        }
    )


def _response_kind(row: APIResource, group_name: str, version: str, kind: str) -> Object:
    """For built-in resources the group and version that stand above it are left blank."""
    is_blank = not row.is_custom and (group_name, version) == (row.resource.group, row.resource.version)
    return {"group": "" if is_blank else group_name, "version": "" if is_blank else version, "kind": kind}


def _without_blanks(entry: dict[str, Any]) -> Object:
    return {name: value for name, value in entry.items() if value not in ("", [])}
