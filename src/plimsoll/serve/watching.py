"""Watches: events that reach a client as they happen, one JSON document a line.

A watch costs little while nothing happens: its stream is one coroutine that waits for one future, and all watches of a
representation share each encoded event. A client that does not read is dropped before its backlog grows without bound;
it lists and watches anew, as it would after any lost connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from plimsoll.registry.requests import WatchEvent

if TYPE_CHECKING:
    from plimsoll.serve.exchange import Send
    from plimsoll.serve.protocol import Connection
    from plimsoll.serve.responses import Header

MAX_BACKLOG_BYTES = 8 * 1024 * 1024
"""What may wait for a client that reads slowly. A real server drops a watch whose channel of 10 to 1,000 events is full
for 50 ms (apiserver, storage/cacher)."""


LAST_BOOKMARK_SECONDS = 2.0
"""How long before its end a watch gets a last bookmark (apiserver, storage/cacher, bookmarkTimeBudget)."""


class RegistryWatch(Protocol):
    """A watch of the registry."""

    allows_bookmarks: bool

    def bookmark(self) -> WatchEvent:
        """An event that says how far the watch has come."""
        ...

    def stop(self) -> None:
        """Get no more events."""
        ...


class WatchStream:
    """One client's watch. ``closed`` is told when it is over."""

    __slots__ = (
        "_backlog",
        "_backlog_bytes",
        "_closed",
        "_connection",
        "_encode",
        "_ended",
        "_headers",
        "_timeout_seconds",
        "_wake",
        "_watch",
    )

    def __init__(
        self,
        encode: Callable[[WatchEvent], bytes],
        headers: list[Header],
        timeout_seconds: float,
        connection: Connection,
        closed: Callable[[WatchStream], None],
    ) -> None:
        self._backlog: list[bytes] = []
        self._backlog_bytes = 0
        self._closed = closed
        self._connection = connection
        self._encode = encode
        self._ended = False
        self._headers = headers
        self._timeout_seconds = timeout_seconds
        self._wake: asyncio.Future[None] | None = None
        self._watch: RegistryWatch | None = None

    def begin(self, watch: RegistryWatch) -> None:
        """Take over the registry's watch, whose first events have been received already."""
        self._watch = watch

    def bookmark(self) -> None:
        """Tell the client how far its watch has come, if it wants to know."""
        if self._watch is not None and self._watch.allows_bookmarks:
            self.receive(self._watch.bookmark())

    def receive(self, event: WatchEvent) -> None:
        """Take an event in, to be sent as soon as the client reads."""
        if self._ended:
            return
        line = self._encode(event)
        self._backlog.append(line)
        self._backlog_bytes += len(line)
        if self._backlog_bytes > MAX_BACKLOG_BYTES:
            self._backlog.clear()
            self._backlog_bytes = 0
            self._connection.abort()
            self._ended = True
        elif event.type == "ERROR":
            self._ended = True
        self._notify()

    def end(self) -> None:
        """Send what is there, and no more."""
        self._ended = True
        self._notify()

    async def run(self, send: Send) -> None:
        """Send events until the time is up, the client has gone, or it does not keep up."""
        alarm = self._arm()
        self._connection.on_lost.append(self.end)
        if self._connection.is_lost:  # while the request was being served
            self.end()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self._headers})
            await send({"type": "http.response.body", "body": b"", "more_body": True})  # the head must not wait
            while not self._ended or self._backlog:
                if self._backlog:
                    await send({"type": "http.response.body", "body": self._take(), "more_body": True})
                else:
                    self._wake = asyncio.get_running_loop().create_future()
                    await self._wake
                    self._wake = None
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            alarm.cancel()
            self._close()

    def _take(self) -> bytes:
        """All that waits to be sent."""
        lines, self._backlog = self._backlog, []
        self._backlog_bytes = 0
        return lines[0] if len(lines) == 1 else b"".join(lines)

    def _arm(self) -> asyncio.TimerHandle:
        """Have the watch end in time, with a bookmark shortly before."""
        loop = asyncio.get_running_loop()
        early = self._timeout_seconds - LAST_BOOKMARK_SECONDS
        if early > 0 and self._watch is not None and self._watch.allows_bookmarks:
            return loop.call_later(early, self._wind_up)
        return loop.call_later(self._timeout_seconds, self.end)

    def _wind_up(self) -> None:
        self.bookmark()
        asyncio.get_running_loop().call_later(LAST_BOOKMARK_SECONDS, self.end)

    def _close(self) -> None:
        self._ended = True
        if self._watch is not None:
            self._watch.stop()
        if self.end in self._connection.on_lost:
            self._connection.on_lost.remove(self.end)
        self._closed(self)

    def _notify(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
