"""Discovery over HTTP: the catalogue's documents, each encoded once for as long as the catalogue stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from plimsoll.apimachinery.kinds import discovery
from plimsoll.registry.refusals import no_such_page
from plimsoll.serve.negotiation import PLAIN, Representation, discovery_version, negotiate
from plimsoll.serve.responses import Response, encode, page_not_found

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import Catalogue
    from plimsoll.kube.resources import Object
    from plimsoll.registry.registry import Registry
    from plimsoll.serve.exchange import Exchange

AGGREGATED_TYPE = b"application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Discovery:
    """Serves ``/api``, ``/apis`` and what lies right below them. ``address`` is where clients reach the server."""

    def __init__(self, registry: Registry, address: str) -> None:
        self._registry = registry
        self._address = address
        self._catalogue: Catalogue | None = None
        self._known: dict[tuple[str, str], bytes] = {}

    def paths(self) -> Iterator[str]:
        """Every path of a document."""
        catalogue = self._registry.resources.catalogue
        yield from ("/api", "/apis")
        for group, version in catalogue.by_group_version:
            yield f"/apis/{group}/{version}" if group else f"/api/{version}"
            if group:
                yield f"/apis/{group}"

    def __call__(self, exchange: Exchange) -> Response:
        """Answer with a document; 404 where nothing is served there."""
        parts = exchange.info.path.strip("/").split("/")
        accept = exchange.headers.accept
        if len(parts) == 1 and discovery_version(accept) == "v2":
            return self._aggregated(parts[0])
        representation = negotiate(accept) if accept else PLAIN
        if representation.form != "object":
            representation = PLAIN
        body = self._encoded("/".join(parts), representation)
        if body is None:
            if parts[0] == "apis" and parts[1] not in self._registry.resources.catalogue.groups:
                return page_not_found()
            raise no_such_page()
        return Response(200, body, representation.content_type)

    def _aggregated(self, root: str) -> Response:
        catalogue = self._current()
        key = (root, "aggregated")
        body = self._known.get(key)
        if body is None:
            make = discovery.aggregated_core if root == "api" else discovery.aggregated_groups
            body = self._known[key] = encode(make(catalogue), PLAIN)
        tag = b'"' + sha256(body).hexdigest().upper().encode() + b'"'
        return Response(200, body, AGGREGATED_TYPE, [(b"etag", tag), (b"vary", b"Accept")])

    def _encoded(self, path: str, representation: Representation) -> bytes | None:
        catalogue = self._current()
        key = (path, representation.media_type)
        body = self._known.get(key)
        if body is None:
            document = self._document(catalogue, path.split("/"))
            if document is None:
                return None
            body = self._known[key] = encode(document, representation)
        return body

    def _current(self) -> Catalogue:
        """The present catalogue; what was encoded of another one is forgotten."""
        catalogue = self._registry.resources.catalogue
        if catalogue is not self._catalogue:
            self._catalogue = catalogue
            self._known.clear()
        return catalogue

    def _document(self, catalogue: Catalogue, parts: list[str]) -> Object | None:
        match parts:
            case ["api"]:
                return discovery.api_versions(self._address)
            case ["apis"]:
                return discovery.group_list(catalogue)
            case ["api", version]:
                return discovery.resource_list(catalogue, "", version)
            case ["apis", group]:
                return discovery.group(catalogue, group)
            case ["apis", group, version]:
                return discovery.resource_list(catalogue, group, version)
            case _:
                return None
