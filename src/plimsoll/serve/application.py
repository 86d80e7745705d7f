"""The ASGI application: one request from its first byte to its last.

The order of things is that of kube-apiserver (server/config.go, DefaultBuildHandlerChain): who asks and on whose behalf,
is there capacity, is it allowed, and only then the request itself.
"""

from __future__ import annotations

import logging
import re
import zlib
from asyncio import sleep
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.serve.bodies import read_body
from plimsoll.serve.exchange import Exchange
from plimsoll.serve.headers import Headers
from plimsoll.serve.requestinfo import read_target
from plimsoll.serve.responses import NO_CACHE, Response, error_response

if TYPE_CHECKING:
    from plimsoll.serve.exchange import Handler, Send, Stream
    from plimsoll.serve.gate import Gate
    from plimsoll.serve.requestinfo import RequestInfo
    from plimsoll.serve.responses import Header
    from plimsoll.serve.station import Station

GZIP_LEVEL = 1
GZIP_FORMAT = 16
"""Added to the window's size, it asks zlib for gzip's header."""

GZIP_THRESHOLD_BYTES = 128 * 1024
"""Smaller answers are not worth it (apiserver, responsewriters/writers.go)."""

CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

Respond = Callable[[bytes, bytes], bool]
"""Takes a head and a body, where the connection can take them at once (:meth:`plimsoll.serve.protocol.Protocol.respond`)."""

METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})

logger = logging.getLogger(__name__)


class Application:
    """Serves every path: resources through one handler, all else through another."""

    def __init__(self, gate: Gate, station: Station, resources: Handler, paths: Handler) -> None:
        self._gate = gate
        self._station = station
        self._resources = resources
        self._paths = paths

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        """Serve one request, as ASGI has it. A stream holds nothing of the request that it answers."""
        if scope["type"] != "http":
            return
        answer, packs = await self._answer(scope, receive)
        if answer is None:
            return
        if isinstance(answer, Response):
            await _send(send, answer, scope["extensions"].get("plimsoll.respond"), packs=packs)
        else:
            await answer.run(send)

    async def _answer(self, scope: Any, receive: Any) -> tuple[Response | Stream | None, bool]:
        """The answer, None where the client has gone, and whether the client can read it compressed."""
        arrived_seconds = self._station.arrive()
        info: RequestInfo | None = None
        headers = Headers(scope["headers"])
        answer: Response | Stream
        sorting: tuple[Header, ...] = ()
        try:
            info, options = read_target(scope["method"], scope["raw_path"], scope["query_string"])
            user = self._gate.identify(headers, scope, info)
            sorting = await self._station.admit(user, info, options)
            self._gate.authorize(user, info)
            body = await read_body(receive) if info.method in METHODS_WITH_BODY else b""
            if body is None:
                return None, False  # nobody waits for an answer, and nothing has happened
            handler = self._resources if info.is_resource else self._paths
            answer = handler(Exchange(info, options, headers, user, scope, body))
        except ApiError as error:
            answer = error_response(error.with_traceback(None))
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            answer = error_response(_broken())
        if isinstance(answer, Response):
            answer.headers = (*answer.headers, *sorting)
        if info is not None:
            self._station.leave(info, answer.code if isinstance(answer, Response) else 200, arrived_seconds)
        return answer, b"gzip" in headers.accept_encoding


async def _send(send: Send, answer: Response, respond: Respond | None, *, packs: bool) -> None:
    if not isinstance(answer.body, bytes):
        await _send_parts(send, answer, answer.body, packs=packs)
    elif packs and len(answer.body) > GZIP_THRESHOLD_BYTES:
        await _send_parts(send, answer, (answer.body,), packs=True)
    elif respond is None or not respond(_whole_head(answer), answer.body):
        length = (b"content-length", b"%d" % len(answer.body))
        await send({"type": "http.response.start", "status": answer.code, "headers": [*_head(answer), length]})
        await send({"type": "http.response.body", "body": answer.body})


async def _send_parts(send: Send, answer: Response, parts: Iterable[bytes], *, packs: bool) -> None:
    """Send a long answer part by part; other requests get their turn in between."""
    head = _head(answer)
    packer = None
    if packs:
        packer = zlib.compressobj(GZIP_LEVEL, wbits=zlib.MAX_WBITS | GZIP_FORMAT)
        head += [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]
    await send({"type": "http.response.start", "status": answer.code, "headers": head})
    for part in parts:
        body = part if packer is None else packer.compress(part)
        if body:
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await sleep(0)
    await send({"type": "http.response.body", "body": b"" if packer is None else packer.flush()})


def _whole_head(answer: Response) -> bytes:
    """Status line and headers of an answer whose body is at hand."""
    start = _written_head(answer.code, answer.content_type, tuple(answer.headers))
    return b"%bcontent-length: %d\r\n" % (start, len(answer.body))  # type: ignore[arg-type]  # asked before


@lru_cache(maxsize=256)
def _written_head(code: int, content_type: bytes, headers: tuple[Header, ...]) -> bytes:
    """The beginning of a head, which many answers share. ``ValueError`` where a header would end before its end."""
    lines = [b"HTTP/1.1 %d %b" % (code, HTTPStatus(code).phrase.encode())]
    lines += [b"%b: %b" % header for header in _head(Response(code, b"", content_type, headers))]
    if any(CONTROL.search(line) for line in lines):
        raise ValueError("a header with a control character")
    return b"\r\n".join([*lines, b""])


def _head(answer: Response) -> list[Header]:
    head = [(b"content-type", answer.content_type)] if answer.content_type else []
    head += answer.headers
    if all(name != NO_CACHE[0] for name, _ in answer.headers):
        head.append(NO_CACHE)
    return head


def _broken() -> ApiError:
    """500 for a fault of this server's own, which only its log tells about."""
    message = "an error on the server has prevented the request from succeeding"
    details = {"causes": [{"message": message}]}
    return ApiError(500, "InternalError", f"Internal error occurred: {message}", details=details)
