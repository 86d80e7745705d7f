"""Paths of a document: for each resource and subresource the operations that its verbs are.

Shapes from ``api/openapi-spec/v3`` of Kubernetes 1.36. Unlike there, every operation also says that it may answer with a
``Status``, which it may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plimsoll.apimachinery.kinds import APIResource
from plimsoll.apimachinery.openapi import parameters
from plimsoll.apimachinery.openapi.components import COMPONENTS
from plimsoll.kube.resources import Object

META = "io.k8s.apimachinery.pkg.apis.meta.v1"
STATUS = f"{META}.Status"
DELETE_OPTIONS = f"{META}.DeleteOptions"
PATCH = f"{META}.Patch"

_MEDIA_TYPES = ("application/json", "application/yaml")
_PATCH_TYPES = (
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
)
_CUSTOM_PATCH_TYPES = _PATCH_TYPES[:-1]


@dataclass(frozen=True, slots=True)
class Verb:
    """How a verb is an operation: its method, its place, and what it is called."""

    method: str
    on_collection: bool
    prefix: str
    action: str
    codes: tuple[str, ...] = ("200",)


_VERBS: Mapping[str, Verb] = {
    "list": Verb("get", True, "list", "list"),
    "create": Verb("post", True, "create", "post", ("200", "201", "202")),
    "deletecollection": Verb("delete", True, "deleteCollection", "deletecollection"),
    "get": Verb("get", False, "read", "get"),
    "update": Verb("put", False, "replace", "put", ("200", "201")),
    "patch": Verb("patch", False, "patch", "patch", ("200", "201")),
    "delete": Verb("delete", False, "delete", "delete", ("200", "202")),
}
_LOG = "log"
_CONNECTED = frozenset({"attach", "exec", "portforward", "proxy"})
"""Subresources that are connections rather than objects."""


class PathBuilder:
    """Builds the path items of one resource."""

    def __init__(self, row: APIResource, type_names: Mapping[tuple[str, str, str], str]) -> None:
        """``type_names`` has the component's name for every group, version and kind that the paths refer to."""
        self._row = row
        self._type_names = type_names
        resource = row.resource
        root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
        self._everywhere = f"{root}/{resource.plural}"
        self._collection = (
            f"{root}/namespaces/{{namespace}}/{resource.plural}" if resource.namespaced else self._everywhere
        )
        group = resource.group.partition(".")[0] or "core"
        self._tag = f"{group}_{resource.version}"
        self._version_name = f"{group.title()}{resource.version.title()}"

    def items(self) -> Iterator[tuple[str, Object]]:
        """Return all paths of the resource with their operations."""
        row, scope = self._row, ("namespace",) if self._row.resource.namespaced else ()
        own = (row.resource.group, row.resource.version, row.resource.kind)
        if scope and "list" in row.verbs:
            everywhere = self._operation("list", own, f"{row.resource.kind}ForAllNamespaces")
            yield self._everywhere, {"get": everywhere, "parameters": parameters.of_path(())}
        scoped = f"Namespaced{row.resource.kind}" if scope else row.resource.kind
        for is_collection, path, placed in ((True, "", scope), (False, "/{name}", (*scope, "name"))):
            verbs = [verb for verb in row.verbs if verb in _VERBS and _VERBS[verb].on_collection == is_collection]
            if verbs:
                item = {_VERBS[verb].method: self._operation(verb, own, scoped) for verb in verbs}
                yield self._collection + path, {**item, "parameters": parameters.of_path(placed)}
        for subresource in row.subresources:
            if subresource.name not in _CONNECTED:
                kind = row.kind_of(subresource)
                called = scoped + subresource.name.title()
                item = {_VERBS[verb].method: self._operation(verb, kind, called) for verb in subresource.verbs}
                if subresource.name == _LOG:
                    item = {"get": self._log(called)}
                path = f"{self._collection}/{{name}}/{subresource.name}"
                yield path, {**item, "parameters": parameters.of_path((*scope, "name"))}

    def _operation(self, verb: str, kind: tuple[str, str, str], called: str) -> Object:
        shape = _VERBS[verb]
        operation: Object = {
            "tags": [self._tag],
            "description": f"{verb} {self._row.resource.plural}",
            "operationId": _operation_id(shape.prefix, self._version_name, called),
            "parameters": parameters.of_verb(verb),
            "responses": _responses(shape.codes, self._answer(verb, kind)),
            "x-kubernetes-action": shape.action,
            "x-kubernetes-group-version-kind": dict(zip(("group", "version", "kind"), kind, strict=True)),
        }
        body = self._body(verb, kind)
        return operation | ({"requestBody": body} if body else {})

    def _answer(self, verb: str, kind: tuple[str, str, str]) -> str:
        group, version, name = kind
        if verb in {"delete", "deletecollection"}:
            return STATUS
        list_kind = self._row.kind_of_lists if verb == "list" else name
        return self._type_names[group, version, list_kind]

    def _body(self, verb: str, kind: tuple[str, str, str]) -> Object | None:
        if verb in {"create", "update"}:
            return {"content": {"*/*": _reference(self._type_names[kind])}, "required": True}
        if verb in {"delete", "deletecollection"}:
            return {"content": {"*/*": _reference(DELETE_OPTIONS)}}
        if verb == "patch":
            media_types = _CUSTOM_PATCH_TYPES if self._row.is_custom else _PATCH_TYPES
            return {"content": {media_type: _reference(PATCH) for media_type in media_types}, "required": True}
        return None

    def _log(self, called: str) -> Object:
        text = {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "OK"}
        return {
            "tags": [self._tag],
            "description": "read the log of a container",
            "operationId": _operation_id("read", self._version_name, called),
            "parameters": parameters.of_query(parameters.LOG),
            "responses": {"200": text, **_failures()},
            "x-kubernetes-action": "get",
            "x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": "Pod"},
        }


def _operation_id(prefix: str, version_name: str, called: str) -> str:
    """Deleting a collection puts ``Collection`` after the version: ``deleteCoreV1CollectionNamespacedPod``."""
    verb, infix = ("delete", "Collection") if prefix == "deleteCollection" else (prefix, "")
    return f"{verb}{version_name}{infix}{called}"


def _reference(type_name: str) -> Object:
    return {"schema": {"$ref": COMPONENTS + type_name}}


def _responses(codes: tuple[str, ...], type_name: str) -> Object:
    reasons = {"200": "OK", "201": "Created", "202": "Accepted"}
    content = {media_type: _reference(type_name) for media_type in _MEDIA_TYPES}
    return {**{code: {"description": reasons[code], "content": content} for code in codes}, **_failures()}


def _failures() -> Object:
    status = {"application/json": _reference(STATUS)}
    return {"401": {"description": "Unauthorized"}, "default": {"description": "Refused", "content": status}}
