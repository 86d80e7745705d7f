"""A watch that goes on: over the server's time limits and over connections that break, from the last revision known.

As client-go's reflector and retry watcher do (``tools/cache/reflector.go``): bookmarks move the revision on while
nothing else happens, a watch that ended normally is opened again at once, one that broke after a wait that doubles from
0.8 to 30 seconds. Only the loss of history (410) and a refusal end it: then the caller has to list again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson

from plimsoll.cluster.http.answers import error_of, status_error
from plimsoll.cluster.http.paths import collection_path, with_query
from plimsoll.cluster.http.session import Call
from plimsoll.cluster.port import Change
from plimsoll.errors import ApiError

if TYPE_CHECKING:
    from plimsoll.cluster.http.metering import RequestMeter
    from plimsoll.cluster.http.session import Session
    from plimsoll.kube.resources import Resource

FIRST_BACKOFF_SECONDS = 0.8
LONGEST_BACKOFF_SECONDS = 30.0
SHORTEST_LIFE_SECONDS = 300.0
"""A watch is asked to end after one to two times this long, so that all watches do not come back at once."""
SILENCE_SECONDS = 90.0
"""API servers send a bookmark about once a minute. A stream that is silent for longer may hang: it is opened again."""

_PASSING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)})


class Watch:
    """One resource, followed by one user."""

    def __init__(
        self, session: Session, meter: RequestMeter, resource: Resource, namespace: str | None, label_selector: str
    ) -> None:
        self._session = session
        self._meter = meter
        self._resource = resource
        self._path = collection_path(resource, namespace)
        self._label_selector = label_selector
        self._revision = ""
        self._time = asyncio.get_running_loop().time

    async def changes(self, resource_version: str) -> AsyncIterator[Sequence[Change]]:
        """Batches of changes after a revision; ``ApiError`` where the server refuses to go on."""
        self._revision = resource_version
        backoff_seconds = FIRST_BACKOFF_SECONDS
        while True:
            wait_seconds = 0.0
            try:
                async for batch in self._once():
                    backoff_seconds = FIRST_BACKOFF_SECONDS
                    if batch:
                        yield batch
            except ApiError as error:
                if error.code not in _PASSING:
                    raise
                wait_seconds = error.retry_after_seconds or backoff_seconds
            except (ConnectionError, TimeoutError):
                wait_seconds = backoff_seconds
            if wait_seconds:
                await asyncio.sleep(wait_seconds)
                backoff_seconds = min(2 * backoff_seconds, LONGEST_BACKOFF_SECONDS)

    async def _once(self) -> AsyncIterator[list[Change]]:
        """One request, until the server ends it. An empty batch tells of a bookmark."""
        call = Call(b"GET", with_query(self._path, self._query()))
        answered, opened = await self._session.open(call)
        try:
            response = answered.response
            self._meter.count(
                "WATCH", self._resource.plural, response.status, answered.received_seconds - answered.sent_seconds
            )
            if response.status >= HTTPStatus.BAD_REQUEST:
                raise error_of(response)
            rest = b""
            pieces = opened.stream.pieces()
            while True:
                async with asyncio.timeout(SILENCE_SECONDS):
                    piece = await anext(pieces, None)
                if piece is None:
                    return
                *lines, rest = (rest + piece).split(b"\n")
                if lines:
                    yield self._read(lines)
        finally:
            opened.close()

    def _read(self, lines: Sequence[bytes]) -> list[Change]:
        seconds = self._time()
        batch = []
        for line in lines:
            if not line:
                continue
            event = orjson.loads(line)
            body = event["object"]
            if event["type"] == "ERROR":
                raise status_error(body)
            self._revision = body["metadata"]["resourceVersion"]
            if event["type"] != "BOOKMARK":
                batch.append(Change(event["type"], body, seconds))
        return batch

    def _query(self) -> dict[str, str]:
        life_seconds = SHORTEST_LIFE_SECONDS * (1.0 + random.random())  # noqa: TID251 - spreads requests, decides nothing
        return {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._revision,
            "labelSelector": self._label_selector,
            "timeoutSeconds": str(int(life_seconds)),
        }
