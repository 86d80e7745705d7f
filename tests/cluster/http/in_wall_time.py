"""Scenes with real sockets: a fake API, a session to it, and a client that counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.cluster.http.endpoint import Endpoint
from plimsoll.cluster.http.identity import Anonymous, Credentials
from plimsoll.cluster.http.limits import RateLimit
from plimsoll.cluster.http.session import Session
from tests.cluster.http.fake_api import FakeApi, served

PATIENCE_SECONDS = 30.0


class Counted(NamedTuple):
    verb: str
    resource: str
    code: int
    latency_seconds: float
    throttle_seconds: float


class Counts:
    """A meter that remembers every request."""

    def __init__(self) -> None:
        self.requests: list[Counted] = []

    def count(self, verb: str, resource: str, code: int, latency_seconds: float, throttle_seconds: float = 0.0) -> None:
        self.requests.append(Counted(verb, resource, code, latency_seconds, throttle_seconds))


class Scene(NamedTuple):
    api: FakeApi
    session: Session
    cluster: HttpCluster
    counts: Counts


@asynccontextmanager
async def scene(
    *, connections: int = 10, credentials: Credentials | None = None, limit: RateLimit | None = None
) -> AsyncIterator[Scene]:
    api, counts = FakeApi(), Counts()
    async with served(api) as url:
        session = Session(Endpoint(url), credentials or Anonymous(), connections=connections, epoch_seconds=0.0)
        try:
            yield Scene(api, session, HttpCluster(session, meter=counts, limit=limit), counts)
        finally:
            session.close()


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a scene; one that hangs fails."""
    asyncio.run(asyncio.wait_for(main, PATIENCE_SECONDS))
