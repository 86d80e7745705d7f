"""A resource as the API serves it, and the list of all that are served at present."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from plimsoll.apimachinery.customresources import CustomKind
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.options import FieldValidation
    from plimsoll.registry.strategies.traits import Traits
    from plimsoll.simcluster.store import Collection


class Strategy(Protocol):
    """What differs between kinds on the way from a body to a stored object.

    ``resource`` is the version that the request names. Objects handed in are private to the request, and are changed in
    place except where a result is returned.
    """

    traits: Traits

    def decode(self, body: Any, validation: FieldValidation, warnings: list[str]) -> Object:
        """A body as an object of this kind, with defaults; 400 where it is none, 422 never."""
        ...

    def patched(self, document: Any, validation: FieldValidation, warnings: list[str]) -> Object:
        """What a patch made of an object, checked as a body is, with defaults; 422 where it is no object any more."""
        ...

    def patch(self, document: Object, patch: Any, patch_type: str) -> Any:
        """The document with a JSON, merge or strategic merge patch applied; shares what the patch leaves alone."""
        ...

    def prepare_create(self, value: Object, now: str) -> None:
        """Drop what only others may set, and set what only the server sets."""
        ...

    def prepare_update(self, value: Object, old: Object, subresource: str) -> None:
        """The same for an update; what the subresource may not touch stays as it was."""
        ...

    def check_create(self, value: Object, warnings: list[str]) -> None:
        """422 with every fault of a new object."""
        ...

    def check_update(self, value: Object, old: Object, subresource: str, warnings: list[str]) -> None:
        """422 with every fault of a changed object."""
        ...

    def to_stored(self, value: Object) -> Object:
        """An object in the version under which it is stored."""
        ...

    def from_stored(self, value: Object) -> Object:
        """A stored object in this version."""
        ...

    def track(self, live: Object | None, value: Object, *, manager: str, subresource: str, time: str) -> Object:
        """The object with ``managedFields`` that show who wrote what."""
        ...

    def track_scale(self, live: Object, value: Object, *, manager: str, time: str, replicas: tuple[str, ...]) -> Object:
        """The same for a number of replicas that came through the scale; ``replicas`` is its field, from the top."""
        ...

    def apply(
        self, live: Object | None, body: Any, *, manager: str, subresource: str, time: str, force: bool
    ) -> Object:
        """Server-side apply: the live object with what the body says; 409 where others own that."""
        ...


@dataclass(frozen=True, slots=True)
class Served:
    """One resource in one version: where its objects are and how they are treated.

    ``subresources`` are those that are served, by name, with the verbs each allows. ``custom`` is what the definition
    of a custom resource says; None for built-in ones.
    """

    resource: Resource
    collection: Collection
    strategy: Strategy
    verbs: frozenset[str]
    subresources: Mapping[str, frozenset[str]] = field(default_factory=dict)
    custom: CustomKind | None = None
