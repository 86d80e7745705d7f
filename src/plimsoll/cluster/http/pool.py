"""Connections to one endpoint, kept for the next request and bounded in number."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.cluster.http.connection import Connection
    from plimsoll.cluster.http.endpoint import Endpoint

IDLE_SECONDS = 90.0
"""An idle connection is not used after this long (Go's ``http.DefaultTransport``): servers close them unannounced."""


LOOK_SECONDS = 5.0
"""How often deadlines are looked at: an answer may be this much later before it is given up."""


class Pool:
    """At most ``size`` connections with a request under way; the one used last is used next.

    Whoever asks for one more waits in line. A stream has a connection of its own that does not count.
    """

    def __init__(self, endpoint: Endpoint, size: int) -> None:
        self._endpoint = endpoint
        self._free = size
        self._idle: list[tuple[float, Connection]] = []
        self._line: deque[asyncio.Future[None]] = deque()
        self._all: set[Connection] = set()
        self._retired = False
        self._time = asyncio.get_running_loop().time
        self._looking: asyncio.TimerHandle | None = None

    def enter(self) -> bool:
        """Let one more request be under way, if it need not wait: :meth:`idle` or :meth:`fresh` must follow."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    async def turn(self) -> None:
        """Wait in line until one more request may be under way, and let it be so."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the turn had just come to who leaves
                self._end_turn()
            raise

    def idle(self, now_seconds: float) -> Connection | None:
        """A connection for the request whose turn it is, if one waits for it; give it back with :meth:`give`."""
        while self._idle:
            since_seconds, connection = self._idle.pop()
            if connection.reusable and now_seconds - since_seconds < IDLE_SECONDS:
                return connection
            self.discard(connection)
        return None

    async def fresh(self) -> Connection:
        """A new connection for the request whose turn it is; give it back with :meth:`give`."""
        try:
            return await self.extra()
        except BaseException:
            self._end_turn()
            raise

    def give(self, connection: Connection, now_seconds: float) -> None:
        """Take a connection back, to be used again if it may be, and let the next in line have a turn."""
        if connection.reusable and not self._retired:
            self._idle.append((now_seconds, connection))
        else:
            self.discard(connection)
        self._end_turn()

    async def extra(self) -> Connection:
        """One more connection that does not count; give it back with :meth:`discard`."""
        connection = await self._endpoint.connect()
        self._all.add(connection)
        if self._looking is None:
            self._look()
        return connection

    def discard(self, connection: Connection) -> None:
        """Close a connection."""
        self._all.discard(connection)
        connection.close()

    def _look(self) -> None:
        """Close connections whose answers are overdue, now and every few seconds for as long as there are any at all."""
        now_seconds = self._time()
        for connection in list(self._all):
            if connection.overdue(now_seconds):
                connection.close(TimeoutError("the server did not answer"))
        again = bool(self._all)
        self._looking = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look) if again else None

    def retire(self) -> None:
        """Close what is idle, and everything else when its request is answered."""
        self._retired = True
        while self._idle:
            self.discard(self._idle.pop()[1])

    def close(self) -> None:
        """Close all; requests under way fail."""
        self.retire()
        for connection in list(self._all):
            self.discard(connection)
        if self._looking is not None:
            self._looking.cancel()

    def _end_turn(self) -> None:
        """A turn passes to the first in line who still waits."""
        while self._line:
            waiting = self._line.popleft()
            if not waiting.done():
                waiting.set_result(None)
                return
        self._free += 1
