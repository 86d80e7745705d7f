"""The way of built-in kinds: their schema, defaults, preparation and validation, from ``apimachinery``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.apply import Write, apply, reset_fields, update_managed_fields
from plimsoll.apimachinery.decoding import Decoded, Decoder, Interner, ObjectKind, checked_fields, strict_problem
from plimsoll.apimachinery.defaults import apply_defaults
from plimsoll.apimachinery.patching import strategic_merge
from plimsoll.apimachinery.preparation import prepare_create, prepare_update
from plimsoll.apimachinery.schema import schema_of
from plimsoll.apimachinery.validation import FieldError, invalid, validate_create, validate_update
from plimsoll.errors import ApiError
from plimsoll.kube.resources import Resource
from plimsoll.registry.requests import Payload
from plimsoll.registry.strategies.copying import private_copy
from plimsoll.registry.strategies.documents import STRATEGIC_MERGE, patch_document, unfit_patch
from plimsoll.registry.strategies.traits import traits_of

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.options import FieldValidation


class BuiltInStrategy:
    """One built-in resource in one version (see :class:`~plimsoll.registry.served.Strategy`)."""

    def __init__(self, resource: Resource, stored: Resource, interner: Interner, *, has_status: bool) -> None:
        self.traits = traits_of(stored.group, stored.plural)
        self._resource = resource
        self._interner = interner
        self._has_status = has_status
        self._schema = schema_of(resource)
        self._kind = ObjectKind(resource.group, resource.version, resource.kind)
        self._decoder = Decoder(self._kind, self._schema)

    def decode(self, body: Any, validation: FieldValidation, warnings: list[str]) -> Object:
        """Decode a body as its media type says, or a value that is parsed already."""
        if isinstance(body, Payload):
            decoded = self._decoder.decode(body.content, body.media_type)
        else:
            decoded = self._decoder.decode_value(body)
        warnings += checked_fields(decoded, validation, self._kind)
        return self._completed(decoded)

    def patched(self, document: Any, validation: FieldValidation, warnings: list[str]) -> Object:
        """Decode what a patch made of an object."""
        try:
            decoded = self._decoder.decode_value(document)
        except ApiError as error:
            raise unfit_patch(document, error.message) from None
        if decoded.problems:
            if validation == "Strict":
                raise unfit_patch(document, strict_problem(decoded.problems))
            if validation == "Warn":
                warnings += decoded.problems
        return self._completed(decoded)

    def _completed(self, decoded: Decoded) -> Object:
        value: Object = private_copy(decoded.object)
        value.setdefault("metadata", {})
        apply_defaults(self._resource, value)
        return value

    def patch(self, document: Object, patch: Any, patch_type: str) -> Any:
        """Apply a patch of any type but server-side apply."""
        if patch_type == STRATEGIC_MERGE:
            return strategic_merge(document, patch, self._schema)
        return patch_document(document, patch, patch_type)

    def prepare_create(self, value: Object, now: str) -> None:
        """Do what the strategies of pkg/registry do to new objects."""
        prepare_create(self._resource, value, now=now)

    def prepare_update(self, value: Object, old: Object, subresource: str) -> None:
        """Do what they do to changed ones."""
        prepare_update(self._resource, value, old, subresource)

    def check_create(self, value: Object, warnings: list[str]) -> None:
        """Refuse a new object that is not valid."""
        self._refuse(value, validate_create(self._resource, value))

    def check_update(self, value: Object, old: Object, subresource: str, warnings: list[str]) -> None:
        """Refuse a changed object that is not valid, or may not change so."""
        self._refuse(value, validate_update(self._resource, value, old, subresource))

    def _refuse(self, value: Object, errors: list[FieldError]) -> None:
        if errors:
            raise invalid(self._resource, value["metadata"].get("name", ""), errors)

    def to_stored(self, value: Object) -> Object:
        """The object with the parts that it has in common with others."""
        return self._interner.share_parts(value)

    def from_stored(self, value: Object) -> Object:
        """The object itself: there is one version."""
        return value

    def track(self, live: Object | None, value: Object, *, manager: str, subresource: str, time: str) -> Object:
        """Record who wrote what of a plain write."""
        return update_managed_fields(live, value, self._write(manager, subresource, time))

    def apply(
        self, live: Object | None, body: Any, *, manager: str, subresource: str, time: str, force: bool
    ) -> Object:
        """Merge an applied configuration."""
        write = self._write(manager, subresource, time)
        return apply(live, body, write, kind=self._resource.kind, force=force)

    def _write(self, manager: str, subresource: str, time: str) -> Write:
        return Write(
            schema=self._schema,
            manager=manager,
            api_version=self._resource.api_version,
            time=time,
            subresource=subresource,
            reset=reset_fields(self._resource, subresource, has_status=self._has_status),
        )
