"""Objects, lists and watch events as bytes, each encoded once for all who get the same.

Items of a list of built-in kinds go without ``apiVersion`` and ``kind``, which the list's own say already. A long list
is encoded in parts, so that other requests get their turn in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.requests import Listing, WatchEvent

PART_ITEMS = 250
"""Items encoded in one go: some 2 ms for pods."""

KEPT_EVENTS = 256
"""Encoded events kept: changes reach all watches in turn, so a few at a time are in use."""


def list_metadata(listing: Listing) -> dict[str, Any]:
    """The ``metadata`` of a list."""
    metadata: dict[str, Any] = {"resourceVersion": listing.resource_version}
    if listing.continue_token:
        metadata["continue"] = listing.continue_token
    if listing.remaining is not None:
        metadata["remainingItemCount"] = listing.remaining
    return metadata


def whole_list(listing: Listing, list_kind: str, *, typed_items: bool) -> Object:
    """A list as one object; those of custom resources, whose items are typed, say that there is nothing to continue."""
    resource = listing.resource
    return {
        "kind": list_kind,
        "apiVersion": resource.api_version,
        "metadata": {"continue": "", **list_metadata(listing)} if typed_items else list_metadata(listing),
        "items": list(listing.items) if typed_items else [_untyped(item) for item in listing.items],
    }


def list_parts(listing: Listing, list_kind: str, *, typed_items: bool) -> Iterator[bytes]:
    """The same as JSON, in parts that follow each other."""
    metadata = {"continue": "", **list_metadata(listing)} if typed_items else list_metadata(listing)
    head = orjson.dumps({"kind": list_kind, "apiVersion": listing.resource.api_version, "metadata": metadata})
    yield head[:-1] + b',"items":['
    separator = b""
    for batch in _batches(listing.items):
        items = batch if typed_items else [_untyped(item) for item in batch]
        yield separator + orjson.dumps(items)[1:-1]
        separator = b","
    yield b"]}\n"


def _batches(items: Sequence[Object]) -> Iterator[list[Object]]:
    source = iter(items)
    while batch := list(islice(source, PART_ITEMS)):
        yield batch


def _untyped(item: Object) -> Object:
    bare = item.copy()
    bare.pop("kind", None)
    bare.pop("apiVersion", None)
    return bare


class EventEncoder:
    """Encodes watch events for all watches of one representation: each event once, however many watches see it."""

    __slots__ = ("_known", "_transform")

    def __init__(self, transform: Callable[[WatchEvent], Any] | None = None) -> None:
        self._transform = transform
        self._known: dict[tuple[int, str], tuple[Object, bytes]] = {}

    def __call__(self, event: WatchEvent) -> bytes:
        """One line of JSON."""
        value = event.object
        key = (id(value), event.type)
        known = self._known.get(key)
        if known is not None and known[0] is value:
            return known[1]
        if len(self._known) >= KEPT_EVENTS:
            self._known.clear()
        content = value if self._transform is None or event.type == "ERROR" else self._transform(event)
        line = orjson.dumps({"type": event.type, "object": content}, option=orjson.OPT_APPEND_NEWLINE)
        self._known[key] = (value, line)
        return line


def joined(parts: Iterable[bytes]) -> bytes:
    """Parts as a whole."""
    return b"".join(parts)
