"""One HTTP/1.1 connection: a request goes out, its answer comes back, then the next.

A load is hundreds of thousands of small requests, and what each costs in processor time decides how much load one
process can make. So an answer is a future that the parser's callbacks resolve: no task, no stream reader and no header
objects in between. ``make bench`` holds this against aiohttp.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator
from typing import NamedTuple, cast

from httptools import HttpParserError, HttpResponseParser

BUFFERED_BYTES = 1 << 20
"""A stream whose reader is this far behind is not read from its socket, so that the server feels it."""


class Response(NamedTuple):
    """An answer as it came: its head, with whatever came along; the body is empty where it is still to be streamed.

    Headers are looked up when somebody asks for one. Hardly anybody does, and a call for each header of each answer
    would cost more than its parsing.
    """

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """The value of a header whose name is given in lower case; empty where there is none."""
        for line in self.head.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
            own_name, _, value = line.partition(b":")
            if own_name.lower() == name:
                return value.strip()
        return b""


class Connection(asyncio.Protocol):
    """A connection that carries one request at a time. Any failure closes it for good."""

    def __init__(self) -> None:
        self.reusable = False
        """Whether the next request may be sent: open, idle, and the server has not asked to close."""
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[Response] | None = None
        self._deadline_seconds = math.inf
        self._head = b""
        self._head_is_whole = False
        self._chunks: list[bytes] = []
        self._stream: Stream | None = None
        self._wants_stream = False

    # ------------------------------------------------------------------------------------------- what callers do

    def send(self, message: bytes, deadline_seconds: float, *, streaming: bool = False) -> asyncio.Future[Response]:
        """Send a whole request. A streamed answer resolves with its head; :meth:`stream` has the rest.

        The deadline is not watched here, for a timer each would cost a tenth of a request: see :meth:`overdue`.
        """
        assert self._transport is not None  # noqa: S101 - the pool gives out connected ones only
        self.reusable = False
        self._deadline_seconds = deadline_seconds
        self._wants_stream = streaming
        self._stream = None
        answer = self._answer = self._loop.create_future()
        self._transport.write(message)
        return answer

    def overdue(self, now_seconds: float) -> bool:
        """Whether an answer, or the head of a streamed one, should have come by now."""
        return self._answer is not None and now_seconds > self._deadline_seconds

    def stream(self) -> Stream:
        """The body of the streamed answer whose head has come."""
        assert self._stream is not None  # noqa: S101 - asked of streamed answers only
        return self._stream

    def close(self, error: Exception | None = None) -> None:
        """Close at once; an answer that is waited for fails, with ``ConnectionAbortedError`` where nothing else is given."""
        self._fail(error or ConnectionAbortedError("closed by this client"))
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()  # or uvloop would go on decrypting what has come, and fail with a traceback
            self._transport.abort()

    # ------------------------------------------------------------------------------------------- asyncio's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready for the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self.reusable = True

    def data_received(self, data: bytes) -> None:
        """Parse; the parser calls back below."""
        if not self._head_is_whole:
            self._head += data
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._fail(ConnectionError(f"the server does not speak HTTP/1.1: {error}"))
            if self._transport is not None:
                self._transport.abort()

    def eof_received(self) -> None:
        """The server is done with this connection."""
        self.reusable = False

    def connection_lost(self, error: Exception | None) -> None:
        """Nothing more comes."""
        self._fail(
            error if isinstance(error, ConnectionError) else ConnectionResetError("the server closed the connection")
        )

    def resume(self) -> None:
        """Read on: the reader of the stream has caught up."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    # ------------------------------------------------------------------------------------------- the parser's calls

    def on_headers_complete(self) -> None:
        """A streamed answer is known to be one as soon as its head is there; a refusal is read to its end instead."""
        self._head_is_whole = True
        if not self._wants_stream:
            return
        status = self._parser.get_status_code()
        if status < 300:  # noqa: PLR2004 - success
            self._stream = Stream(self)
            self._resolve(Response(status, self._head, b""))

    def on_body(self, chunk: bytes) -> None:
        """Keep a piece of the body."""
        if self._stream is None:
            self._chunks.append(chunk)
        elif self._stream.feed(chunk) and self._transport is not None:
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """The answer is whole."""
        self.reusable = self._parser.should_keep_alive()
        head, chunks = self._head, self._chunks
        self._head, self._head_is_whole, self._chunks = b"", False, []
        if self._stream is not None:
            self._stream.end(None)
            return
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._resolve(Response(self._parser.get_status_code(), head, body))

    def _resolve(self, response: Response) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(response)

    def _fail(self, error: Exception) -> None:
        self.reusable = False
        if self._stream is not None:
            self._stream.end(error)
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(error)


class Stream:
    """The pieces of a body as they come."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._chunks: deque[bytes] = deque()
        self._buffered_bytes = 0
        self._ended = False
        self._error: Exception | None = None
        self._woken: asyncio.Future[None] | None = None

    def feed(self, chunk: bytes) -> bool:
        """Take a piece; whether that is enough for now."""
        self._chunks.append(chunk)
        self._buffered_bytes += len(chunk)
        self._wake()
        return self._buffered_bytes > BUFFERED_BYTES

    def end(self, error: Exception | None) -> None:
        """No more pieces come; what is said after the end does not count."""
        if not self._ended:
            self._ended, self._error = True, error
            self._wake()

    async def pieces(self) -> AsyncIterator[bytes]:
        """All that came since the last piece, as one; raises what broke the stream where it did not end."""
        while True:
            if self._chunks:
                whole = b"".join(self._chunks)
                self._chunks.clear()
                if self._buffered_bytes > BUFFERED_BYTES:
                    self._connection.resume()
                self._buffered_bytes = 0
                yield whole
            elif self._ended:
                if self._error is not None:
                    raise self._error
                return
            else:
                self._woken = asyncio.get_running_loop().create_future()
                await self._woken

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)
