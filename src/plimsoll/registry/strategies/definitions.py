"""The way of CustomResourceDefinitions, whose checks are about schemas (apiextensions-apiserver, customresourcedefinition)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.apimachinery.customresources import (
    definition_with_defaults,
    prepare_definition_create,
    prepare_definition_update,
    validate_definition,
    validate_definition_update,
)
from plimsoll.registry.strategies.builtin import BuiltInStrategy

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object


class DefinitionStrategy(BuiltInStrategy):
    """Definitions of custom resources."""

    def complete(self, value: Object) -> Object:
        """Derive the names that are left out."""
        return definition_with_defaults(value)

    def prepare_create(self, value: Object, now: str) -> None:
        """Give a new definition the status of one whose names are not accepted yet."""
        del now
        value.update(prepare_definition_create(value))

    def prepare_update(self, value: Object, old: Object, subresource: str) -> None:
        """Leave the status to its controllers, or the rest to whoever writes that."""
        if subresource == "status":
            value["spec"] = old["spec"]
        else:
            value.update(prepare_definition_update(value, old))

    def check_create(self, value: Object, warnings: list[str]) -> None:
        """Refuse a definition whose names or schemas are not right."""
        del warnings
        self.refuse(value, validate_definition(value))

    def check_update(self, value: Object, old: Object, subresource: str, warnings: list[str]) -> None:
        """Refuse a change that is not right, or comes too late."""
        del warnings
        if subresource != "status":
            self.refuse(value, validate_definition_update(value, old))
