"""The rows that a CustomResourceDefinition adds to the table of API resources.

What is served follows its status, not its spec: names that were not accepted are not there
(``k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_discovery_controller.go``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from plimsoll.apimachinery.kinds.apiresource import SCALE, STATUS, APIResource, Subresource
from plimsoll.apimachinery.kinds.versions import preference
from plimsoll.kube.resources import Object, Resource

VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
"""In the order in which discovery gives them, which is not that of built-in resources."""

TERMINATING_VERBS = ("delete", "deletecollection", "get", "list", "watch")


def custom_resources(definitions: Iterable[Object]) -> tuple[APIResource, ...]:
    """Return a row for every served version of every established definition: groups by name, preferred versions first."""
    rows = [row for definition in definitions for row in _rows(definition)]
    return tuple(
        sorted(rows, key=lambda row: (row.resource.group, preference(row.resource.version), row.resource.plural))
    )


def is_established(definition: Object) -> bool:
    """Whether the server has taken a definition's names, and so serves it."""
    return _has_condition(definition, "Established")


def _has_condition(definition: Object, condition_type: str) -> bool:
    conditions = definition.get("status", {}).get("conditions") or ()
    return any(condition["type"] == condition_type and condition["status"] == "True" for condition in conditions)


def _rows(definition: Object) -> Iterator[APIResource]:
    if not is_established(definition):
        return
    spec, names = definition["spec"], definition["status"]["acceptedNames"]
    stored = next((version["name"] for version in spec["versions"] if version["storage"]), "")
    for version in spec["versions"]:
        if version["served"]:
            yield APIResource(
                Resource(spec["group"], version["name"], names["plural"], names["kind"], spec["scope"] == "Namespaced"),
                verbs=TERMINATING_VERBS if _has_condition(definition, "Terminating") else VERBS,
                short_names=tuple(names.get("shortNames") or ()),
                categories=tuple(names.get("categories") or ()),
                subresources=_subresources(version.get("subresources") or {}),
                singular_name=names.get("singular", ""),
                list_kind=names.get("listKind", ""),
                storage_version=stored,
                is_custom=True,
            )


def _subresources(declared: Mapping[str, Any]) -> tuple[Subresource, ...]:
    return tuple(row for row in (STATUS, SCALE) if declared.get(row.name) is not None)
