"""The refusals that every resource shares, in the API's words (apimachinery, pkg/api/errors/errors.go)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"
"""What a stale ``resourceVersion`` is answered with (registry/generic/registry/store.go, OptimisticLockErrorMsg)."""

META_GROUP = "meta.k8s.io"


def qualified(resource: Resource) -> str:
    """``deployments.apps``, ``pods``: a resource as messages name it."""
    return f"{resource.plural}.{resource.group}" if resource.group else resource.plural


def details_of(resource: Resource, name: str) -> dict[str, Any]:
    """The ``details`` of a refusal that is about one object."""
    return _details(name, resource.group, resource.plural)


def not_found(resource: Resource, name: str) -> ApiError:
    """404: no such object."""
    return ApiError(404, "NotFound", f'{qualified(resource)} "{name}" not found', details=details_of(resource, name))


def already_exists(resource: Resource, name: str) -> ApiError:
    """409: the name is taken."""
    message = f'{qualified(resource)} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, details=details_of(resource, name))


def conflict(resource: Resource, name: str, reason: str = MODIFIED) -> ApiError:
    """409: the object is not, or no longer, what the request takes it for."""
    message = f'Operation cannot be fulfilled on {qualified(resource)} "{name}": {reason}'
    return ApiError(409, "Conflict", message, details=details_of(resource, name))


def precondition_failed(resource: Resource, metadata: Mapping[str, Any], what: str, wanted: str, recorded: str) -> str:
    """The reason of a conflict that the storage finds, in its words (apiserver, storage/errors.go)."""
    place = "/".join(part for part in (resource.plural, metadata.get("namespace", ""), metadata["name"]) if part)
    failed = f"Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {recorded}"
    return f"StorageError: invalid object, Code: 4, Key: /registry/{place}, ResourceVersion: 0, AdditionalErrorMsg: {failed}"


def kind_conflict(resource: Resource, name: str, reason: str) -> ApiError:
    """409 as preconditions of a deletion word it: by the kind instead of the resource."""
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    message = f'Operation cannot be fulfilled on {kind} "{name}": {reason}'
    return ApiError(409, "Conflict", message, details=_details(name, resource.group, resource.kind))


def forbidden(resource: Resource, name: str, reason: str) -> ApiError:
    """403 by admission."""
    subject = f'{qualified(resource)} "{name}"' if name else qualified(resource)
    return ApiError(403, "Forbidden", f"{subject} is forbidden: {reason}", details=details_of(resource, name))


def bad_request(message: str) -> ApiError:
    """400: the request makes no sense."""
    return ApiError(400, "BadRequest", message)


def method_not_allowed() -> ApiError:
    """405: the resource is served, but not with this verb."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message, details={})


def no_such_page() -> ApiError:
    """404 for a path that leads to no resource or subresource."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", details={})


def unexpected(message: str) -> ApiError:
    """500 without a reason: what a real server answers where an error of its own code reaches the client as it is."""
    return ApiError(500, "", message)


def internal_error(message: str) -> ApiError:
    """500 with a cause."""
    text = f"Internal error occurred: {message}"
    return ApiError(500, "InternalError", text, details={"causes": [{"message": message}]})


@contextmanager
def telling(warnings: Sequence[str]) -> Iterator[None]:
    """Let a refusal carry the warnings that were found before it."""
    try:
        yield
    except ApiError as error:
        error.warnings = (*warnings, *error.warnings)
        raise


def _details(name: str, group: str, kind: str) -> dict[str, Any]:
    details = {"name": name, "group": group, "kind": kind}
    return {key: value for key, value in details.items() if value}
