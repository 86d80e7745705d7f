"""PATCH: JSON, merge and strategic merge patches, and server-side apply (apiserver, endpoints/handlers/patch.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.registry.options import APPLY_TYPES, write_options
from plimsoll.registry.refusals import conflict, not_found
from plimsoll.registry.strategies.documents import STRATEGIC_MERGE
from plimsoll.registry.verbs.placing import check_name, manager_of, place
from plimsoll.registry.verbs.updating import write

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.options import WriteOptions
    from plimsoll.registry.requests import Answer, Request
    from plimsoll.registry.served import Served
    from plimsoll.registry.verbs.updating import Change

_NOT_OFFERED = (
    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
    "application/merge-patch+json, application/apply-patch+yaml"
)


def patch(backing: Backing, served: Served, request: Request) -> Answer:
    """Change an object by a patch; an apply creates it where it is not there."""
    if request.patch_type == STRATEGIC_MERGE and not served.strategy.traits.strategic_merge:
        raise ApiError(415, "UnsupportedMediaType", _NOT_OFFERED)
    options = write_options("patch", request.options, request.patch_type)
    applies = request.patch_type in APPLY_TYPES
    change = (_applied if applies else _patched)(backing, served, request, options)
    return write(backing, served, request, options, change, [], creates=applies and not request.subresource)


def _patched(backing: Backing, served: Served, request: Request, options: WriteOptions) -> Change:
    strategy = served.strategy

    def change(old: Object | None, warnings: list[str]) -> Object:
        if old is None:
            raise not_found(served.resource, request.name)
        document = strategy.patch(old, request.body, request.patch_type)
        value = strategy.patched(document, options.field_validation, warnings)
        value = strategy.track(
            old,
            value,
            manager=manager_of(options.field_manager, request),
            subresource=request.subresource,
            time=backing.identity.timestamp(),
        )
        _agree(served, request, value)
        return value

    return change


def _applied(backing: Backing, served: Served, request: Request, options: WriteOptions) -> Change:
    def change(old: Object | None, warnings: list[str]) -> Object:
        value = served.strategy.apply(
            old,
            request.body,
            manager=options.field_manager,
            subresource=request.subresource,
            time=backing.identity.timestamp(),
            force=options.force,
        )
        value = served.strategy.patched(value, options.field_validation, warnings)
        if old is None and value["metadata"].get("uid"):
            uid = value["metadata"]["uid"]
            text = f"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
            raise conflict(served.resource, request.name, text)
        _agree(served, request, value)
        return value

    return change


def _agree(served: Served, request: Request, value: Object) -> None:
    place(value, served.resource, request.namespace)
    check_name(value, request.name)
