"""What the strategies of all kinds have in common: decoding, patches, managed fields."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.apply import Write, apply, track_scale, update_managed_fields
from plimsoll.apimachinery.decoding import Decoder, ObjectKind, checked_fields, strict_problem
from plimsoll.apimachinery.patching import strategic_merge
from plimsoll.apimachinery.validation import FieldError, invalid
from plimsoll.errors import ApiError
from plimsoll.registry.requests import Payload
from plimsoll.registry.strategies.copying import private_copy
from plimsoll.registry.strategies.documents import STRATEGIC_MERGE, patch_document, unfit_patch

if TYPE_CHECKING:
    from plimsoll.apimachinery.apply import FieldSet
    from plimsoll.apimachinery.schema import Schema
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.options import FieldValidation
    from plimsoll.registry.strategies.traits import Traits


class KindStrategy(ABC):
    """One resource in one version (see :class:`~plimsoll.registry.served.Strategy`)."""

    def __init__(self, resource: Resource, traits: Traits, schema: Schema) -> None:
        self.traits = traits
        self.resource = resource
        self._schema = schema
        self._kind = ObjectKind(resource.group, resource.version, resource.kind)
        self._decoder = Decoder(self._kind, schema)

    @abstractmethod
    def complete(self, value: Object) -> Object:
        """The decoded object, private to the request, with its defaults."""

    @abstractmethod
    def reset_fields(self, subresource: str) -> FieldSet:
        """What a write by a subresource cannot set, and so does not own."""

    def decode(self, body: Any, validation: FieldValidation, warnings: list[str]) -> Object:
        """Decode a body as its media type says, or a value that is parsed already."""
        if isinstance(body, Payload):
            decoded = self._decoder.decode(body.content, body.media_type)
        else:
            decoded = self._decoder.decode_value(body)
        warnings += checked_fields(decoded, validation, self._kind)
        return self._completed(decoded.object)

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
        return self._completed(decoded.object)

    def _completed(self, decoded: Object) -> Object:
        value: Object = private_copy(decoded)
        value.setdefault("metadata", {})
        return self.complete(value)

    def patch(self, document: Object, patch: Any, patch_type: str) -> Any:
        """Apply a patch of any type but server-side apply."""
        if patch_type == STRATEGIC_MERGE:
            return strategic_merge(document, patch, self._schema)
        return patch_document(document, patch, patch_type)

    def refuse(self, value: Object, errors: list[FieldError]) -> None:
        """422 where there are errors."""
        if errors:
            raise invalid(self.resource, value["metadata"].get("name", ""), errors)

    def track(self, live: Object | None, value: Object, *, manager: str, subresource: str, time: str) -> Object:
        """Record who wrote what of a plain write."""
        return update_managed_fields(live, value, self._write(manager, subresource, time))

    def track_scale(self, live: Object, value: Object, *, manager: str, time: str, replicas: tuple[str, ...]) -> Object:
        """Record who wrote the number of replicas through the scale; ``replicas`` is its field, from the top."""
        return track_scale(live, value, self._write(manager, "scale", time), replicas)

    def apply(
        self, live: Object | None, body: Any, *, manager: str, subresource: str, time: str, force: bool
    ) -> Object:
        """Merge an applied configuration."""
        return apply(live, body, self._write(manager, subresource, time), kind=self.resource.kind, force=force)

    def _write(self, manager: str, subresource: str, time: str) -> Write:
        return Write(
            schema=self._schema,
            manager=manager,
            api_version=self.resource.api_version,
            time=time,
            subresource=subresource,
            reset=self.reset_fields(subresource),
        )
