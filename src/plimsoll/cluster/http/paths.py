"""Where objects are in the API: paths and query strings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from plimsoll.kube.resources import Resource


@lru_cache(maxsize=4096)
def collection_path(resource: Resource, namespace: str | None) -> str:
    """The path of a resource's objects, in one namespace or in all."""
    root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    within = f"/namespaces/{quote(namespace, safe='')}" if namespace and resource.namespaced else ""
    return f"{root}{within}/{resource.plural}"


def object_path(resource: Resource, namespace: str | None, name: str) -> str:
    """The path of one object."""
    return f"{collection_path(resource, namespace)}/{quote(name, safe='')}"


def with_query(path: str, query: Mapping[str, str]) -> str:
    """A path with those parameters that have a value."""
    known = {key: value for key, value in query.items() if value}
    return f"{path}?{urlencode(known)}" if known else path
