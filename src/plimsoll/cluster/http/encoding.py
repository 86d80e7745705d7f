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
        fragments = self._fragments
        encoded: dict[str, Any] = {}
        for key, value in body.items():
            if key == "metadata":
                metadata = encoded[key] = dict(value)
                for name, part in value.items():
                    if type(part) is dict:
                        metadata[name] = fragments[id(part)][1] if id(part) in fragments else self._keep(part)
            elif type(value) is dict:
                encoded[key] = fragments[id(value)][1] if id(value) in fragments else self._keep(value)
            else:
                encoded[key] = value
        return orjson.dumps(encoded)

    def _keep(self, part: dict[str, Any]) -> orjson.Fragment:
        if len(self._fragments) >= _MOST_KEPT:
            self._fragments.clear()  # parts that are not shared after all
        fragment = orjson.Fragment(orjson.dumps(part))
        self._fragments[id(part)] = part, fragment
        return fragment
