"""The port's verbs as requests over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from plimsoll.cluster.http.answers import creation_timestamp, error_of, read_object
from plimsoll.cluster.http.encoding import Encoder
from plimsoll.cluster.http.metering import Uncounted
from plimsoll.cluster.http.paths import collection_path, object_path, with_query
from plimsoll.cluster.http.session import Call
from plimsoll.cluster.http.watch import Watch
from plimsoll.cluster.port import Change, Listing
from plimsoll.errors import ApiError
from plimsoll.kube.patchformats import CONTENT_TYPES, Patch, PatchFormat

if TYPE_CHECKING:
    from plimsoll.cluster.http.limits import RateLimit
    from plimsoll.cluster.http.metering import RequestMeter
    from plimsoll.cluster.http.session import Answered, Session
    from plimsoll.kube.resources import Object, Resource

PAGE_SIZE = 500
"""client-go's reflectors and kubectl ask for pages of this size (``tools/pager``)."""
FIELD_MANAGER = "plimsoll"
"""Whom the fields belong to that an apply sets."""


class HttpCluster:
    """One client of a cluster (see :class:`plimsoll.cluster.port.Cluster`); several may share a session.

    ``limit`` is the client's own rate limit. What a request waits there, and for one of the session's connections, is
    counted as throttled, not as latency.
    """

    def __init__(self, session: Session, *, meter: RequestMeter | None = None, limit: RateLimit | None = None) -> None:
        self._session = session
        self._meter = meter or Uncounted()
        self._limit = limit
        self._encoder = Encoder()
        self._time = asyncio.get_running_loop().time

    async def create(self, resource: Resource, body: Object, namespace: str | None = None) -> None:
        """POST an object."""
        call = Call(b"POST", collection_path(resource, namespace), self._encoder.encode(body))
        response, sent_seconds, received_seconds = await self._request("POST", resource, call)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise error_of(response)
        stamp = creation_timestamp(response)
        if stamp is not None:
            self._session.clock.created(stamp, sent_seconds, received_seconds)

    async def ask(self, resource: Resource, body: Object) -> Object:
        """POST a question, such as an access review; the answer is the object with its status."""
        call = Call(b"POST", collection_path(resource, None), orjson.dumps(body))
        answer: Object = read_object((await self._request("POST", resource, call)).response)
        return answer

    async def try_to_create(self, resource: Resource, body: Object, namespace: str | None = None) -> None:
        """Have the server check an object as if it were to be created; ``ApiError`` says why it would not be."""
        call = Call(b"POST", f"{collection_path(resource, namespace)}?dryRun=All", orjson.dumps(body))
        read_object((await self._request("POST", resource, call)).response)

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Object:
        """GET an object."""
        call = Call(b"GET", object_path(resource, namespace, name))
        found: Object = read_object((await self._request("GET", resource, call)).response)
        return found

    async def list(self, resource: Resource, namespace: str | None = None, *, label_selector: str = "") -> Listing:
        """LIST objects page by page; all at once where the server forgets the list's revision meanwhile."""
        try:
            return await self._pages(resource, namespace, {"labelSelector": label_selector, "limit": str(PAGE_SIZE)})
        except ApiError as error:
            if error.code != HTTPStatus.GONE:
                raise
            return await self._pages(resource, namespace, {"labelSelector": label_selector})

    async def patch(
        self,
        resource: Resource,
        name: str,
        patch: Patch,
        namespace: str | None = None,
        *,
        patch_format: PatchFormat = "merge",
    ) -> Object:
        """PATCH an object."""
        path = object_path(resource, namespace, name)
        if patch_format == "apply":
            path = with_query(path, {"fieldManager": FIELD_MANAGER, "force": "true"})
        call = Call(b"PATCH", path, orjson.dumps(patch), content_type=CONTENT_TYPES[patch_format].encode())
        stored: Object = read_object((await self._request("PATCH", resource, call)).response)
        return stored

    async def delete(
        self, resource: Resource, name: str, namespace: str | None = None, *, uid: str | None = None
    ) -> None:
        """DELETE an object."""
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        call = Call(b"DELETE", object_path(resource, namespace, name), orjson.dumps(options))
        read_object((await self._request("DELETE", resource, call)).response)

    def watch(
        self, resource: Resource, namespace: str | None = None, *, label_selector: str = "", resource_version: str = ""
    ) -> AsyncIterator[Sequence[Change]]:
        """Watch, for as long as the server remembers what comes next."""
        return Watch(self._session, self._meter, resource, namespace, label_selector).changes(resource_version)

    async def document(self, path: str) -> Any:
        """GET a document that is no object, such as ``/version``."""
        return read_object((await self._session.send(Call(b"GET", path))).response)

    async def _pages(self, resource: Resource, namespace: str | None, query: dict[str, str]) -> Listing:
        path = collection_path(resource, namespace)
        items: list[Object] = []
        while True:
            page = read_object((await self._request("LIST", resource, Call(b"GET", with_query(path, query)))).response)
            items.extend(page.get("items") or ())
            query["continue"] = page["metadata"].get("continue", "")
            if not query["continue"]:
                return Listing(items, page["metadata"].get("resourceVersion", ""))

    async def _request(self, verb: str, resource: Resource, call: Call) -> Answered:
        asked_seconds = self._time()
        if self._limit is not None:
            await self._limit.wait()
        try:
            answered = await self._session.send(call)
        except (ConnectionError, TimeoutError):
            self._meter.count(verb, resource.plural, 0, self._time() - asked_seconds)
            raise
        response, sent_seconds, received_seconds = answered
        latency_seconds = received_seconds - sent_seconds
        self._meter.count(verb, resource.plural, response.status, latency_seconds, sent_seconds - asked_seconds)
        return answered
