"""What a kind's module says about the kind: what becomes of its objects on their way into the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plimsoll.kube.resources import Object

Creation = Callable[[Object, str], None]
"""Changes a new object in place; takes the time as the API writes it, for what is stamped."""

Change = Callable[[Object, Object], None]
"""Changes an object in place that is to replace another."""

ORIGINAL_METADATA = ("deletionTimestamp", "generation", "labels", "annotations", "finalizers", "ownerReferences")
"""What of the metadata a status cannot change, for kinds that are strict about it (``ResetObjectMetaForStatus``)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How objects of one kind are prepared, beyond what holds for all kinds."""

    generation_of: Callable[[Object], Any] | None = None
    """The part of the object whose changes raise its generation; none where it has no generation."""

    starts_generation: bool = True
    """Whether a new object has generation 1, or none until it changes."""

    keeps_status: bool = False
    """Whether a new object comes with the status of the body."""

    create: Creation | None = None
    update: Change | None = None
    status: Change | None = None
    """What a change of the status does, after everything else has been taken from the old object."""

    kept_by_status: tuple[str, ...] = ()
    """What of the metadata a change of the status leaves alone."""

    subresources: Mapping[str, Change] = field(default_factory=dict)
    """What changes through other subresources do."""


def spec_of(object_: Object) -> Any:
    """The specification, whose changes raise the generation of most kinds."""
    return object_.get("spec")


def keep_original(new: Object, old: Object, *keys: str) -> None:
    """Take top-level parts of an object from the old one."""
    for key in keys:
        if key in old:
            new[key] = old[key]
        else:
            new.pop(key, None)


def keep_metadata(new: Object, old: Object, keys: tuple[str, ...] = ORIGINAL_METADATA) -> None:
    """Take parts of the metadata from the old object."""
    metadata = dict(new.get("metadata") or {})
    keep_original(metadata, old.get("metadata") or {}, *keys)
    new["metadata"] = metadata
