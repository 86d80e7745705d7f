"""Pages of components over HTTP."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from plimsoll.cluster.http.answers import error_of
from plimsoll.cluster.http.session import Call

if TYPE_CHECKING:
    from plimsoll.cluster.http.metering import RequestMeter
    from plimsoll.cluster.http.session import Session

_ANY = b"*/*"  # metrics come as text/plain then, without the exemplars of OpenMetrics


class HttpPages:
    """Reads pages (see :class:`plimsoll.cluster.pages.Pages`), and counts that as requests for the resource ``pages``."""

    def __init__(self, session: Session, meter: RequestMeter) -> None:
        self._session = session
        self._meter = meter
        self._time = asyncio.get_running_loop().time

    async def read(self, path: str) -> bytes:
        """GET a page."""
        asked_seconds = self._time()
        try:
            answered = await self._session.send(Call(b"GET", path, accept=_ANY))
        except (ConnectionError, TimeoutError):
            self._meter.count("GET", "pages", 0, self._time() - asked_seconds)
            raise
        response = answered.response
        self._meter.count("GET", "pages", response.status, answered.received_seconds - answered.sent_seconds)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise error_of(response)
        return response.body
