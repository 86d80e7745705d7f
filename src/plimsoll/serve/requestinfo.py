"""What a URL asks for: the verb, and the object or the path that it is about.

The rules, and the words for what they find, are those of k8s.io/apiserver (pkg/endpoints/request/requestinfo.go): a
path below ``/api/VERSION/`` or ``/apis/GROUP/VERSION/`` is about a resource, every other path is about itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote

from plimsoll.errors import ApiError

VERBS = {"POST": "create", "GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
"""What an HTTP method means on a resource, before it is known whether one object or all are meant."""

VERBS_BY_PATH = frozenset({"proxy", "watch"})
"""Verbs that stood in the path once; only ``watch`` is still served."""

NAMESPACE_SUBRESOURCES = frozenset({"status", "finalize"})
NAME_SELECTOR = "metadata.name="
MAX_PARAMETERS = 200
"""No request of the API has more than a dozen."""

LONGEST_KEPT_BYTES = 512
"""Longer paths and queries are read anew each time, so that what is kept of them stays small."""


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """One request, as authorization, flow control and the registry see it.

    ``verb`` is one of the API's verbs for a resource, and the HTTP method in lower case otherwise. ``rest`` is what
    stands behind the subresource, for proxies.
    """

    method: str
    path: str
    verb: str
    is_resource: bool = False
    group: str = ""
    version: str = ""
    namespace: str = ""
    resource: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""
    selected_name: str = ""
    """The one name that a field selector leaves: what a LIST or WATCH of a single object is authorized for."""


def read_target(method: str, raw_path: bytes, query: bytes) -> tuple[RequestInfo, Mapping[str, str]]:
    """What a request asks for, and the parameters of its query; remembered, since most requests name what others did."""
    if len(raw_path) + len(query) > LONGEST_KEPT_BYTES:
        return _read_target(method, raw_path, query)
    return _known_target(method, raw_path, query)


def _read_target(method: str, raw_path: bytes, query: bytes) -> tuple[RequestInfo, Mapping[str, str]]:
    options = query_options(query)
    return request_info(method, raw_path.decode("latin-1"), options), MappingProxyType(options)


_known_target = lru_cache(maxsize=1024)(_read_target)


def request_info(method: str, raw_path: str, options: dict[str, str]) -> RequestInfo:
    """Read a path as it stands in the request line, still quoted, and the query parsed by :func:`query_options`.

    Raises ``ApiError`` for a path that names a verb and nothing else.
    """
    parts = [unquote(part) if "%" in part else part for part in raw_path.strip("/").split("/")]
    path = unquote(raw_path) if "%" in raw_path else raw_path
    least = {"api": 3, "apis": 4}.get(parts[0], len(parts) + 1)
    if len(parts) < least:
        return RequestInfo(method, path, method.lower())
    group = parts[1] if parts[0] == "apis" else ""
    version, parts = parts[least - 2], parts[least - 1 :]
    verb = VERBS.get(method, "")
    if parts[0] in VERBS_BY_PATH:
        if len(parts) == 1:
            raise ApiError(500, "InternalError", f"unable to determine kind and namespace from url, {path}")
        verb, parts = parts[0], parts[1:]
    namespace = parts[1] if parts[0] == "namespaces" and len(parts) > 1 else ""
    if namespace and len(parts) > 2 and parts[2] not in NAMESPACE_SUBRESOURCES:  # noqa: PLR2004 - namespaces/NAME/resource
        parts = parts[2:]
    resource, name, subresource = (*parts[:3], "", "")[:3]
    return RequestInfo(
        method,
        path,
        verb if name else _collective(verb, options),
        is_resource=True,
        group=group,
        version=version,
        namespace=namespace,
        resource=resource,
        name=name,
        subresource=subresource,
        rest="/".join(parts[3:]),
        selected_name="" if name or verb not in {"get", "watch"} else _selected_name(options),
    )


def _collective(verb: str, options: dict[str, str]) -> str:
    """The verb for all objects of a kind where a single one would be meant by ``verb``."""
    if verb == "get":
        return "watch" if is_set(options, "watch") else "list"
    return "deletecollection" if verb == "delete" else verb


def _selected_name(options: dict[str, str]) -> str:
    for requirement in options.get("fieldSelector", "").split(","):
        if requirement.startswith(NAME_SELECTOR):
            return requirement.removeprefix(NAME_SELECTOR).removeprefix("=")
    return ""


def is_set(options: Mapping[str, str], flag: str) -> bool:
    """Whether a query sets a flag: by naming it, unless it says "0" or "false" (apimachinery, runtime/conversion.go)."""
    value = options.get(flag)
    return value is not None and value != "0" and value.lower() != "false"


def query_options(query: bytes) -> dict[str, str]:
    """The parameters of a query; of one given again, the first counts. What is not UTF-8 is replaced.

    Raises ``ApiError(400)`` for more than any request has.
    """
    if not query:
        return {}
    if query.count(b"&") >= MAX_PARAMETERS:
        raise ApiError(400, "BadRequest", f"the query has more than {MAX_PARAMETERS} parameters")
    options: dict[str, str] = {}
    for key, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        options.setdefault(key, value)
    return options
