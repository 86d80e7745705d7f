"""One request while it is being served."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from plimsoll.registry.requests import User
    from plimsoll.serve.headers import Headers
    from plimsoll.serve.requestinfo import RequestInfo
    from plimsoll.serve.responses import Response

Send = Callable[[Any], Awaitable[None]]


@dataclass(slots=True)
class Exchange:
    """Who asks for what. ``scope`` is the server's own view of the request, in the terms of ASGI."""

    info: RequestInfo
    options: Mapping[str, str]
    headers: Headers
    user: User
    scope: Mapping[str, Any]
    body: bytes = b""


class Stream(Protocol):
    """An answer that goes on: a watch, or a log that is followed."""

    async def run(self, send: Send) -> None:
        """Send the answer, headers first, until it ends or the client has gone."""
        ...


Handler = Callable[[Exchange], "Response | Stream"]
"""Answers at once, in the kernel's time; ``ApiError`` is a refusal."""
