"""Who may pass: authentication, impersonation and authorization of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.registry.authorization.attributes import Attributes
from plimsoll.registry.authorization.authorizer import MASTERS
from plimsoll.serve.impersonation import impersonate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from plimsoll.registry.authorization.authorizer import Authorizer
    from plimsoll.registry.requests import User
    from plimsoll.serve.authentication import Authenticator
    from plimsoll.serve.headers import Headers
    from plimsoll.serve.requestinfo import RequestInfo


class Gate:
    """Turns requests away, or tells on whose behalf they are made."""

    def __init__(self, authenticator: Authenticator, authorizer: Authorizer) -> None:
        self._authenticator = authenticator
        self._authorizer = authorizer

    def identify(self, headers: Headers, scope: Mapping[str, Any], info: RequestInfo) -> User:
        """The user for whom a request counts; ``ApiError`` 401 or, where it may not be made for another, 403."""
        user = self._authenticator.authenticate(headers, scope)
        if headers.impersonation:
            return impersonate(self._authorizer, user, headers.impersonation, attributes_of(info))
        return user

    def authorize(self, user: User, info: RequestInfo) -> None:
        """Let a request pass, or raise ``ApiError(403)``."""
        if MASTERS not in user.groups:
            self._authorizer.require(user, attributes_of(info))


def attributes_of(info: RequestInfo) -> Attributes:
    """A request as authorization sees it."""
    if not info.is_resource:
        return Attributes(info.verb, path=info.path)
    return Attributes(
        info.verb, info.group, info.resource, info.subresource, info.namespace, info.name or info.selected_name
    )
