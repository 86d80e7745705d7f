"""A server in a thread of its own, and clients that speak bytes."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvloop

from plimsoll.registry.componentapi import ServedApi
from plimsoll.serve.server import Listening, ServedCluster, serving
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry

PATIENCE_SECONDS = 30.0


def cluster(profile: str = "ideal", nodes: int = 1) -> SimulatedCluster:
    shapes = [NodeShape(f"worker-{number}", 64_000, 256 << 30, 1e10) for number in range(nodes)]
    return assemble(load_profile(profile), shapes, 1, NullTelemetry(), make_api=ServedApi)


class Server:
    """What a test knows of a server."""

    def __init__(self, served: ServedCluster, loop: asyncio.AbstractEventLoop) -> None:
        self.served = served
        self.loop = loop
        self._trust = ssl.create_default_context(cadata=served.authority.certificate.decode())

    def connect(self, *, receive_buffer_bytes: int = 0) -> ssl.SSLSocket:
        """A new connection, past its handshake."""
        plain = self.connect_plainly(receive_buffer_bytes=receive_buffer_bytes)
        return self._trust.wrap_socket(plain, server_hostname="127.0.0.1")

    def connect_plainly(self, *, receive_buffer_bytes: int = 0) -> socket.socket:
        """A new connection, without a handshake."""
        plain = socket.socket()
        plain.settimeout(PATIENCE_SECONDS)
        if receive_buffer_bytes:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        plain.connect(("127.0.0.1", self.served.port))
        return plain

    def say(self, data: bytes) -> bytes:
        """Everything that the server answers until it closes the connection."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
            except OSError:
                return b""
            return read_all(connection)

    def head(self, method: str, target: str, *headers: str) -> bytes:
        lines = (f"{method} {target} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.served.token}", *headers)
        return "\r\n".join((*lines, "", "")).encode()

    def ask(self, method: str, target: str, body: Any = None, *headers: str) -> tuple[int, Any]:
        """A request on a connection of its own: the code, and the body as JSON."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        length = f"Content-Length: {len(content)}"
        kind = "Content-Type: application/json"
        answer = self.say(self.head(method, target, "Connection: close", length, kind, *headers) + content)
        head, _, rest = answer.partition(b"\r\n\r\n")
        text = unchunked(rest) if b"transfer-encoding: chunked" in head else rest
        return int(head.split()[1]), json.loads(text)

    def is_well(self) -> bool:
        """Whether the next request works."""
        return self.ask("GET", "/api/v1/namespaces/default")[0] == 200

    def run(self, work: Any) -> Any:
        """The result of a call on the server's own thread."""

        async def call() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(PATIENCE_SECONDS)


def read_all(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
    except OSError:  # reset by the server, which is its way of closing on those who still talk
        pass
    return b"".join(parts)


def unchunked(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        parts.append(body[:length])
        body = body[length + 2 :]
    return b"".join(parts)


@contextmanager
def running(simulated: SimulatedCluster | None = None, port: int = 0) -> Iterator[Server]:
    """A server on the loop that production uses, until the context ends."""
    ready: list[Server] = []
    is_ready = threading.Event()
    stop: list[asyncio.Event] = []

    async def main() -> None:
        stop.append(asyncio.Event())
        async with serving(simulated or cluster(), Listening(port=port)) as served:
            ready.append(Server(served, asyncio.get_running_loop()))
            is_ready.set()
            await stop[0].wait()

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(main())
        finally:
            is_ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert is_ready.wait(PATIENCE_SECONDS)
    try:
        yield ready[0]
    finally:
        ready[0].loop.call_soon_threadsafe(stop[0].set)
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
