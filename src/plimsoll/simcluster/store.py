"""Objects by resource, one global revision, a bounded history, and the fan-out of changes to watchers.

Objects are JSON-like dictionaries that are never changed once stored: an update stores a new top-level dictionary that
shares every unchanged part with the old one. So a pod shares its labels and most of its spec with the template it came
from, and holding a hundred thousand of them costs little more than what makes each unique.

Watchers hear of a change one delivery latency after it was committed, all in commit order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object, Resource

if TYPE_CHECKING:
    from plimsoll.cluster.port import ChangeType
    from plimsoll.kernel import Kernel

HISTORY_LENGTH = 10_000
"""Changes kept per resource for watches that resume; a real watch cache keeps at least 75 s, 100 to 102,400 events."""


class StoredChange(NamedTuple):
    """A committed change: ``old`` is the object before it, ``object`` after it (for DELETED: as it was removed)."""

    revision: int
    type: ChangeType
    object: Object
    old: Object | None


_new_change: Callable[[tuple[object, ...]], StoredChange] = partial(tuple.__new__, StoredChange)
"""StoredChange without its keyword arguments, in a third of the time: changes are made a million times over."""

Watcher = Callable[[StoredChange], None]


class Collection:
    """All objects of one resource, by namespace and name. Cluster-scoped objects live in the namespace ``""``."""

    def __init__(self, store: Store, resource: Resource) -> None:
        self.resource = resource
        self.watchers: list[Watcher] = []
        self.indexers: list[Watcher] = []
        """Told of each change as it is committed, before any watcher: look-up tables, which must never be out of date."""
        self._store = store
        self._namespaces: dict[str, dict[str, Object]] = {}
        self._count = 0
        self._history: deque[StoredChange] = deque(maxlen=HISTORY_LENGTH)

    def __len__(self) -> int:
        return self._count

    @property
    def revision(self) -> int:
        """The store's present revision, up to which listing this collection is complete."""
        return self._store.revision

    def __iter__(self) -> Iterator[Object]:
        for objects in self._namespaces.values():
            yield from objects.values()

    def in_namespace(self, namespace: str) -> tuple[Object, ...]:
        """The objects of one namespace, oldest first."""
        return tuple(self._namespaces.get(namespace, {}).values())

    def holds(self, namespace: str) -> bool:
        """Whether there is any object of this resource in a namespace; never for cluster-scoped resources."""
        return self.resource.namespaced and namespace in self._namespaces

    def find(self, namespace: str, name: str) -> Object | None:
        """The object of this name, or None."""
        objects = self._namespaces.get(namespace)
        return objects.get(name) if objects is not None else None

    def add(self, namespace: str, name: str, value: Object) -> Object:
        """Store a new object under the next revision; returns it as stored. Its ``metadata`` is taken over."""
        objects = self._namespaces.setdefault(namespace, {})
        if name in objects:
            raise already_exists(self.resource, name)
        value["metadata"]["resourceVersion"] = self._store.next_revision()
        objects[name] = value
        self._count += 1
        self._committed("ADDED", value, None)
        return value

    def replace(self, old: Object, **parts: object) -> Object:
        """Store a copy of ``old`` with some top-level parts replaced, under the next revision; returns it."""
        return self.put(old, {**old, **parts})

    def put(self, old: Object, new: Object) -> Object:
        """Store ``new``, which nobody else holds yet, in place of ``old``, under the next revision; returns it."""
        metadata = {**new["metadata"], "resourceVersion": self._store.next_revision()}
        new["metadata"] = metadata
        self._namespaces[metadata.get("namespace", "")][metadata["name"]] = new
        self._committed("MODIFIED", new, old)
        return new

    def remove(self, old: Object) -> None:
        """Remove an object; watchers get its last state, under the revision of its removal."""
        metadata = old["metadata"]
        namespace = metadata.get("namespace", "")
        objects = self._namespaces[namespace]
        del objects[metadata["name"]]
        self._count -= 1
        if not objects:
            del self._namespaces[namespace]
        gone = {**old, "metadata": {**metadata, "resourceVersion": self._store.next_revision()}}
        self._committed("DELETED", gone, old)

    @property
    def history(self) -> tuple[StoredChange, ...]:
        """The changes that are still kept, oldest first."""
        return tuple(self._history)

    def changes_after(self, revision: int) -> list[StoredChange]:
        """What happened after a revision; ``ApiError(410)`` where history no longer reaches back that far."""
        if revision < self.oldest_revision:
            raise ApiError(410, "Expired", f"too old resource version: {revision} ({self.oldest_revision})")
        return list(self._newer(revision))

    @property
    def oldest_revision(self) -> int:
        """The oldest revision from which every change of this collection is still known."""
        history = self._history
        if len(history) == HISTORY_LENGTH:
            return max(self._store.compacted_revision, history[0].revision - 1)
        return self._store.compacted_revision

    def at(self, revision: int) -> list[Object]:
        """All objects as they were at a revision, in no order; ``ApiError(410)`` where history does not reach back."""
        objects = {(value["metadata"].get("namespace", ""), value["metadata"]["name"]): value for value in self}
        for change in reversed(self.changes_after(revision)):
            metadata = change.object["metadata"]
            key = metadata.get("namespace", ""), metadata["name"]
            if change.old is None:
                del objects[key]
            else:
                objects[key] = change.old
        return list(objects.values())

    def forget(self, revision: int) -> None:
        """Drop the changes up to a revision."""
        while self._history and self._history[0].revision <= revision:
            self._history.popleft()

    def _newer(self, revision: int) -> Iterator[StoredChange]:
        """The changes after a revision, found from the end: who resumes has missed little."""
        newer = list(takewhile(lambda change: change.revision > revision, reversed(self._history)))
        return reversed(newer)

    def _committed(self, change_type: ChangeType, value: Object, old: Object | None) -> None:
        change = _new_change((self._store.revision, change_type, value, old))
        self._history.append(change)
        for indexer in self.indexers:
            indexer(change)
        if self.watchers:
            self._store.announce(self, change)


