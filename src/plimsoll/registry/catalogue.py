"""Everything that a registry serves at present: built-in resources at once, custom ones as they are defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.apimachinery.decoding import Interner
from plimsoll.apimachinery.kinds import Catalogue
from plimsoll.registry.served import Served
from plimsoll.registry.strategies.builtin import BuiltInStrategy

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import APIResource
    from plimsoll.kube.resources import Resource
    from plimsoll.simcluster.store import Store


class ServedResources:
    """Finds what is served by group, version and plural. What is never asked for is never made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.catalogue = Catalogue()
        self._interner = Interner()
        self._served: dict[Resource, Served] = {}

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource at that place of the URL; None where there is none."""
        row = self.catalogue.find(group, version, plural)
        return None if row is None else row.resource

    def served(self, resource: Resource) -> Served | None:
        """What is known of a resource; None where it is not served any more."""
        known = self._served.get(resource)
        if known is None:
            row = self.catalogue.find(resource.group, resource.version, resource.plural)
            if row is None:
                return None
            known = self._served[resource] = self._make(row)
        return known

    def _make(self, row: APIResource) -> Served:
        stored = row.stored_as or row.resource
        subresources = {subresource.name: frozenset(subresource.verbs) for subresource in row.subresources}
        strategy = BuiltInStrategy(row.resource, stored, self._interner, has_status="status" in subresources)
        return Served(row.resource, self._store.collection(stored), strategy, frozenset(row.verbs), subresources)
