"""A client that costs as little as Python can: hand-written HTTP/1.1 over TLS, each connection one request at a time."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

HEADER_END = b"\r\n\r\n"
LENGTH = b"content-length: "


def insecure() -> ssl.SSLContext:
    """TLS without a look at the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def request(method: str, path: str, token: str, body: bytes = b"", content_type: str = "application/json") -> bytes:
    """A request as it goes over the wire."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Exchange(asyncio.Protocol):
    """One connection that sends the next request as soon as it has the answer to the last."""

    def __init__(self, latencies: list[float], failures: list[bytes]) -> None:
        self._latencies = latencies
        self._failures = failures
        self._received = b""
        self._sent_seconds = 0.0
        self._requests: Iterator[bytes] = iter(())
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Wait to be started."""
        self.transport = transport

    def start(self, requests: Iterator[bytes]) -> asyncio.Future[None]:
        """Send requests until there are no more; the future is done then."""
        self._requests, self._done = requests, asyncio.get_running_loop().create_future()
        self._next()
        return self._done

    def data_received(self, data: bytes) -> None:
        """Take in an answer; when it is whole, go on."""
        self._received += data
        end = self._received.find(HEADER_END)
        if end < 0:
            return
        at = self._received.find(LENGTH) + len(LENGTH)
        length = int(self._received[at : self._received.index(b"\r", at)])
        if len(self._received) < end + len(HEADER_END) + length:
            return
        self._latencies.append(time.perf_counter() - self._sent_seconds)
        if not self._received.startswith(b"HTTP/1.1 2"):
            self._failures.append(self._received[:500])
        self._received = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for no more answers."""
        del exc
        if not self._done.done():
            self._fail()

    def _next(self) -> None:
        content = next(self._requests, None)
        if content is None:
            self._done.set_result(None)
            return
        if self.transport.is_closing():
            self._fail()
            return
        self._sent_seconds = time.perf_counter()
        self.transport.write(content)

    def _fail(self) -> None:
        self._failures.append(b"the server has closed the connection")
        self._done.set_result(None)


class Stream(asyncio.Protocol):
    """One connection that sends one request and hands on whatever comes back."""

    def __init__(self, content: bytes, receive: Callable[[bytes], None]) -> None:
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._content = content
        self._receive = receive

    def connection_made(self, transport: Any) -> None:
        """Ask."""
        self.transport = transport
        transport.write(self._content)

    def data_received(self, data: bytes) -> None:
        """Hand on what came; the first is the answer's head."""
        if not self.begun.done():
            self.begun.set_result(None)
        self._receive(data)


class Fleet:
    """Connections to one server that stay open from one round of requests to the next."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self._failures: list[bytes] = []
        self._exchanges: list[Exchange] = []

    async def connect(self, port: int, connections: int) -> None:
        """Open the connections, so that their handshakes are no part of what is measured."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, exchange = await loop.create_connection(
                lambda: Exchange(self.latencies, self._failures), "127.0.0.1", port, ssl=insecure()
            )
            self._exchanges.append(exchange)

    async def rate(self, requests: Iterator[bytes]) -> float:
        """Requests per second; their latencies in seconds are added to ``latencies``."""
        before, started = len(self.latencies), time.perf_counter()
        await asyncio.gather(*[exchange.start(requests) for exchange in self._exchanges])
        seconds = time.perf_counter() - started
        if self._failures:
            raise RuntimeError(f"{len(self._failures)} requests failed, such as {self._failures[0]!r}")
        return (len(self.latencies) - before) / seconds

    def close(self) -> None:
        """Close the connections."""
        for exchange in self._exchanges:
            exchange.transport.close()
