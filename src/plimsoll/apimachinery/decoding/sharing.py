"""One copy of what many objects have in common: the specs of a workload's pods, their labels, their owners.

A cluster of 50,000 pods holds a few dozen different pod specs. Sharing them saves memory, and whoever keeps what is
derived from a part (an encoding, a set of fields) by that part's identity finds it again.
"""

from __future__ import annotations

from typing import Any

import orjson

from plimsoll.kube.resources import Object

_SMALLEST_BYTES = 32  # of JSON; smaller parts cost less than their entry
_LARGEST_BYTES = 16_384  # of JSON; larger parts, such as the data of config maps, are hardly ever alike


class Interner:
    """Finds the copy that is there already. It forgets what has not been asked for lately.

    ``capacity`` is the number of parts in each of two generations: entries that were found or made since the younger one
    began are kept at least until it is full.
    """

    def __init__(self, capacity: int = 4096) -> None:
        self._capacity = capacity
        self._young: dict[bytes, Any] = {}
        self._old: dict[bytes, Any] = {}

    def share_parts(self, value: Object) -> Object:
        """Return the object with its fields, and the fields of its metadata, replaced by copies that are there already."""
        shared = {name: self.share(part) for name, part in value.items()}
        metadata = value.get("metadata")
        if metadata.__class__ is dict:
            shared["metadata"] = {name: self.share(part) for name, part in metadata.items()}
        return shared

    def share(self, value: Any) -> Any:
        """Return an equal value: the one that was shared before, or this one with its parts shared."""
        if value.__class__ is not dict and value.__class__ is not list:
            return value
        key = orjson.dumps(value)
        if not _SMALLEST_BYTES <= len(key) <= _LARGEST_BYTES:
            return value
        found = self._young.get(key)
        if found is not None:
            return found
        found = self._old.get(key)
        return self._keep(key, self._with_shared_parts(value) if found is None else found)

    def _with_shared_parts(self, value: Any) -> Any:
        if value.__class__ is dict:
            return {name: self.share(part) for name, part in value.items()}
        return [self.share(part) for part in value]

    def _keep(self, key: bytes, value: Any) -> Any:
        if len(self._young) >= self._capacity:
            self._old, self._young = self._young, {}
        self._young[key] = value
        return value
