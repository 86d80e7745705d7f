"""The way of built-in kinds: their schema, defaults, preparation and validation, from ``apimachinery``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.apimachinery.apply import reset_fields
from plimsoll.apimachinery.defaults import apply_defaults
from plimsoll.apimachinery.preparation import prepare_create, prepare_update
from plimsoll.apimachinery.schema import schema_of
from plimsoll.apimachinery.validation import validate_create, validate_update
from plimsoll.registry.strategies.kind import KindStrategy
from plimsoll.registry.strategies.traits import traits_of

if TYPE_CHECKING:
    from plimsoll.apimachinery.apply import FieldSet
    from plimsoll.apimachinery.decoding import Interner
    from plimsoll.kube.resources import Object, Resource


class BuiltInStrategy(KindStrategy):
    """One built-in resource in one version."""

    def __init__(self, resource: Resource, stored: Resource, interner: Interner, *, has_status: bool) -> None:
        super().__init__(resource, traits_of(stored.group, stored.plural), schema_of(resource))
        self._interner = interner
        self._has_status = has_status

    def complete(self, value: Object) -> Object:
        """Fill in the defaults of pkg/apis."""
        apply_defaults(self.resource, value)
        return value

    def reset_fields(self, subresource: str) -> FieldSet:
        """What ``GetResetFields`` of the strategy names."""
        return reset_fields(self.resource, subresource, has_status=self._has_status)

    def prepare_create(self, value: Object, now: str) -> None:
        """Do what the strategies of pkg/registry do to new objects."""
        prepare_create(self.resource, value, now=now)

    def prepare_update(self, value: Object, old: Object, subresource: str) -> None:
        """Do what they do to changed ones."""
        prepare_update(self.resource, value, old, subresource)

    def check_create(self, value: Object, warnings: list[str]) -> None:
        """Refuse a new object that is not valid."""
        self.refuse(value, validate_create(self.resource, value))

    def check_update(self, value: Object, old: Object, subresource: str, warnings: list[str]) -> None:
        """Refuse a changed object that is not valid, or may not change so."""
        self.refuse(value, validate_update(self.resource, value, old, subresource))

    def to_stored(self, value: Object) -> Object:
        """The object with the parts that it has in common with others."""
        return self._interner.share_parts(value)

    def from_stored(self, value: Object) -> Object:
        """The object itself: there is one version."""
        return value
