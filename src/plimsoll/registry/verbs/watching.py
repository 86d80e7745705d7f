"""WATCH: what happens to the objects that match, from a revision on (apiserver, storage/cacher).

The store is listened to once for each watched resource; :class:`Broadcaster` hands each change to the watches that it
concerns, so that thousands of idle watches of other namespaces cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.statuses import failure_status
from plimsoll.registry.requests import WatchEvent
from plimsoll.registry.verbs.listoptions import ListOptions, watch_options
from plimsoll.registry.verbs.revisions import check_not_older, read_revision
from plimsoll.registry.verbs.selection import Selection, selection

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import EventType, Receive, Request
    from plimsoll.registry.served import Served
    from plimsoll.simcluster.store import Collection, StoredChange

INITIAL_EVENTS_END = "k8s.io/initial-events-end"
"""The annotation of the bookmark that follows the last object of a streamed list."""

Conversion = Callable[["Object"], "Object"]


class Watch:
    """One open watch. Events go to its receiver, some before the watch is returned; then as changes are delivered."""

    __slots__ = (
        "_broadcaster",
        "_convert",
        "_receive",
        "_resource",
        "_selection",
        "_sent_revision",
        "allows_bookmarks",
        "ended",
        "namespace",
    )

    def __init__(
        self, broadcaster: Broadcaster, served: Served, namespace: str, selected: Selection, receive: Receive
    ) -> None:
        self.namespace = namespace
        self.allows_bookmarks = False
        self.ended = False
        self._broadcaster = broadcaster
        self._resource = served.resource
        self._convert = served.strategy.from_stored
        self._selection = selected
        self._receive = receive
        self._sent_revision = 0

    def begin(self, backing: Backing, served: Served, options: ListOptions) -> None:
        """Send what the options ask for first, and listen from then on."""
        self.allows_bookmarks = options.allows_bookmarks
        revision = read_revision(options.revision) if options.revision else 0
        if options.sends_initial_events:
            try:
                check_not_older(backing.store, revision)
            except ApiError as error:
                self._fail(error)
                return
            self._send_present(served.collection, backing.store.revision)
            if options.allows_bookmarks:
                self._receive(self._bookmark({INITIAL_EVENTS_END: "true"}))
        elif revision:
            self._send_missed(served.collection, revision)
        self._sent_revision = max(self._sent_revision, revision, backing.store.revision)
        if not self.ended:
            self._broadcaster.add(self)

    def stop(self) -> None:
        """End the watch; nothing more is sent."""
        if not self.ended:
            self.ended = True
            self._broadcaster.discard(self)

    def bookmark(self) -> WatchEvent:
        """A bookmark of how far the watch has come, to be sent now and then, and before it ends."""
        return self._bookmark({})

    def take(self, change: StoredChange) -> None:
        """Send a change if it concerns what is watched, and was not sent already."""
        if change.revision <= self._sent_revision:
            return
        self._sent_revision = change.revision
        event = self._event(change)
        if event is not None:
            self._receive(event)

    def _event(self, change: StoredChange) -> WatchEvent | None:
        selected = self._selection
        kind: EventType = change.type
        value = change.object
        if not selected.selects_all:
            matches = selected.matches(value)
            if change.type == "MODIFIED" and change.old is not None:
                matched = selected.matches(change.old)
                if matched and not matches:
                    return WatchEvent("DELETED", self._convert(_revised(change.old, value)))
                kind = "MODIFIED" if matched else "ADDED"
            if not matches:
                return None
        return WatchEvent(kind, self._convert(value))

    def _send_present(self, collection: Collection, revision: int) -> None:
        values: Iterable[Object] = collection.in_namespace(self.namespace) if self.namespace else collection
        for value in sorted(values, key=_key):
            if self._selection.matches(value):
                self._receive(WatchEvent("ADDED", self._convert(value)))
        self._sent_revision = revision

    def _send_missed(self, collection: Collection, revision: int) -> None:
        try:
            missed = collection.changes_after(revision)
        except ApiError as error:
            self._fail(error)
            return
        for change in missed:
            if not self.namespace or change.object["metadata"].get("namespace") == self.namespace:
                self.take(change)

    def _fail(self, error: ApiError) -> None:
        """End the watch with an error, which is an event like any other: the answer has begun already."""
        self.ended = True
        self._receive(WatchEvent("ERROR", failure_status(error)))

    def _bookmark(self, annotations: dict[str, str]) -> WatchEvent:
        metadata: Object = {"resourceVersion": str(self._sent_revision)}
        if annotations:
            metadata["annotations"] = annotations
        resource = self._resource
        return WatchEvent("BOOKMARK", {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata})


class Broadcaster:
    """Hands the changes of one resource to its watches."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._watches: dict[str, dict[Watch, None]] = {}

    def add(self, watch: Watch) -> None:
        """Let a watch hear of what is delivered from now on."""
        if not self._watches:
            self._collection.watchers.append(self._take)
        self._watches.setdefault(watch.namespace, {})[watch] = None

    def discard(self, watch: Watch) -> None:
        """Forget a watch."""
        watches = self._watches.get(watch.namespace)
        if watches is None or watch not in watches:
            return
        del watches[watch]
        if not watches:
            del self._watches[watch.namespace]
        if not self._watches:
            self._collection.watchers.remove(self._take)

    def _take(self, change: StoredChange) -> None:
        namespace = change.object["metadata"].get("namespace", "")
        for watch in tuple(self._watches.get(namespace, ())):
            watch.take(change)
        if namespace:
            for watch in tuple(self._watches.get("", ())):
                watch.take(change)


def open_watch(backing: Backing, broadcaster: Broadcaster, served: Served, request: Request, receive: Receive) -> Watch:
    """Begin a watch; ``ApiError`` where its options make no sense. History that is gone is an event, not an error."""
    options = watch_options(request.options)
    selected = selection(served, request)
    watch = Watch(broadcaster, served, request.namespace, selected, receive)
    watch.begin(backing, served, options)
    return watch


def _key(value: Object) -> str:
    metadata = value["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata['name']}"


def _revised(value: Object, by: Object) -> Object:
    """An object as it was, under the revision of the change that took it out of sight."""
    return {**value, "metadata": {**value["metadata"], "resourceVersion": by["metadata"]["resourceVersion"]}}
