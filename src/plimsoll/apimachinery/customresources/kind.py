"""One version of a custom resource, with all that its definition says about objects of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.customresources.columns import printer_columns
from plimsoll.apimachinery.customresources.declaredrules import has_rules
from plimsoll.apimachinery.customresources.defaulting import pruned, with_defaults, without_null_members
from plimsoll.apimachinery.customresources.listtypes import list_errors
from plimsoll.apimachinery.customresources.metadata import embedded_errors, type_meta_errors
from plimsoll.apimachinery.customresources.scale import ScalePaths, scale_errors, scale_paths
from plimsoll.apimachinery.customresources.valuevalidation import NOWHERE, placed, value_errors
from plimsoll.apimachinery.schema import ABSENT
from plimsoll.apimachinery.validation.fielderrors import FieldError, invalid_value
from plimsoll.kube.resources import Object, Resource

if TYPE_CHECKING:
    from plimsoll.apimachinery.customresources.rules import Rules

_BLOCKING = {
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
}
_UNCHECKED = (
    "some validation rules were not checked because the object was invalid; correct the existing errors to complete"
    " validation"
)


class CustomKind:
    """What the server does with objects of one version of a definition.

    Made once for each generation of a definition and kept: rules are compiled when they are first needed. No method
    changes its arguments.
    """

    def __init__(self, definition: Object, version: str) -> None:
        """``KeyError`` where the definition has no such version."""
        spec = definition["spec"]
        versions = {declared["name"]: declared for declared in spec["versions"]}
        self.version: Object = versions[version]
        names = (definition.get("status") or {}).get("acceptedNames") or {}
        kind = names.get("kind") or spec["names"]["kind"]
        plural = names.get("plural") or spec["names"]["plural"]
        self.resource = Resource(spec["group"], version, plural, kind, spec["scope"] == "Namespaced")
        self.openapi: Object = (self.version.get("schema") or {}).get("openAPIV3Schema") or {}
        self.preserves_unknown_fields = bool(spec.get("preserveUnknownFields"))
        self._rules = _rules_of(self.openapi)

    @property
    def has_status(self) -> bool:
        """Whether the status is a subresource, and so is left alone by writes to the main resource."""
        return (self.version.get("subresources") or {}).get("status") is not None

    @cached_property
    def scale(self) -> ScalePaths | None:
        """Where the scale stands; None without that subresource."""
        return scale_paths(self.version)

    @property
    def columns(self) -> Sequence[Object]:
        """The printer columns behind the name."""
        return printer_columns(self.version)

    @property
    def selectable_fields(self) -> tuple[str, ...]:
        """Fields that field selectors may name besides name and namespace, e.g. ``spec.color``."""
        declared = self.version.get("selectableFields") or ()
        return tuple(field["jsonPath"].removeprefix(".") for field in declared)

    def completed(self, value: Object) -> Object:
        """The object as it is stored and answered: pruned, without stray nulls, and with defaults.

        Objects that are read from the store have to go through this as well, since definitions change.
        """
        if not self.preserves_unknown_fields:
            value = pruned(value, self.openapi)
        value = without_null_members(value, self.openapi)
        completed: Object = with_defaults(value, self.openapi)
        return completed

    def converted(self, value: Object) -> Object:
        """An object of another version in this one (conversion strategy None): only the apiVersion changes."""
        if value.get("apiVersion") == self.resource.api_version:
            return value
        return {**value, "apiVersion": self.resource.api_version}

    def validate_create(self, value: Object) -> list[FieldError]:
        """What is wrong with a new object, its metadata left out: that is checked as for every kind."""
        return self._validate(value, ABSENT)

    def validate_update(self, new: Object, old: Object) -> list[FieldError]:
        """What is wrong with a change of the main resource; nothing is said of what has not changed."""
        return self._validate(new, old)

    def validate_status_update(self, new: Object, old: Object) -> list[FieldError]:
        """What is wrong with a change by the status subresource."""
        errors = list(type_meta_errors(new, self.resource))
        if errors:
            return errors
        inner = (self.openapi.get("properties") or {}).get("status")
        if inner is not None and "status" in new:
            errors += placed(value_errors(new["status"], inner, "", old.get("status", ABSENT)), "status")
        if self.scale is not None:
            errors += scale_errors(new, self.scale, spec=False)
        if not any(True for _ in list_errors(old, self.openapi)):
            errors += list_errors(new, self.openapi)
        return self._with_rules(errors, new, old)

    def _validate(self, value: Object, old: Any) -> list[FieldError]:
        errors = list(type_meta_errors(value, self.resource))
        if errors:
            return errors
        errors += value_errors(value, self.openapi, "", old)
        if self.scale is not None:
            errors += scale_errors(value, self.scale)
        errors += embedded_errors(value, self.openapi)
        if old is ABSENT or not any(True for _ in list_errors(old, self.openapi)):
            errors += list_errors(value, self.openapi)
        return self._with_rules(errors, value, old)

    def _with_rules(self, errors: list[FieldError], value: Object, old: Any) -> list[FieldError]:
        """The errors with those of the rules, which are evaluated only for objects of the right shape."""
        if self._rules is None:
            return errors
        if any(error.type in _BLOCKING for error in errors):
            return [*errors, invalid_value(NOWHERE, None, _UNCHECKED)]
        return [*errors, *self._rules.errors(value, old)]


def _rules_of(schema: Object) -> Rules | None:
    if not has_rules(schema):
        return None
    from plimsoll.apimachinery.customresources.rules import Rules  # noqa: PLC0415 - slow to load, and seldom needed

    return Rules(schema)
