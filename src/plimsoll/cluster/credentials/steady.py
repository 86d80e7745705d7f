"""Identities that do not change, and those that a file holds."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cluster.credentials.headers import bearer
from plimsoll.cluster.http.identity import Identity
from plimsoll.errors import Complaint, InputError, Place

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN_FILE_SECONDS = 60.0
"""client-go reads a token file again after a minute (``transport/token_source.go``)."""


class Steady:
    """The same identity for ever."""

    def __init__(self, headers: bytes, tls: ssl.SSLContext | None) -> None:
        self._identity = Identity(headers, tls)

    def current(self) -> Identity | None:
        """The identity."""
        return self._identity

    async def renew(self, refused: Identity | None) -> Identity:  # noqa: ARG002 - there is no other
        """The identity."""
        return self._identity


class TokenFile:
    """A bearer token in a file that somebody else renews, as kubelets do for the tokens of service accounts.

    While the file cannot be read, or is empty, the token read before is used on.
    """

    def __init__(
        self, path: Path, field: Place, headers: bytes, tls: ssl.SSLContext | None, clock: Callable[[], float]
    ) -> None:
        self._path, self._field = path, field
        self._headers, self._tls, self._clock = headers, tls, clock
        self._token = ""
        self._identity: Identity | None = None
        self._read_at_seconds = 0.0

    def current(self) -> Identity | None:
        """The identity by the token as it was read less than a minute ago."""
        if self._identity is None or self._clock() - self._read_at_seconds >= TOKEN_FILE_SECONDS:
            return None
        return self._identity

    async def renew(self, refused: Identity | None) -> Identity:  # noqa: ARG002 - the file alone says whether there is another
        """Read the file again; the identity stays the same where the token does."""
        token = self._read()
        if self._identity is None or token != self._token:
            self._token = token
            self._identity = Identity(bearer(token) + self._headers, self._tls)
        self._read_at_seconds = self._clock()
        return self._identity

    def _read(self) -> str:
        try:
            token = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            if self._token:
                return self._token
            problem = f"{self._path} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}"
            raise InputError(Complaint(self._field, problem, "Name a file that holds a token")) from error
        if not (token or self._token):
            raise InputError(Complaint(self._field, f"{self._path} is empty", "Name a file that holds a token"))
        return token or self._token
