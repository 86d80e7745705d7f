"""Everything that a registry serves at present: built-in resources at once, custom ones as they are defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.apimachinery.customresources import CustomKind
from plimsoll.apimachinery.decoding import Interner
from plimsoll.apimachinery.kinds import Catalogue
from plimsoll.kube.resources import CUSTOMRESOURCEDEFINITIONS
from plimsoll.registry.definitions import resource_of, stored_version
from plimsoll.registry.served import Served
from plimsoll.registry.strategies.builtin import BuiltInStrategy
from plimsoll.registry.strategies.custom import CustomStrategy
from plimsoll.registry.strategies.definitions import DefinitionStrategy

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import APIResource
    from plimsoll.kube.resources import Resource
    from plimsoll.simcluster.store import Store, StoredChange


class ServedResources:
    """Finds what is served by group, version and plural. What is never asked for is never made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._interner = Interner()
        self._definitions = store.collection(CUSTOMRESOURCEDEFINITIONS)
        self.catalogue = Catalogue(self._definitions)
        self._served: dict[Resource, Served] = {}
        self._definitions.indexers.append(self._observe_definition)

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource at that place of the URL; None where there is none."""
        row = self.catalogue.find(group, version, plural)
        return None if row is None else row.resource

    def served(self, resource: Resource) -> Served | None:
        """What is known of a resource; None where it is not served any more."""
        known = self._served.get(resource)
        if known is None:
            row = self.catalogue.find(resource.group, resource.version, resource.plural)
            if row is None or row.resource != resource:
                return None
            known = self._served[resource] = self._make_custom(row) if row.is_custom else self._make(row)
        return known

    def _observe_definition(self, change: StoredChange) -> None:
        """Serve what the definitions say from now on."""
        group = change.object["spec"]["group"]
        self.catalogue = Catalogue(self._definitions)
        self._served = {resource: served for resource, served in self._served.items() if resource.group != group}

    def _make(self, row: APIResource) -> Served:
        stored = row.stored_as or row.resource
        subresources = _subresources(row)
        make = DefinitionStrategy if row.resource == CUSTOMRESOURCEDEFINITIONS else BuiltInStrategy
        strategy = make(row.resource, stored, self._interner, has_status="status" in subresources)
        return Served(row.resource, self._store.collection(stored), strategy, frozenset(row.verbs), subresources)

    def _make_custom(self, row: APIResource) -> Served:
        resource = row.resource
        definition = self._definitions.find("", f"{resource.plural}.{resource.group}")
        assert definition is not None  # noqa: S101 - the row was made from it
        kind = CustomKind(definition, resource.version)
        strategy = CustomStrategy(kind, stored_version(definition), self._interner)
        collection = self._store.collection(resource_of(definition))
        return Served(resource, collection, strategy, frozenset(row.verbs), _subresources(row), kind)


def _subresources(row: APIResource) -> dict[str, frozenset[str]]:
    return {subresource.name: frozenset(subresource.verbs) for subresource in row.subresources}
