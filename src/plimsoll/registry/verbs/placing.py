"""Whether what a body says about its name and namespace agrees with the URL (apiserver, endpoints/handlers/rest.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.registry.refusals import bad_request

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.requests import Request

_SYSTEM_FIELDS = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")
"""What only the server sets; taken out of new objects (registry/rest/meta.go, WipeObjectMetaSystemFields)."""

UNKNOWN_MANAGER = "unknown"
LONGEST_MANAGER = 128


def place(value: Object, resource: Resource, namespace: str) -> None:
    """Put an object that is private still into the namespace of the URL; 400 where it says another."""
    metadata = value["metadata"]
    if not resource.namespaced:
        metadata.pop("namespace", None)
        return
    own = metadata.get("namespace", "")
    if own and own != namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    metadata["namespace"] = namespace


def check_name(value: Object, name: str) -> None:
    """400 where an object has another name than the URL says."""
    own = value["metadata"].get("name", "")
    if not own:
        raise bad_request(f"the name of the object ({name} based on URL) was undeterminable: name must be provided")
    if own != name:
        raise bad_request(f"the name of the object ({own}) does not match the name on the URL ({name})")


def wipe_system_fields(value: Object) -> None:
    """Take out of a new object what only the server sets."""
    for key in _SYSTEM_FIELDS:
        value["metadata"].pop(key, None)


def deduplicate_owners(value: Object, warnings: list[str], *, admitted: bool = False) -> None:
    """Keep one of equal owner references, and say so; ``admitted`` where admission has been passed already."""
    owners = value["metadata"].get("ownerReferences")
    if not owners or len(owners) == 1:
        return
    kept: list[Object] = []
    again = []
    for owner in owners:
        if owner in kept:
            again.append(owner.get("uid", ""))
        else:
            kept.append(owner)
    if again:
        when = " after mutating admission happens" if admitted else ""
        warnings.append(
            f".metadata.ownerReferences contains duplicate entries{when}; API server dedups owner references in 1.20+, "
            "and may reject such requests as early as 1.24; please fix your requests; "
            f"duplicate UID(s) observed: {', '.join(again)}"
        )
        value["metadata"]["ownerReferences"] = kept


def manager_of(field_manager: str, request: Request) -> str:
    """Who a write counts for: the named field manager, or the first part of the user agent."""
    if field_manager:
        return field_manager
    prefix = request.user_agent.split("/", 1)[0][:LONGEST_MANAGER]
    return "".join(mark for mark in prefix if mark.isprintable()) or UNKNOWN_MANAGER
