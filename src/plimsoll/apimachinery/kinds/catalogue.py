"""All that one server serves at one moment: the built-in resources and those of the custom resource definitions."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.apimachinery.kinds.apiresource import APIResource, by_group_version
from plimsoll.apimachinery.kinds.core import CORE
from plimsoll.apimachinery.kinds.customkinds import custom_resources
from plimsoll.apimachinery.kinds.groups import GROUPS, METRICS
from plimsoll.kube.resources import Object

BUILT_IN: tuple[APIResource, ...] = (*CORE, *GROUPS, *METRICS)
"""Every resource that is served whatever definitions there are."""


class Catalogue:
    """The table of API resources. It does not change: a changed definition means another catalogue."""

    def __init__(self, definitions: Iterable[Object] = ()) -> None:
        """Take CustomResourceDefinitions with their status; those that are not established count for nothing."""
        self.rows = (*CORE, *GROUPS, *custom_resources(definitions), *METRICS)
        """All rows in the order of discovery: groups by priority, versions by preference, resources by name."""
        self.by_group_version = by_group_version(self.rows)
        self._by_plural = {
            (row.resource.group, row.resource.version, row.resource.plural): row for row in reversed(self.rows)
        }
        self._by_kind = {
            (row.resource.group, row.resource.version, row.resource.kind): row for row in reversed(self.rows)
        }

    def find(self, group: str, version: str, plural: str) -> APIResource | None:
        """Return the row of a resource by its place in URLs, or none where it is not served."""
        return self._by_plural.get((group, version, plural))

    def of_kind(self, group: str, version: str, kind: str) -> APIResource | None:
        """Return the row of a resource by the kind of its objects, or none where it is not served."""
        return self._by_kind.get((group, version, kind))

    def versions(self, group: str) -> list[str]:
        """Return the served versions of a group, the preferred one first; empty where the group is not served."""
        return [served_version for served_group, served_version in self.by_group_version if served_group == group]

    @property
    def groups(self) -> list[str]:
        """The named groups in the order of discovery; the core group is not among them."""
        return list(dict.fromkeys(group for group, _ in self.by_group_version if group))
