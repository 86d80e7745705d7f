"""A served cluster without connections: requests go straight to the application, in terms of ASGI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plimsoll.embed.pacer import Pacer
from plimsoll.registry.registry import Registry
from plimsoll.registry.requests import User
from plimsoll.serve.frontend import Frontend, begin, build
from plimsoll.serve.tokens import ADMINISTRATOR
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry

ADMIN, ALICE = "admin-token", "alice-token"
USERS = {ADMIN: ADMINISTRATOR, ALICE: User("alice", groups=("system:authenticated",))}
JSON = {"content-type": "application/json"}


@dataclass
class Reply:
    """What an application sent, all of it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class FakeConnection:
    """A client that is there until it is told to go."""

    def __init__(self) -> None:
        self.on_lost: list[Callable[[], None]] = []
        self.aborted = False
        self.is_lost = False

    def abort(self) -> None:
        self.aborted = True
        self.go()

    def go(self) -> None:
        callbacks, self.on_lost = self.on_lost, []
        for callback in callbacks:
            callback()


@dataclass
class Served:
    """A frontend with its cluster, at a standstill unless the clock is moved."""

    cluster: SimulatedCluster
    registry: Registry
    pacer: Pacer
    front: Frontend
    clock: list[float]
    connection: FakeConnection = field(default_factory=FakeConnection)

    def ask(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        token: str | None = ADMIN,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Reply:
        return asyncio.run(self.answer(method, target, body, token=token, headers=headers, raw=raw))

    async def answer(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        token: str | None = ADMIN,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        on_message: Callable[[Any], Awaitable[None] | None] | None = None,
    ) -> Reply:
        given = {**(JSON if body is not None else {}), **(headers or {})}
        if token is not None:
            given["authorization"] = f"Bearer {token}"
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "extensions": {"plimsoll.peer": None, "plimsoll.connection": self.connection},
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)
            if on_message is not None:
                result = on_message(message)
                if result is not None:
                    await result

        await self.front.application(scope, receive, send)
        head = sent[0]
        found = {name.decode(): value.decode() for name, value in head["headers"]}
        return Reply(head["status"], found, b"".join(message["body"] for message in sent[1:]))


def served(profile: str = "ideal", nodes: int = 2, settings: Mapping[str, Any] | None = None) -> Served:
    shapes = [NodeShape(f"worker-{number}", 4000, 8 << 30, 1e10) for number in range(nodes)]
    cluster = assemble(load_profile(profile, settings or {}), shapes, 1, NullTelemetry())
    registry = begin(cluster)
    clock = [0.0]
    pacer = Pacer(cluster.kernel, lambda: clock[0])
    front = build(registry, pacer, "127.0.0.1:6443", USERS, None)
    return Served(cluster, registry, pacer, front, clock)
