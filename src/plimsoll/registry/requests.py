"""What reaches the registry and what leaves it: requests as their URL said them, answers before they are encoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from plimsoll.kube.resources import Object, Resource

Verb = Literal["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]

EventType = Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class User:
    """Who asks, as authentication found out."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)


ANONYMOUS = User("system:anonymous", groups=("system:unauthenticated",))


class Payload(NamedTuple):
    """A body as it was sent, for whoever reads it by its kind: JSON or YAML, as ``media_type`` says."""

    content: bytes
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """One request: ``resource`` in the version that was named, ``options`` the query.

    ``body`` is a :class:`Payload` or a parsed value for creates and updates, a parsed value for patches and deletions.
    ``namespace`` is empty for cluster-scoped resources and for lists over all namespaces. ``patch_type`` is the media
    type of a patch, without parameters.
    """

    verb: Verb
    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    user: User = ANONYMOUS
    options: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    body: Any = None
    patch_type: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The answer to LIST: objects as stored, at one revision.

    Items of built-in kinds carry ``apiVersion`` and ``kind`` here, which the API leaves out of a list; those of custom
    resources keep them. ``remaining`` is None where the server does not say how many are left.
    """

    resource: Resource
    items: Sequence[Object]
    resource_version: str
    continue_token: str = ""
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with, to be encoded; ``warnings`` become ``Warning`` headers."""

    code: int
    object: Object | Listing
    warnings: tuple[str, ...] = ()


class WatchEvent(NamedTuple):
    """One event of a watch. Bookmarks and errors carry objects of their own, not stored ones."""

    type: EventType
    object: Object


Receive = Callable[[WatchEvent], None]
