"""How large etcd's database is, without encoding every object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kube.resources import Resource
    from plimsoll.simcluster.store import Collection, Store


class StorageSize:
    """Estimates the bytes of all live objects: their number times the size of one of them, in JSON.

    A real API server stores protobuf, which is shorter, and ``managedFields``, which light objects here do not have; the
    two are taken to cancel out (guessed). Old revisions that await compaction are left out.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._measured: dict[Resource, tuple[int, int]] = {}
        """How many there were of a resource when one was measured, and its bytes."""

    def __call__(self) -> int:
        """Bytes."""
        return sum(self._bytes(collection) for collection in self._store.collections())

    def _bytes(self, collection: Collection) -> int:
        count = len(collection)
        if not count:
            return 0
        counted, each = self._measured.get(collection.resource, (0, 0))
        if not counted / 2 <= count <= counted * 2:  # seldom enough to cost nothing
            each = len(json.dumps(next(iter(collection)), separators=(",", ":"), default=str))
            self._measured[collection.resource] = count, each
        return count * each
