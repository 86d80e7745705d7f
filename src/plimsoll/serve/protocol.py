"""uvicorn's HTTP protocol, with what an API server needs besides ASGI.

A request's scope gets three extensions: ``plimsoll.peer``, the user of the client's certificate;
``plimsoll.connection``, which tells when the client has gone, so that an idle watch needs no task of its own that waits
for that, and by which a client that does not read is dropped; and ``plimsoll.respond``, which takes an answer as a whole
and spares it the way through two messages, in which uvicorn looks at every header again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from plimsoll.registry.requests import User
from plimsoll.serve.authentication import certificate_user

MAX_HEADER_BYTES = 1024 * 1024
"""Request line and headers together (Go, net/http, DefaultMaxHeaderBytes)."""

MAX_HEADERS = 1000

REQUEST_SECONDS = 60.0
"""How long a request may take to arrive, and a new connection to bring one (``--request-timeout`` of kube-apiserver)."""

STALL_SECONDS = 60.0
"""How long a client may read nothing of what waits for it. A real server's requests time out after as long."""

HEAD = b"HTTP/1.1 "
CONTINUE = b"HTTP/1.1 100 "
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection:
    """A client's connection, as streams see it. Functions in ``on_lost`` are called once, when the client has gone."""

    __slots__ = ("_transport", "is_lost", "on_lost")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.is_lost = False
        self.on_lost: list[Callable[[], None]] = []

    def abort(self) -> None:
        """Drop the client without another word."""
        self._transport.abort()


class _Corked:
    """A transport that holds back the head of an answer until its body follows, so that both are one TLS record.

    An empty write lets a head go that stands alone.
    """

    __slots__ = ("_head", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""

    def get_extra_info(self, name: str) -> Any:
        """What the transport knows of the connection."""
        return self._transport.get_extra_info(name)

    def is_closing(self) -> bool:
        """Whether nothing more is sent."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send data, after the head if that still waits."""
        if self._head:
            data, self._head = self._head + data, b""
            self._transport.write(data)
        elif data.startswith(HEAD) and not data.startswith(CONTINUE):
            self._head = data
        elif data:
            self._transport.write(data)

    def flush(self) -> None:
        """Send a head that no body has followed."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Close the connection when all has been sent."""
        self.flush()
        self._transport.close()


class _TooLargeError(Exception):
    """The head of a request is too large. It ends the parser's work."""


class Protocol(HttpToolsProtocol):
    """One connection, which is closed when a request or the reading of an answer does not come to its end."""

    __slots__ = (  # with these in its dictionary too, an instance would no longer share its keys with others
        "_arrival",
        "_corked",
        "_departure",
        "_header_bytes",
        "_is_receiving",
        "_is_too_large",
        "_peer",
        "_raw",
        "_served",
        "connection",
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._peer: User | None = None
        self._header_bytes = 0
        self._is_too_large = False
        self._served: RequestResponseCycle | None = None
        self._is_receiving = True
        self._arrival: asyncio.TimerHandle | None = None
        self._departure: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Find out who the client is."""
        super().connection_made(transport)
        self.connection = Connection(transport)
        self._raw = transport
        self._corked = _Corked(transport)
        self.transport = cast("asyncio.Transport", self._corked)
        certificate = transport.get_extra_info("peercert")
        if certificate:
            self._peer = certificate_user(certificate)
        self._expect_arrival()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell those who stream to this client."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._arrived()
        self.resume_writing()
        self.connection.is_lost = True
        callbacks, self.connection.on_lost = self.connection.on_lost, []
        for notify in callbacks:
            notify()

    def data_received(self, data: bytes) -> None:
        """Take in what came; what begins has to come to its end in time."""
        super().data_received(data)
        if self._is_receiving and self._arrival is None and not self.transport.is_closing():
            self._expect_arrival()

    def pause_writing(self) -> None:
        """Wait for the client to read, but not for ever."""
        super().pause_writing()
        self._expect_departure()

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        super().resume_writing()
        if self._departure is not None:
            self._departure.cancel()
            self._departure = None

    def on_response_complete(self) -> None:
        """Go on with the next request."""
        self._corked.flush()
        super().on_response_complete()

    def on_message_begin(self) -> None:
        """Begin a request, and its extensions."""
        super().on_message_begin()
        self._header_bytes = 0
        self._is_receiving = True
        extensions = {
            "plimsoll.peer": self._peer,
            "plimsoll.connection": self.connection,
            "plimsoll.respond": self.respond,
        }
        self.scope["extensions"] = extensions  # type: ignore[typeddict-item]

    def respond(self, head: bytes, body: bytes) -> bool:
        """Answer the request that is being served: ``head`` is complete but for what every answer has, and its empty line.

        Does what ``RequestResponseCycle.send`` does for an answer's two messages. False, with nothing done, where the
        client has to read first: then the messages must be sent, which wait for that.
        """
        cycle = self._served
        if cycle is None or cycle.disconnected or self.flow.write_paused:
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        lines = b"".join([b"%b: %b\r\n" % header for header in cycle.default_headers])
        if not cycle.keep_alive:
            lines += b"connection: close\r\n"
        self._raw.write(b"%b%b\r\n%b" % (head, lines, b"" if cycle.scope["method"] == "HEAD" else body))
        if not cycle.keep_alive:
            self._raw.close()
        cycle.on_response()
        return True

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._served = cycle  # of pipelined requests, one is served at a time
        super()._start_asgi_task(cycle, app)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header in, within bounds."""
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADER_BYTES or len(self.headers) >= MAX_HEADERS:
            self._is_too_large = True
            raise _TooLargeError
        super().on_header(name, value)

    def on_message_complete(self) -> None:
        """The request is here as a whole."""
        super().on_message_complete()
        self._is_receiving = False
        self._arrived()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, and close: without a word where that would be taken for another request's answer."""
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self.transport.close()
        elif self._is_too_large:
            self.transport.write(TOO_LARGE)
            self.transport.close()
        else:
            super().send_400_response(msg)

    def _expect_arrival(self) -> None:
        self._arrival = self.loop.call_later(REQUEST_SECONDS, self._not_arrived)

    def _arrived(self) -> None:
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None

    def _not_arrived(self) -> None:
        if self.flow.read_paused:  # it is we who do not read, as long as an earlier request is being served
            self._expect_arrival()
        else:
            self._raw.abort()

    def _expect_departure(self) -> None:
        waiting = self._raw.get_write_buffer_size()
        self._departure = self.loop.call_later(STALL_SECONDS, self._check_departure, waiting)

    def _check_departure(self, waited: int) -> None:
        if self._raw.get_write_buffer_size() < waited:
            self._expect_departure()
        else:
            self._raw.abort()
