"""Requests about resources: from bytes to a request of the registry, and from its answer to bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from plimsoll.registry.refusals import method_not_allowed, no_such_page, not_found, telling
from plimsoll.registry.requests import Listing, Request, Verb
from plimsoll.serve.bodies import patch_type_of, payload, read_object, read_patch
from plimsoll.serve.deprecations import deprecations_of
from plimsoll.serve.encoding import list_parts, whole_list
from plimsoll.serve.negotiation import JSON, PLAIN, Representation, negotiate, wants_pretty
from plimsoll.serve.responses import Response, encode, page_not_found, warning_headers

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import APIResource
    from plimsoll.registry.registry import Registry
    from plimsoll.registry.requests import Answer
    from plimsoll.serve.exchange import Exchange, Handler, Stream
    from plimsoll.serve.requestinfo import RequestInfo
    from plimsoll.serve.views import Views
    from plimsoll.serve.watches import Watches

COLLECTION_VERBS = {"list", "watch", "create", "deletecollection"}
"""Verbs of a path without a name."""

CLUSTER_WIDE_VERBS = {"list", "watch"}
"""Verbs of a namespaced resource's path without a namespace."""

LONG_LIST = 500
"""From so many items on a list is encoded and sent in parts."""


class Resources:
    """Serves what lies below ``/api/v1/`` and ``/apis/GROUP/VERSION/``.

    ``connections`` are subresources that lead out of the API (logs, proxies): by resource and subresource.
    """

    def __init__(
        self, registry: Registry, views: Views, watches: Watches, connections: Mapping[tuple[str, str], Handler]
    ) -> None:
        self._registry = registry
        self._views = views
        self._watches = watches
        self._connections = connections

    def __call__(self, exchange: Exchange) -> Response | Stream:
        """Answer a request."""
        info = exchange.info
        row = self._registry.resources.catalogue.find(info.group, info.version, info.resource)
        if row is None:
            return self._unknown(info)
        with telling(deprecations_of(info)):
            return self._served(exchange, row)

    def _served(self, exchange: Exchange, row: APIResource) -> Response | Stream:
        info = exchange.info
        if not info.group:
            connect = self._connections.get((info.resource, info.subresource))
            if connect is not None:
                return connect(exchange)
        if row.is_custom and _is_misplaced(info, row):
            return page_not_found()
        _check_path(info, row)
        if info.verb == "watch":
            return self._watches.open(exchange, row, self._request(exchange, row))
        representation = self._representation(exchange)
        answer = self._registry.handle(self._request(exchange, row))
        return self._respond(exchange, row, answer, representation)

    def _unknown(self, info: RequestInfo) -> Response:
        groups = self._registry.resources.catalogue.groups
        if info.group and (info.group not in groups or self._is_custom(info.group)):
            return page_not_found()
        raise no_such_page()

    def _is_custom(self, group: str) -> bool:
        """Whether all of a group's resources are custom ones, whose paths another part of a real server looks after."""
        by_group_version = self._registry.resources.catalogue.by_group_version
        return all(row.is_custom for key, rows in by_group_version.items() if key[0] == group for row in rows)

    @staticmethod
    def _representation(exchange: Exchange) -> Representation:
        headers = exchange.headers
        listing = exchange.info.verb == "list"
        representation = PLAIN if headers.accept in {JSON, ""} else negotiate(headers.accept, listing=listing)
        if wants_pretty(exchange.options, headers.user_agent):
            return replace(representation, pretty=True)
        return representation

    @staticmethod
    def _request(exchange: Exchange, row: APIResource) -> Request:
        info, options = exchange.info, exchange.options
        content_type, patch_type = exchange.headers.content_type, ""
        body: Any = None
        if info.verb == "patch":
            patch_type = patch_type_of(content_type)
            body = read_patch(exchange.body, patch_type)
        elif info.verb in {"create", "update"}:
            body = payload(exchange.body, content_type)
        elif exchange.body and info.method != "GET":
            body = read_object(exchange.body, content_type)
        if info.verb == "watch" and info.name:
            options = {**options, "fieldSelector": f"metadata.name={info.name}"}
        return Request(
            verb=cast("Verb", info.verb),
            resource=row.resource,
            namespace=info.namespace if row.resource.namespaced else "",
            name="" if info.verb == "watch" else info.name,
            subresource=info.subresource,
            user=exchange.user,
            options=options,
            body=body,
            patch_type=patch_type,
            user_agent=exchange.headers.user_agent,
        )

    def _respond(
        self, exchange: Exchange, row: APIResource, answer: Answer, representation: Representation
    ) -> Response:
        value, headers = answer.object, warning_headers((*deprecations_of(exchange.info), *answer.warnings))
        content_type = representation.content_type
        if representation.form != "object":
            value = self._views.transform(row, value, representation, exchange.options)
        elif isinstance(value, Listing):
            if len(value.items) >= LONG_LIST and representation.media_type == JSON and not representation.pretty:
                parts = list_parts(value, row.kind_of_lists, typed_items=row.is_custom)
                return Response(answer.code, parts, content_type, headers)
            value = whole_list(value, row.kind_of_lists, typed_items=row.is_custom)
        return Response(answer.code, encode(value, representation), content_type, headers)


def _check_path(info: RequestInfo, row: APIResource) -> None:
    """Whether there is such a path, and it may be asked in this way; ``ApiError`` 404 or 405 where not."""
    namespaced = row.resource.namespaced
    in_namespace = _is_in_namespace(info)
    if _is_misplaced(info, row):
        raise no_such_page()
    if info.rest or (info.subresource and row.subresource(info.subresource) is None):
        raise not_found(row.resource, info.name) if row.is_custom else no_such_page()
    if info.method in {"HEAD", "OPTIONS"} or not info.verb:
        raise method_not_allowed()
    if info.name:
        allowed = info.verb != "create" or bool(info.subresource)
    else:
        allowed = info.verb in (COLLECTION_VERBS if in_namespace or not namespaced else CLUSTER_WIDE_VERBS)
    if not allowed or (info.subresource and info.verb == "delete"):
        raise method_not_allowed()


def _is_misplaced(info: RequestInfo, row: APIResource) -> bool:
    """Whether a path looks for a resource where it is not: in a namespace, or outside of one."""
    in_namespace = _is_in_namespace(info)
    return in_namespace != row.resource.namespaced and (in_namespace or bool(info.name))


def _is_in_namespace(info: RequestInfo) -> bool:
    """Whether a path leads into a namespace, and not just to it."""
    return bool(info.namespace) and not (info.resource == "namespaces" and info.name == info.namespace)
