"""Everything that is not a resource: versions, health, discovery, documents, and the index of it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from plimsoll.registry.refusals import method_not_allowed
from plimsoll.serve.health import Health
from plimsoll.serve.responses import Response, json_response, page_not_found

if TYPE_CHECKING:
    from plimsoll.serve.discovery import Discovery
    from plimsoll.serve.exchange import Exchange
    from plimsoll.serve.openapi import OpenAPI

Page = Callable[["Exchange"], Response]

HEALTH_ROOTS = frozenset({"healthz", "livez", "readyz"})


class Paths:
    """Serves paths that are no resource. ``pages`` are those of one fixed path each, which are read with GET only."""

    def __init__(self, discovery: Discovery, openapi: OpenAPI, health: Health, pages: Mapping[str, Page]) -> None:
        self._discovery = discovery
        self._openapi = openapi
        self._health = health
        self._pages = pages

    def __call__(self, exchange: Exchange) -> Response:
        """Answer a request."""
        path = exchange.info.path
        parts = path.strip("/").split("/")
        if parts[0] in HEALTH_ROOTS:
            return self._health(exchange)
        page = self._pages.get(path) or self._pages.get(path.rstrip("/"))
        if page is not None:
            return _read_only(exchange, page)
        if parts[0] in {"api", "apis"}:
            return _read_only(exchange, self._discovery)
        if parts[0] == "openapi":
            return _read_only(exchange, self._openapi)
        if path == "/":
            return _read_only(exchange, self._index)
        return page_not_found()

    def _index(self, _: Exchange) -> Response:
        paths = {*self._discovery.paths(), *self._openapi.paths(), *self._health.paths(), *self._pages}
        return json_response({"paths": sorted(paths)})


def _read_only(exchange: Exchange, page: Page) -> Response:
    if exchange.info.method != "GET":
        raise method_not_allowed()
    return page(exchange)
