"""Who asks: from a bearer token, a client certificate, or nobody in particular."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.registry.requests import ANONYMOUS, User
from plimsoll.serve.tokens import AUTHENTICATED

if TYPE_CHECKING:
    from plimsoll.serve.headers import Headers

BEARER = b"bearer "

Verifier = Callable[[str, tuple[str, ...]], User | None]
"""Tells whose token it is, for one of several audiences: None where it is not one of its kind or not valid."""


class Authenticator:
    """Static tokens first, for they cost one look-up; then signed ones; then the connection's certificate."""

    def __init__(self, tokens: Mapping[str, User], verify: Verifier, audience: str) -> None:
        self._users = {b"Bearer " + token.encode(): user for token, user in tokens.items()}
        self._verify = verify
        self._audiences = (audience,)

    def authenticate(self, headers: Headers, scope: Mapping[str, Any]) -> User:
        """The user of a request; ``ApiError(401)`` for a token that is not valid."""
        authorization = headers.authorization
        user = self._users.get(authorization)
        if user is not None:
            return user
        if authorization[: len(BEARER)].lower() == BEARER:
            token = authorization[len(BEARER) :].strip()
            if token:
                return self._by_token(token)
        return scope.get("extensions", {}).get("plimsoll.peer") or ANONYMOUS

    def user_of(self, token: str, audiences: tuple[str, ...]) -> User | None:
        """Whose token it is. Static tokens are good for this server's own audience."""
        user = self._users.get(b"Bearer " + token.encode())
        if user is not None:
            return user if set(audiences) & set(self._audiences) else None
        return self._verify(token, audiences)

    def _by_token(self, token: bytes) -> User:
        user = self.user_of(token.decode("latin-1"), self._audiences)
        if user is None:
            raise unauthorized()
        return user


def unauthorized() -> ApiError:
    """401: the credentials are wrong."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def certificate_user(certificate: Mapping[str, Any]) -> User | None:
    """The user of a verified certificate, as ``SSLObject.getpeercert`` gives it: common name, organisations as groups."""
    subject = [pair for relative_name in certificate.get("subject", ()) for pair in relative_name]
    name = next((value for key, value in subject if key == "commonName"), "")
    groups = tuple(value for key, value in subject if key == "organizationName")
    return User(name, groups=(*groups, AUTHENTICATED)) if name else None
