"""Objects as bytes. What many objects of a load share is encoded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

_MOST_KEPT = 1024


class Encoder:
    """Encodes manifests whose parts are the same Python object in many of them (``plimsoll.driver.manifests``).

    A pod of a load then costs its name, its namespace and a copy of bytes, whatever its spec holds. Parts are told apart
    by identity, so nobody may change one in place. They are held here, or an identity might be used again.
    """

    def __init__(self) -> None:
        self._fragments: dict[int, tuple[Any, orjson.Fragment]] = {}

    def encode(self, body: Object) -> bytes:
        """The JSON of an object."""
        return orjson.dumps({key: self._part(key, value) for key, value in body.items()})

    def _part(self, key: str, value: Any) -> Any:
        if key == "metadata":
            return {name: self._shared(part) if isinstance(part, dict) else part for name, part in value.items()}
        return self._shared(value) if isinstance(value, dict) else value

    def _shared(self, part: dict[str, Any]) -> orjson.Fragment:
        known = self._fragments.get(id(part))
        if known is not None:
            return known[1]
        if len(self._fragments) >= _MOST_KEPT:
            self._fragments.clear()  # parts that are not shared after all
        fragment = orjson.Fragment(orjson.dumps(part))
        self._fragments[id(part)] = part, fragment
        return fragment
