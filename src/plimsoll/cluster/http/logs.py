"""Logs of pods over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from plimsoll.cluster.http.answers import error_of
from plimsoll.cluster.http.paths import object_path, with_query
from plimsoll.cluster.http.session import Call
from plimsoll.kube.resources import PODS

if TYPE_CHECKING:
    from plimsoll.cluster.http.session import Session

_ANY = b"*/*"  # what kubectl asks for; an API server refuses text/plain alone for its errors


class HttpPodLogs:
    """Reads logs (see :class:`plimsoll.cluster.logs.PodLogs`)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def read(self, namespace: str, pod: str, container: str) -> bytes:
        """GET a log."""
        response = (await self._session.send(_call(namespace, pod, container))).response
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise error_of(response)
        return response.body

    async def follow(self, namespace: str, pod: str, container: str) -> AsyncIterator[Sequence[bytes]]:
        """GET a log that goes on."""
        answered, opened = await self._session.open(_call(namespace, pod, container, follow="true"))
        try:
            if answered.response.status >= HTTPStatus.BAD_REQUEST:
                raise error_of(answered.response)
            rest = b""
            async for piece in opened.stream.pieces():
                *lines, rest = (rest + piece).split(b"\n")
                if lines:
                    yield lines
            if rest:
                yield [rest]
        finally:
            opened.close()


def _call(namespace: str, pod: str, container: str, **options: str) -> Call:
    path = with_query(f"{object_path(PODS, namespace, pod)}/log", {"container": container, **options})
    return Call(b"GET", path, accept=_ANY)
