"""What is asked for, as authorization sees it, and the refusal of it."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.errors import ApiError
from plimsoll.registry.requests import User

_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""Messages must never look like HTML (apiserver, responsewriters/errors.go)."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """One thing that somebody wants to do: to a resource, or with ``path`` to a URL that is none."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def full_resource(self) -> str:
        """The resource and its subresource, as rules name them."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, and why, or why not where there is more to say than that nothing allows it."""

    allowed: bool
    reason: str = ""


def forbidden(user: User, attributes: Attributes, reason: str = "") -> ApiError:
    """403 for somebody who lacks the right."""
    if attributes.path:
        head, what = "forbidden", f'{attributes.verb} path "{attributes.path}"'
    else:
        head, what = _subject(attributes), _action(attributes)
    message = f'User "{user.name}" cannot {what}'.translate(_HTML)
    details = {"name": attributes.name, "group": attributes.group, "kind": attributes.resource}
    return ApiError(
        403,
        "Forbidden",
        f"{head}: {message}{f': {reason}' if reason else ''}",
        details={key: value for key, value in details.items() if value},
    )


def _subject(attributes: Attributes) -> str:
    qualified = f"{attributes.resource}.{attributes.group}" if attributes.group else attributes.resource
    return f'{qualified} "{attributes.name}" is forbidden' if attributes.name else f"{qualified} is forbidden"


def _action(attributes: Attributes) -> str:
    what = f'{attributes.verb} resource "{attributes.full_resource}" in API group "{attributes.group}"'
    if attributes.namespace:
        return f'{what} in the namespace "{attributes.namespace}"'
    return f"{what} at the cluster scope"
