"""The conditions in which a namespace that is being deleted says what it waits for.

From pkg/controller/namespace/deletion/status_condition_utils.go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource

_ALL_WELL = (
    ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    ("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
    (
        "NamespaceDeletionContentFailure",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
)


def deletion_conditions(
    remaining: Mapping[Resource, Sequence[Object]], before: Sequence[Object], now: str
) -> list[Object]:
    """The conditions after a sync that left these objects; transition times are kept where nothing changed."""
    known = {one["type"]: one for one in before}
    states = [(kind, "False", reason, message) for kind, reason, message in _ALL_WELL]
    states += [_content(remaining), _finalizers(remaining)]
    return [_condition(known.get(state[0]), *state, now) for state in states]


def _content(remaining: Mapping[Resource, Sequence[Object]]) -> tuple[str, str, str, str]:
    counts = sorted(
        f"{resource.plural}.{resource.group} has {len(objects)} resource instances"
        for resource, objects in remaining.items()
        if objects
    )
    if not counts:
        return "NamespaceContentRemaining", "False", "ContentRemoved", "All content successfully removed"
    message = f"Some resources are remaining: {', '.join(counts)}"
    return "NamespaceContentRemaining", "True", "SomeResourcesRemain", message


def _finalizers(remaining: Mapping[Resource, Sequence[Object]]) -> tuple[str, str, str, str]:
    held: Counter[str] = Counter()
    for objects in remaining.values():
        for value in objects:
            held.update(value["metadata"].get("finalizers") or ())
    if not held:
        message = "All content-preserving finalizers finished"
        return "NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", message
    counts = ", ".join(f"{name} in {count} resource instances" for name, count in sorted(held.items()))
    message = f"Some content in the namespace has finalizers remaining: {counts}"
    return "NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", message


def _condition(before: Object | None, kind: str, state: str, reason: str, message: str, now: str) -> Object:
    since = before["lastTransitionTime"] if before is not None and before["status"] == state else now
    return {"type": kind, "status": state, "lastTransitionTime": since, "reason": reason, "message": message}
