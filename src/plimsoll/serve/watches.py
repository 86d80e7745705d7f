"""Opens watches: how long they last, when bookmarks come, what their events look like."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from plimsoll.registry.options import read_integer
from plimsoll.serve.deprecations import deprecations_of
from plimsoll.serve.encoding import EventEncoder
from plimsoll.serve.negotiation import JSON, PLAIN, negotiate
from plimsoll.serve.responses import NO_CACHE, warning_headers
from plimsoll.serve.watching import WatchStream

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import APIResource
    from plimsoll.registry.registry import Registry
    from plimsoll.registry.requests import Request
    from plimsoll.serve.exchange import Exchange
    from plimsoll.serve.negotiation import Representation
    from plimsoll.serve.responses import Header
    from plimsoll.serve.views import Views

MIN_TIMEOUT_SECONDS = 1800.0
"""Watches that do not say how long they want to last end after once to twice this (apiserver, min-request-timeout)."""

BOOKMARK_SECONDS = 60
"""Between two bookmarks (apiserver, storage/cacher, bookmarkFrequency)."""


class Watches:
    """All open watches of a server. ``chance`` draws from 0 to 1."""

    def __init__(self, registry: Registry, views: Views, chance: Callable[[], float]) -> None:
        self._registry = registry
        self._views = views
        self._chance = chance
        self._plain = EventEncoder()
        self._slots: list[set[WatchStream]] = [set() for _ in range(BOOKMARK_SECONDS)]
        self._slot = 0

    def __len__(self) -> int:
        return sum(map(len, self._slots))

    def open(self, exchange: Exchange, row: APIResource, request: Request) -> WatchStream:
        """Begin a watch; ``ApiError`` where it is refused."""
        headers = exchange.headers
        representation = PLAIN if headers.accept in {JSON, ""} else negotiate(headers.accept, stream=True)
        stream = WatchStream(
            self._encoder(row, representation, exchange),
            [*_head(representation), *warning_headers(deprecations_of(exchange.info))],
            self._timeout(exchange),
            exchange.scope["extensions"]["plimsoll.connection"],
            self._closed,
        )
        watch = self._registry.watch(request, stream.receive)
        stream.begin(watch)
        self._slots[self._slot - 1].add(stream)
        return stream

    async def run(self) -> None:
        """Send bookmarks, each second those of one sixtieth of all watches, until cancelled."""
        while True:
            await asyncio.sleep(BOOKMARK_SECONDS / len(self._slots))
            self._slot = (self._slot + 1) % len(self._slots)
            for stream in self._slots[self._slot]:
                stream.bookmark()

    def end(self) -> None:
        """End every watch."""
        for slot in self._slots:
            for stream in tuple(slot):
                stream.end()

    def _closed(self, stream: WatchStream) -> None:
        for slot in self._slots:
            slot.discard(stream)

    def _timeout(self, exchange: Exchange) -> float:
        asked = exchange.options.get("timeoutSeconds", "")
        seconds = read_integer(asked) if asked else 0
        return seconds if seconds > 0 else MIN_TIMEOUT_SECONDS * (1.0 + self._chance())

    def _encoder(self, row: APIResource, representation: Representation, exchange: Exchange) -> EventEncoder:
        if representation.form == "object":
            return self._plain
        return self._views.event_encoder(row, representation, exchange.options)


@cache
def _head(representation: Representation) -> list[Header]:
    """The headers of a watch, which all watches of a representation share."""
    return [(b"content-type", representation.content_type), NO_CACHE]
