"""Controllers that are not made before there is something for them to do.

Most clusters have no stateful set, and most loads no service. A controller that waits for its first object costs
nothing: no watch, no queue, no look at any pod.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kube.resources import Resource
    from plimsoll.simcluster.store import Collection, Store, StoredChange


class Dormant:
    """Waits for the first object of any of some resources, then calls ``wake``, once."""

    def __init__(self, store: Store, resources: Sequence[Resource], wake: Callable[[], None]) -> None:
        self._collections: list[Collection] = [store.collection(resource) for resource in resources]
        self._wake = wake
        for collection in self._collections:
            collection.watchers.append(self._observe)

    def _observe(self, _change: StoredChange) -> None:
        if not self._collections:
            return
        for collection in self._collections:
            # a new list: the old one is being gone through
            collection.watchers = [watcher for watcher in collection.watchers if watcher != self._observe]
        self._collections = []
        self._wake()
