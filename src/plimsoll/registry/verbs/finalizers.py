"""Which finalizers a deletion adds and takes away, so that dependents are orphaned or deleted first (store.go)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.registry.options import DeleteOptions
    from plimsoll.registry.strategies.traits import Traits

ORPHAN = "orphan"
FOREGROUND = "foregroundDeletion"


def garbage_finalizers(traits: Traits, finalizers: Sequence[str], options: DeleteOptions) -> list[str]:
    """The finalizers of an object that is to be deleted (deletionFinalizersForGarbageCollection)."""
    kept = [name for name in finalizers if name not in {ORPHAN, FOREGROUND}]
    wanted = "" if traits.garbage == "unsupported" else _policy(traits, finalizers, options)
    added = [*kept, wanted] if wanted else kept
    return list(finalizers) if set(added) == set(finalizers) else added


def namespace_finalizers(finalizers: Sequence[str], options: DeleteOptions) -> list[str]:
    """The same for a namespace, whose own policy is whatever it has (core/namespace/storage/storage.go)."""
    orphan, foreground = ORPHAN in finalizers, FOREGROUND in finalizers
    if options.orphan_dependents is not None:
        orphan, foreground = options.orphan_dependents, not options.orphan_dependents
    elif options.propagation is not None:
        orphan, foreground = options.propagation == "Orphan", options.propagation == "Foreground"
    kept = [name for name in finalizers if name not in {ORPHAN, FOREGROUND}]
    return kept + [name for name, wanted in ((ORPHAN, orphan), (FOREGROUND, foreground)) if wanted]


def _policy(traits: Traits, finalizers: Sequence[str], options: DeleteOptions) -> str:
    """The finalizer that dependents need, empty where they are left to the garbage collector.

    What the deletion says counts most, then what the object has, then the resource's default.
    """
    if options.orphan_dependents is not None:
        return ORPHAN if options.orphan_dependents else ""
    if options.propagation is not None:
        return {"Orphan": ORPHAN, "Foreground": FOREGROUND}.get(options.propagation, "")
    for name in finalizers:
        if name in {ORPHAN, FOREGROUND}:
            return name
    return ORPHAN if traits.garbage == "orphan" else ""
