"""What a server does by the clock: it forgets old history, and events that nobody repeats."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.kube.resources import EVENTS

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.store import Store, StoredChange

COMPACTION_SECONDS = 300.0
"""kube-apiserver has etcd discard what is older than this (``--etcd-compaction-interval``)."""

EVENT_SECONDS = 3600.0
"""How long an event lives after it was last written (``--event-ttl``)."""

SWEEP_SECONDS = 60.0


class _Expiry(NamedTuple):
    due_seconds: float
    namespace: str
    name: str
    resource_version: str


class Housekeeping:
    """Compacts the store and removes expired events, for as long as the cluster runs."""

    def __init__(self, kernel: Kernel, store: Store) -> None:
        self._kernel = kernel
        self._store = store
        self._events = store.collection(EVENTS)
        self._expiries: deque[_Expiry] = deque()
        self._events.indexers.append(self._observe)
        kernel.after(COMPACTION_SECONDS, self._compact, store.revision)
        kernel.after(SWEEP_SECONDS, self._sweep)

    def _compact(self, revision: int) -> None:
        """Forget what was history the last time already."""
        self._store.compact(revision)
        self._kernel.after(COMPACTION_SECONDS, self._compact, self._store.revision)

    def _observe(self, change: StoredChange) -> None:
        if change.type == "DELETED":
            return
        metadata = change.object["metadata"]
        due = self._kernel.now + EVENT_SECONDS
        expiry = _Expiry(due, metadata.get("namespace", ""), metadata["name"], metadata["resourceVersion"])
        self._expiries.append(expiry)

    def _sweep(self) -> None:
        while self._expiries and self._expiries[0].due_seconds <= self._kernel.now:
            expiry = self._expiries.popleft()
            event = self._events.find(expiry.namespace, expiry.name)
            if event is not None and event["metadata"]["resourceVersion"] == expiry.resource_version:
                self._events.remove(event)
        self._kernel.after(SWEEP_SECONDS, self._sweep)
