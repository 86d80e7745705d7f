"""The way of custom resources: whatever their definition says (apiextensions-apiserver, pkg/registry/customresource)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.apply import reset_fields
from plimsoll.apimachinery.schema import from_openapi
from plimsoll.apimachinery.validation import FieldError, validate_create, validate_update
from plimsoll.apimachinery.validation.fielderrors import quote
from plimsoll.registry.strategies.kind import KindStrategy
from plimsoll.registry.strategies.traits import CUSTOM

if TYPE_CHECKING:
    from plimsoll.apimachinery.apply import FieldSet
    from plimsoll.apimachinery.customresources import CustomKind
    from plimsoll.apimachinery.decoding import Interner
    from plimsoll.kube.resources import Object

_REMEMBERED = 10_000
_UNQUALIFIED = "name is neither a standard finalizer name nor is it fully qualified"
_STANDARD_FINALIZERS = frozenset({"orphan", "foregroundDeletion", "kubernetes"})


class CustomStrategy(KindStrategy):
    """One version of a custom resource."""

    def __init__(self, kind: CustomKind, stored_version: str, interner: Interner) -> None:
        super().__init__(kind.resource, CUSTOM, from_openapi(kind.openapi))
        self.kind = kind
        self._stored_api_version = f"{kind.resource.group}/{stored_version}"
        self._interner = interner
        self._read: dict[int, tuple[Object, Object]] = {}

    def complete(self, value: Object) -> Object:
        """Prune the object, and fill in the defaults of its schema."""
        return self.kind.completed(value)

    def reset_fields(self, subresource: str) -> FieldSet:
        """What the definition leaves to the other half of the object."""
        return reset_fields(self.resource, subresource, has_status=self.kind.has_status, custom=True)

    def prepare_create(self, value: Object, now: str) -> None:
        """Drop the status where it has a subresource of its own."""
        del now
        value["metadata"]["generation"] = 1
        if self.kind.has_status:
            value.pop("status", None)

    def prepare_update(self, value: Object, old: Object, subresource: str) -> None:
        """Keep what this write may not change, and count changes of the rest."""
        if subresource == "status":
            _keep_all_but_status(value, old)
            return
        if self.kind.has_status:
            value.pop("status", None)
            if "status" in old:
                value["status"] = old["status"]
        if {**value, "metadata": None} != {**old, "metadata": None}:
            value["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1

    def check_create(self, value: Object, warnings: list[str]) -> None:
        """Refuse a new object that the schema or a rule forbids."""
        errors = _tolerant(validate_create(self.resource, value))
        self.refuse(value, [*errors, *self.kind.validate_create(value)])
        warnings += _finalizer_warnings(value, ())

    def check_update(self, value: Object, old: Object, subresource: str, warnings: list[str]) -> None:
        """Refuse a change that the schema or a rule forbids."""
        check = self.kind.validate_status_update if subresource == "status" else self.kind.validate_update
        self.refuse(value, [*_tolerant(validate_update(self.resource, value, old)), *check(value, old)])
        warnings += _finalizer_warnings(value, old["metadata"].get("finalizers") or ())

    def to_stored(self, value: Object) -> Object:
        """The object in the version that is stored."""
        return self._interner.share_parts({**value, "apiVersion": self._stored_api_version})

    def from_stored(self, value: Object) -> Object:
        """A stored object in this version, as the present schema shows it; the same one every time."""
        known = self._read.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        if len(self._read) >= _REMEMBERED:
            self._read.clear()
        shown: Any = self.kind.completed(self.kind.converted(value))
        if shown == value:
            shown = value
        self._read[id(value)] = (value, shown)
        return shown  # type: ignore[no-any-return]  # it is the object


def _tolerant(errors: Sequence[FieldError]) -> Iterator[FieldError]:
    """Errors without those about names of finalizers that only built-in kinds refuse."""
    return (error for error in errors if error.detail != _UNQUALIFIED)


def _finalizer_warnings(value: Object, known: Sequence[str]) -> Iterator[str]:
    for name in sorted(set(value["metadata"].get("finalizers") or ()).difference(known)):
        if "/" not in name and name not in _STANDARD_FINALIZERS:
            advice = (
                "prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers"
            )
            yield f"metadata.finalizers: {quote(name)}: {advice}"


def _keep_all_but_status(value: Object, old: Object) -> None:
    managers = value["metadata"].get("managedFields")
    metadata = {**old["metadata"]}
    if managers is not None:
        metadata["managedFields"] = managers
    kept = {**old, "metadata": metadata}
    kept.pop("status", None)
    if "status" in value:
        kept["status"] = value["status"]
    value.clear()
    value.update(kept)
