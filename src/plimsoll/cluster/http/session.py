"""Requests of one user to one API server: connections, identity, and the clocks of both ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from plimsoll import __version__
from plimsoll.cluster.http.clock import ClockEstimate
from plimsoll.cluster.http.pool import Pool

if TYPE_CHECKING:
    from plimsoll.cluster.http.connection import Connection, Response, Stream
    from plimsoll.cluster.http.endpoint import Endpoint
    from plimsoll.cluster.http.identity import Credentials, Identity

REQUEST_SECONDS = 65.0
"""A little longer than the API server gives a request (``--request-timeout``, 60 s)."""
JSON = b"application/json"
_UNAUTHORIZED = int(HTTPStatus.UNAUTHORIZED)  # a plain number: comparing with a member of the enumeration takes a call


class Call(NamedTuple):
    """A request before anybody has said who sends it. A tuple, because a load makes one for every object."""

    method: bytes
    target: str
    body: bytes = b""
    content_type: bytes = JSON
    accept: bytes = JSON


class Answered(NamedTuple):
    """An answer, and when the request went out and it came (seconds of the loop's clock)."""

    response: Response
    sent_seconds: float
    received_seconds: float


class Session:
    """A user's connections to a server. ``connections`` bounds the requests under way; watches do not count."""

    def __init__(self, endpoint: Endpoint, credentials: Credentials, *, connections: int, epoch_seconds: float) -> None:
        self.clock = ClockEstimate(epoch_seconds)
        self.endpoint = endpoint
        self._credentials = credentials
        self._connections = connections
        self._identity: Identity | None = None
        self._pool = Pool(endpoint, connections)
        self._time = asyncio.get_running_loop().time
        self._common = f" HTTP/1.1\r\nHost: {endpoint.host}\r\nUser-Agent: plimsoll/{__version__}\r\n".encode()
        self._base_path = endpoint.base_path

    async def send(self, call: Call, *, may_renew: bool = True) -> Answered:
        """Send a request; once more with a renewed identity where this one is refused.

        Awaits only what has to be waited for: loads make such calls by the 100,000.
        """
        identity = self._credentials.current()
        if identity is None or identity is not self._identity:
            identity = await self._known_identity()
        pool = self._pool
        if not pool.enter():
            await pool.turn()
        sent_seconds = self._time()
        connection = pool.idle(sent_seconds) or await pool.fresh()
        try:
            response = await connection.send(self._message(call, identity), sent_seconds + REQUEST_SECONDS)
        except asyncio.CancelledError:
            connection.close()  # an answer may be on its way that belongs to nobody
            raise
        finally:
            pool.give(connection, sent_seconds)
        if response.status == _UNAUTHORIZED and may_renew and await self._renew(identity):
            return await self.send(call, may_renew=False)
        return self._answered(response, sent_seconds)

    async def open(self, call: Call, *, may_renew: bool = True) -> tuple[Answered, Opened]:
        """Send a request whose answer is streamed, on a connection of its own that the caller closes."""
        identity = await self._known_identity()
        answered, opened = await self._open(call, identity)
        if answered.response.status == _UNAUTHORIZED and may_renew and await self._renew(identity):
            opened.close()
            return await self.open(call, may_renew=False)
        return answered, opened

    def close(self) -> None:
        """Close all connections; requests under way fail."""
        self._pool.close()

    async def _known_identity(self) -> Identity:
        identity = self._credentials.current()
        if identity is None:
            identity = await self._credentials.renew(None)
        if identity is not self._identity:
            self._adopt(identity)
        return identity

    async def _renew(self, refused: Identity) -> bool:
        """Whether there is another identity than the one that was refused."""
        renewed = await self._credentials.renew(refused)
        if renewed is refused:
            return False
        self._adopt(renewed)
        return True

    def _adopt(self, identity: Identity) -> None:
        """Use an identity from now on; another client certificate needs other connections."""
        if self._identity is None or identity.tls is not self._identity.tls:
            self._pool.retire()
            self._pool = Pool(replace(self.endpoint, tls=identity.tls or self.endpoint.tls), self._connections)
        self._identity = identity

    async def _open(self, call: Call, identity: Identity) -> tuple[Answered, Opened]:
        sent_seconds = self._time()
        connection = await self._pool.extra()
        try:
            deadline_seconds = sent_seconds + REQUEST_SECONDS
            response = await connection.send(self._message(call, identity), deadline_seconds, streaming=True)
        except BaseException:
            self._pool.discard(connection)
            raise
        return self._answered(response, sent_seconds), Opened(self._pool, connection)

    def _answered(self, response: Response, sent_seconds: float) -> Answered:
        received_seconds = self._time()
        if self.clock.wants_dates and (date := response.header(b"date")):
            self.clock.date(date, sent_seconds, received_seconds)
        return Answered(response, sent_seconds, received_seconds)

    def _message(self, call: Call, identity: Identity) -> bytes:
        if not call.body:
            return b"%b %b%b%bAccept: %b\r\n\r\n" % (
                call.method, (self._base_path + call.target).encode(), self._common, identity.headers, call.accept,
            )  # fmt: skip
        return b"%b %b%b%bAccept: %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
            call.method, (self._base_path + call.target).encode(), self._common, identity.headers, call.accept,
            call.content_type, len(call.body), call.body,
        )  # fmt: skip


class Opened:
    """A streamed answer that goes on until it is closed."""

    def __init__(self, pool: Pool, connection: Connection) -> None:
        self._pool = pool
        self._connection = connection

    @property
    def stream(self) -> Stream:
        """The answer's body."""
        return self._connection.stream()

    def close(self) -> None:
        """Close the connection."""
        self._pool.discard(self._connection)
