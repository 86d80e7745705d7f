"""The documents themselves, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha512
from typing import Any

import orjson

from plimsoll.apimachinery.kinds import Catalogue
from plimsoll.apimachinery.openapi.components import with_dependencies
from plimsoll.apimachinery.openapi.customcomponents import custom_components, custom_type_names
from plimsoll.apimachinery.openapi.operations import DELETE_OPTIONS, META, PATCH, STATUS, PathBuilder
from plimsoll.apimachinery.openapi.swagger import to_swagger
from plimsoll.apimachinery.schema.builtin import type_names
from plimsoll.kube.resources import Object

_INFO = {"title": "Kubernetes", "version": "1.36"}
_BEARER = {"type": "apiKey", "description": "A bearer token", "name": "authorization", "in": "header"}
_ALWAYS = (DELETE_OPTIONS, PATCH, STATUS, f"{META}.WatchEvent")
"""Types that operations use whatever their kind."""


class OpenAPIDocuments:
    """All documents of one server at one moment. Like the catalogue, it does not change."""

    def __init__(self, catalogue: Catalogue, definitions: Iterable[Object] = ()) -> None:
        """``definitions`` are the CustomResourceDefinitions that the catalogue was made from."""
        self._catalogue = catalogue
        self._definitions = tuple(definitions)
        self._names = {**type_names(), **custom_type_names(self._definitions)}
        self._places = {_place(group, version): (group, version) for group, version in catalogue.by_group_version}
        self._documents: dict[str, bytes] = {}
        self._swagger: Object | None = None

    def index(self) -> Object:
        """Answer ``/openapi/v3``: where each document is, by a name that changes whenever the document does."""
        paths = {
            place: {"serverRelativeURL": f"/openapi/v3/{place}?hash={self.hash_of(place)}"} for place in self._places
        }
        return {"paths": paths}

    def hash_of(self, place: str) -> str:
        """Return what a document's address carries as ``hash``; ``KeyError`` where there is no such document.

        It stands for what the document is made from, so that the index costs no making of documents.
        """
        group, version = self._places[place]
        rows = [repr(row) for row in self._catalogue.by_group_version[group, version]]
        schemas = [definition["spec"] for definition in self._definitions if definition["spec"]["group"] == group]
        return sha512(orjson.dumps([_INFO, rows, schemas])).hexdigest().upper()

    def document(self, place: str) -> bytes | None:
        """Answer ``/openapi/v3/PLACE``, e.g. ``apis/apps/v1``, as JSON; none where that is not served."""
        if place not in self._places:
            return None
        if place not in self._documents:
            self._documents[place] = orjson.dumps(self._build(*self._places[place]))
        return self._documents[place]

    def swagger(self) -> Object:
        """Answer ``/openapi/v2``: one document for everything, in version 2 of OpenAPI."""
        if self._swagger is None:
            parts = [self._build(group, version) for group, version in self._catalogue.by_group_version]
            self._swagger = to_swagger(parts, _INFO)
        return self._swagger

    def _build(self, group: str, version: str) -> Object:
        rows = self._catalogue.by_group_version[group, version]
        paths = dict(sorted(item for row in rows for item in PathBuilder(row, self._names).items()))
        custom = custom_components(self._definitions, group, version)
        wanted = {name for kind, name in self._names.items() if kind[:2] == (group, version)} - custom.keys()
        foreign = {
            self._names[row.kind_of(subresource)]
            for row in rows
            for subresource in row.subresources
            if row.kind_of(subresource) in self._names
        } - custom.keys()
        metadata = {f"{META}.ObjectMeta", f"{META}.ListMeta"} if custom else set()
        components = {**with_dependencies({*wanted, *foreign, *metadata, *_ALWAYS}), **custom}
        return {
            "openapi": "3.0.0",
            "info": _INFO,
            "paths": paths,
            "components": {"schemas": components, "securitySchemes": {"BearerToken": _BEARER}},
        }


def _place(group: str, version: str) -> Any:
    return f"apis/{group}/{version}" if group else f"api/{version}"
