"""Nothing new of a kind whose definition goes (apiextensions-apiserver, customresource_handler.go, forbidCreateAdmission)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.registry.refusals import forbidden

if TYPE_CHECKING:
    from plimsoll.registry.attributes import Attributes
    from plimsoll.simcluster.store import Collection


class TerminatingDefinitions:
    """Looks up whether the definition of a new object's kind is being deleted."""

    def __init__(self, definitions: Collection) -> None:
        self._definitions = definitions

    def admit(self, attributes: Attributes) -> None:
        """403 for a new object whose definition goes."""
        resource = attributes.resource
        if attributes.operation != "CREATE" or not resource.group:
            return
        definition = self._definitions.find("", f"{resource.plural}.{resource.group}")
        if definition is not None and "deletionTimestamp" in definition["metadata"]:
            text = "create not allowed while custom resource definition is terminating"
            raise forbidden(resource, attributes.name, text)
