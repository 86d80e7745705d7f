"""The way of built-in kinds: their schema, defaults, preparation and validation, from ``apimachinery``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.apply import reset_fields
from plimsoll.apimachinery.defaults import apply_defaults
from plimsoll.apimachinery.preparation import prepare_create, prepare_update
from plimsoll.apimachinery.schema import schema_of
from plimsoll.apimachinery.validation import validate_create, validate_update
from plimsoll.registry.strategies.conversions import CONVERSIONS
from plimsoll.registry.strategies.kind import KindStrategy
from plimsoll.registry.strategies.traits import traits_of
from plimsoll.registry.strategies.warnings import warnings_of

if TYPE_CHECKING:
    from plimsoll.apimachinery.apply import FieldSet
    from plimsoll.apimachinery.decoding import Interner
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.options import FieldValidation

REMEMBERED = 10_000
"""Converted objects that are kept, so that a list encodes what it has encoded before."""


class BuiltInStrategy(KindStrategy):
    """One built-in resource in one version."""

    def __init__(self, resource: Resource, stored: Resource, interner: Interner, *, has_status: bool) -> None:
        super().__init__(resource, traits_of(stored.group, stored.plural), schema_of(resource))
        self._interner = interner
        self._has_status = has_status
        self._conversion = CONVERSIONS.get((resource.group, resource.version, resource.plural))
        self._shown: dict[int, tuple[Object, Object]] = {}

    def patched(self, document: Any, validation: FieldValidation, warnings: list[str]) -> Object:
        """Decode what a patch made of an object; empty managedFields, which decoding drops, end their tracking."""
        value = super().patched(document, validation, warnings)
        if (document.get("metadata") or {}).get("managedFields") == []:
            value["metadata"]["managedFields"] = []
        return value

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
        """Refuse a new object that is not valid, and warn of what may not be meant so."""
        self.refuse(value, validate_create(self.resource, value))
        warnings.extend(warnings_of(self.resource, value))

    def check_update(self, value: Object, old: Object, subresource: str, warnings: list[str]) -> None:
        """Refuse a changed object that is not valid, or may not change so."""
        self.refuse(value, validate_update(self.resource, value, old, subresource))
        if not subresource and self.resource.plural != "pods":  # which people rarely change themselves
            warnings.extend(warnings_of(self.resource, value))

    def to_stored(self, value: Object) -> Object:
        """The object in its stored form, with the parts that it has in common with others."""
        if self._conversion is not None:
            value = self._conversion.to_stored(value)
        return self._interner.share_parts(value)

    def from_stored(self, value: Object) -> Object:
        """A stored object in this form; the same one every time."""
        if self._conversion is None:
            return value
        known = self._shown.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        if len(self._shown) >= REMEMBERED:
            self._shown.clear()
        shown = self._conversion.from_stored(value)
        self._shown[id(value)] = (value, shown)
        return shown
