"""Who a client is, as far as its requests show it. How that comes about is for ``plimsoll.cluster.credentials``."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, eq=False, slots=True)
class Identity:
    """What a user presents. ``headers`` are whole lines, each with its CR LF; ``tls`` holds a client certificate."""

    headers: bytes = b""
    tls: ssl.SSLContext | None = None


class Credentials(Protocol):
    """Gives identities, and other ones when they have run out."""

    def current(self) -> Identity | None:
        """The identity at hand; None where there is none yet or it has run out."""
        ...

    async def renew(self, refused: Identity | None) -> Identity:
        """An identity to go on with. The same as ``refused`` where the server will not be any happier next time."""
        ...


class Anonymous:
    """Nobody in particular."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._identity = Identity(tls=tls)

    def current(self) -> Identity | None:
        """The one there is."""
        return self._identity

    async def renew(self, refused: Identity | None) -> Identity:  # noqa: ARG002 - the protocol's shape
        """The one there is."""
        return self._identity