class Store:
    """The cluster's state."""

    def __init__(self, kernel: Kernel, delivery_seconds: float) -> None:
        self.revision = 0
        self.compacted_revision = 0
        self._kernel = kernel
        self._delivery_seconds = delivery_seconds
        self._collections: dict[tuple[str, str], Collection] = {}
        self._collection_observers: list[Callable[[Collection], None]] = []

    def collection(self, resource: Resource) -> Collection:
        """The objects of one resource, whichever of its versions is named; empty at first."""
        key = (resource.group, resource.plural)
        if key not in self._collections:
            self._collections[key] = Collection(self, resource)
            for observe in self._collection_observers:
                observe(self._collections[key])
        return self._collections[key]

    def observe_collections(self, observe: Callable[[Collection], None]) -> None:
        """Be told of every collection, those that there are and those to come."""
        self._collection_observers.append(observe)
        for collection in self.collections():
            observe(collection)

    def collections(self) -> tuple[Collection, ...]:
        """Every resource that was ever asked for."""
        return tuple(self._collections.values())

    def compact(self, revision: int) -> None:
        """Forget the history up to a revision, as etcd does every five minutes."""
        self.compacted_revision = revision
        for collection in self._collections.values():
            collection.forget(revision)

    def next_revision(self) -> str:
        """Take the next revision, as Kubernetes writes it."""
        self.revision += 1
        return str(self.revision)

    def announce(self, collection: Collection, change: StoredChange) -> None:
        """Tell a collection's watchers of a change after the delivery latency."""
        self._kernel.after(self._delivery_seconds, self._deliver, collection.watchers, change)

    @staticmethod
    def _deliver(watchers: list[Watcher], change: StoredChange) -> None:
        for watcher in watchers:
            watcher(change)


def already_exists(resource: Resource, name: str) -> ApiError:
    """The API's 409 for a name that is taken."""
    return ApiError(409, "AlreadyExists", f'{resource.plural} "{name}" already exists')


def not_found(resource: Resource, name: str) -> ApiError:
    """The API's 404."""
    return ApiError(404, "NotFound", f'{resource.plural} "{name}" not found')
