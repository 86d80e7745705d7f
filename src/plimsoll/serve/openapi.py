"""OpenAPI over HTTP: ``/openapi/v3``, its documents, and ``/openapi/v2`` as JSON and as old clients read it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha512
from typing import TYPE_CHECKING

import orjson

from plimsoll.apimachinery.openapi import OpenAPIDocuments, encode_swagger
from plimsoll.kube.resources import CUSTOMRESOURCEDEFINITIONS
from plimsoll.serve.negotiation import not_acceptable
from plimsoll.serve.responses import Response, json_response, page_not_found

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import Catalogue
    from plimsoll.registry.registry import Registry
    from plimsoll.serve.exchange import Exchange
    from plimsoll.serve.responses import Header

V2, V3 = "/openapi/v2", "/openapi/v3"

SWAGGER_PROTOBUF = "application/com.github.proto-openapi.spec.v2"
"""How the accepted types of version 2 in protobuf begin; their versions are written ``@v1.0`` and ``.v1.0``."""

SWAGGER_PROTOBUF_TYPE = b"application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
JSON_TYPES = ("application/json", "application/*", "*/*")


class OpenAPI:
    """Serves the documents of the present catalogue, each made when it is first asked for."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._catalogue: Catalogue | None = None
        self._documents: OpenAPIDocuments | None = None
        self._swagger: dict[bytes, bytes] = {}

    def paths(self) -> Iterator[str]:
        """Every path of a document that is no other document's part."""
        yield from (V2, V3)

    def __call__(self, exchange: Exchange) -> Response:
        """Answer with a document; 404 where nothing is served there, 406 for types that are not."""
        path = exchange.info.path.rstrip("/")
        documents = self._current()
        if path == V2:
            return self._version_2(documents, exchange.headers.accept)
        if path == V3:
            return json_response(documents.index())
        place = path.removeprefix(f"{V3}/")
        body = documents.document(place)
        if body is None or not path.startswith(f"{V3}/"):
            return page_not_found()
        if not _accepts_json(exchange.headers.accept):
            raise not_acceptable(JSON_TYPES[0])
        headers = [_tag(body), (b"vary", b"Accept")]
        if exchange.options.get("hash") == documents.hash_of(place):
            headers.append((b"cache-control", b"public, immutable"))
        return Response(200, body, headers=headers)

    def _version_2(self, documents: OpenAPIDocuments, accept: str) -> Response:
        content_type = b"application/json"
        if SWAGGER_PROTOBUF in accept:
            content_type = SWAGGER_PROTOBUF_TYPE
        elif not _accepts_json(accept):
            raise not_acceptable(JSON_TYPES[0], SWAGGER_PROTOBUF_TYPE.decode())
        if content_type not in self._swagger:
            swagger = documents.swagger()
            encode = orjson.dumps if content_type == b"application/json" else encode_swagger
            self._swagger[content_type] = encode(swagger)
        body = self._swagger[content_type]
        return Response(200, body, content_type, [_tag(body), (b"vary", b"Accept")])

    def _current(self) -> OpenAPIDocuments:
        catalogue = self._registry.resources.catalogue
        if self._documents is None or catalogue is not self._catalogue:
            self._catalogue = catalogue
            definitions = self._registry.backing.store.collection(CUSTOMRESOURCEDEFINITIONS)
            self._documents = OpenAPIDocuments(catalogue, definitions)
            self._swagger.clear()
        return self._documents


def _accepts_json(accept: str) -> bool:
    return not accept or any(media_type in accept for media_type in JSON_TYPES)


def _tag(body: bytes) -> Header:
    return (b"etag", b'"' + sha512(body).hexdigest().upper().encode() + b'"')
