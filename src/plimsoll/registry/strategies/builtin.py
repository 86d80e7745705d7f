"""The way of built-in kinds: their schema, defaults, preparation and validation, from ``apimachinery``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.defaults import apply_defaults
from plimsoll.apimachinery.patching import json_patch, merge_patch, strategic_merge
from plimsoll.apimachinery.schema import schema_of
from plimsoll.registry.refusals import bad_request
from plimsoll.registry.strategies.traits import traits_of

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.options import FieldValidation


class BuiltInStrategy:
    """One built-in resource in one version."""

    def __init__(self, resource: Resource, stored: Resource) -> None:
        self.traits = traits_of(stored.group, stored.plural)
        self._resource = resource
        self._stored = stored
        self._schema = schema_of(resource)

    def decode(self, body: Any, validation: FieldValidation, warnings: list[str]) -> Object:
        """See :class:`~plimsoll.registry.served.Strategy`."""
        if not isinstance(body, dict):
            raise bad_request("the object provided is unrecognized")
        value = {**body, "apiVersion": self._resource.api_version, "kind": self._resource.kind}
        value["metadata"] = dict(body.get("metadata") or {})
        apply_defaults(self._resource, value)
        return value

    def patched(self, document: Any, validation: FieldValidation, warnings: list[str]) -> Object:
        """See :class:`~plimsoll.registry.served.Strategy`."""
        return self.decode(document, validation, warnings)

    def patch(self, document: Object, patch: Any, patch_type: str) -> Any:
        """See :class:`~plimsoll.registry.served.Strategy`."""
        if patch_type == "application/json-patch+json":
            return json_patch(document, patch)
        if patch_type == "application/merge-patch+json":
            return merge_patch(document, patch)
        return strategic_merge(document, patch, self._schema)

    def prepare_create(self, value: Object) -> None:
        """See :class:`~plimsoll.registry.served.Strategy`."""

    def prepare_update(self, value: Object, old: Object, subresource: str) -> None:
        """See :class:`~plimsoll.registry.served.Strategy`."""

    def check_create(self, value: Object, warnings: list[str]) -> None:
        """See :class:`~plimsoll.registry.served.Strategy`."""

    def check_update(self, value: Object, old: Object, subresource: str, warnings: list[str]) -> None:
        """See :class:`~plimsoll.registry.served.Strategy`."""

    def to_stored(self, value: Object) -> Object:
        """See :class:`~plimsoll.registry.served.Strategy`."""
        return value

    def from_stored(self, value: Object) -> Object:
        """See :class:`~plimsoll.registry.served.Strategy`."""
        return value

    def track(self, live: Object | None, value: Object, *, manager: str, subresource: str, time: str) -> Object:
        """See :class:`~plimsoll.registry.served.Strategy`."""
        return value

    def apply(
        self, live: Object | None, body: Any, *, manager: str, subresource: str, time: str, force: bool
    ) -> Object:
        """See :class:`~plimsoll.registry.served.Strategy`."""
        return merge_patch(live or {}, body)
