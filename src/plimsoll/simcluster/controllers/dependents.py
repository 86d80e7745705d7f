"""The garbage collector of a cluster with objects of every kind: a graph of owners, and the three propagation policies.

From pkg/controller/garbagecollector. An object whose owners are all gone is deleted. An owner that is deleted in the
foreground waits for the dependents that block it; one that is to leave orphans has itself removed from theirs first.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from plimsoll.errors import ApiError
from plimsoll.kube.resources import EVENTS
from plimsoll.simcluster.controllers.reconciling import Reconciler, Step, Steps, follow

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.simcluster.api import Api, Propagation
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import Collection, StoredChange
    from plimsoll.simcluster.workqueue import Key

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"


class Node(NamedTuple):
    """Where an object of the graph is."""

    collection: Collection
    namespace: str
    name: str
    uid: str

    def stored(self) -> Object | None:
        """The object itself, unless it is gone."""
        value = self.collection.find(self.namespace, self.name)
        return value if value is not None and value["metadata"]["uid"] == self.uid else None


class DependentsCollector:
    """Deletes what has lost its owners, in the manner that the deletion of the owner asked for."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api) -> None:
        self._api = api
        self._dependents: dict[str, dict[str, Node]] = {}
        """By the UID of each owner that any object names: those objects by their UID."""
        self._waiting: dict[str, Node] = {}
        """What is to be looked at, by UID."""
        self._reconciler = Reconciler(
            environment,
            settings.model_copy(update={"qps": settings.qps * settings.garbage_collector_qps_factor}),
            api,
            "garbage-collector",
            self._story,
            workers=settings.garbage_collector_workers,
        )
        self.queue = self._reconciler.queue
        api.store.observe_collections(self._watch)

    # --- the graph -----------------------------------------------------------------------------------------------------------

    def _watch(self, collection: Collection) -> None:
        if collection.resource.plural == EVENTS.plural:
            return
        for value in collection:
            self._link(collection, value)
        collection.indexers.append(partial(self._index, collection))
        follow(collection, partial(self._observe, collection))

    def _index(self, collection: Collection, change: StoredChange) -> None:
        if change.old is not None and change.old["metadata"].get("ownerReferences"):
            for reference in change.old["metadata"]["ownerReferences"]:
                siblings = self._dependents.get(reference["uid"])
                if siblings is not None:
                    siblings.pop(change.old["metadata"]["uid"], None)
                    if not siblings:
                        del self._dependents[reference["uid"]]
        if change.type != "DELETED":
            self._link(collection, change.object)

    def _link(self, collection: Collection, value: Object) -> None:
        references = value["metadata"].get("ownerReferences")
        if references:
            node = _node(collection, value)
            for reference in references:
                self._dependents.setdefault(reference["uid"], {})[node.uid] = node

    def _observe(self, collection: Collection, change: StoredChange) -> None:
        """Have looked at what a change may concern."""
        metadata = change.object["metadata"]
        if change.type == "DELETED":
            self._released(change.object)
            return
        references = metadata.get("ownerReferences")
        if "deletionTimestamp" in metadata:
            finalizers = metadata.get("finalizers") or ()
            if ORPHAN in finalizers or FOREGROUND in finalizers:
                self._enqueue(_node(collection, change.object))
            if FOREGROUND in finalizers:
                for dependent in self._dependents_of(metadata["uid"]):
                    self._enqueue(dependent)
        elif references and not all(self._is_solid(change.object, reference) for reference in references):
            self._enqueue(_node(collection, change.object))
        if change.old is not None and change.old["metadata"].get("ownerReferences") != references:
            self._released(change.old)

    def _released(self, value: Object) -> None:
        """An object is gone, or has other owners: its dependents and those who waited for it may go on."""
        for dependent in self._dependents_of(value["metadata"]["uid"]):
            self._enqueue(dependent)
        for reference in value["metadata"].get("ownerReferences") or ():
            owner = self._owner_node(value, reference)
            stored = owner.stored() if owner is not None else None
            if owner is not None and stored is not None and _is_waiting(stored):
                self._enqueue(owner)

    def _dependents_of(self, uid: str) -> list[Node]:
        return list(self._dependents.get(uid, {}).values())

    def _owner_node(self, value: Object, reference: Object) -> Node | None:
        """Where an owner would be; None where its kind is unknown."""
        group = reference["apiVersion"].rpartition("/")[0]
        for collection in self._api.store.collections():
            resource = collection.resource
            if resource.kind == reference["kind"] and resource.group == group:
                namespace = value["metadata"].get("namespace", "") if resource.namespaced else ""
                return Node(collection, namespace, reference["name"], reference["uid"])
        return None

    def _is_solid(self, value: Object, reference: Object) -> bool:
        """Whether an owner is there to stay, as far as can be said."""
        owner = self._owner_node(value, reference)
        if owner is None:
            return True
        stored = owner.stored()
        return stored is not None and not _is_waiting(stored)

    def _enqueue(self, node: Node) -> None:
        self._waiting[node.uid] = node
        self.queue.add(("", node.uid))

    # --- what is done --------------------------------------------------------------------------------------------------------

    def _story(self, key: Key) -> Steps:
        node = self._waiting.get(key[1])
        stored = node.stored() if node is not None else None
        if node is None or stored is None:
            self._waiting.pop(key[1], None)
            return
        resource = node.collection.resource
        finalizers = stored["metadata"].get("finalizers") or ()
        if "deletionTimestamp" not in stored["metadata"]:
            yield from self._judge(node, resource)
        elif ORPHAN in finalizers:
            yield from self._leave_orphans(node, resource, stored)
        elif FOREGROUND in finalizers:
            yield from self._await_blockers(node, resource, stored)

    def _judge(self, node: Node, resource: Resource) -> Steps:
        """Delete an object that has no owner left that is going to stay; drop owners that are gone from one that has."""
        stored: Object | None = yield from _if_found(self._reconciler.verbs.get(resource, node.namespace, node.name))
        if stored is None or stored["metadata"]["uid"] != node.uid or "deletionTimestamp" in stored["metadata"]:
            return
        references = stored["metadata"].get("ownerReferences") or []
        solid: list[Object] = []
        waiting: list[Object] = []
        for reference in references:
            owner = self._owner_node(stored, reference)
            if owner is None:
                solid.append(reference)
                continue
            found = yield from self._look_up(owner)
            if found is not None:
                (waiting if _is_waiting(found) else solid).append(reference)
        if solid:
            if len(solid) < len(references):
                yield from _if_found(self._reconciler.verbs.update(resource, _owned_by(stored, solid)))
            return
        if not references:
            return
        policy = self._policy(stored, deep=bool(waiting and self._dependents_of(node.uid)))
        yield from _if_found(self._reconciler.verbs.delete(resource, stored, policy))

    def _look_up(self, owner: Node) -> Generator[Step, Any, Any]:
        """Ask the API server for an owner: what a cache says is not reason enough to delete anything."""
        found: Object | None = yield from _if_found(
            self._reconciler.verbs.get(owner.collection.resource, owner.namespace, owner.name)
        )
        return found if found is not None and found["metadata"]["uid"] == owner.uid else None

    @staticmethod
    def _policy(stored: Object, *, deep: bool) -> Propagation:
        """How a dependent goes: as its own finalizers say, and before its dependents where its owner waits for all."""
        finalizers = stored["metadata"].get("finalizers") or ()
        if deep or FOREGROUND in finalizers:
            return "Foreground"
        return "Orphan" if ORPHAN in finalizers else "Background"

    def _await_blockers(self, node: Node, resource: Resource, stored: Object) -> Steps:
        """Let an owner go that was deleted in the foreground, once nothing blocks it any more."""
        blockers = [one for one in self._dependents_of(node.uid) if _blocks(one, node.uid)]
        if not blockers:
            yield from _if_found(self._reconciler.verbs.update(resource, _without_finalizer(stored, FOREGROUND)))
            return
        for dependent in blockers:
            value = dependent.stored()
            if value is not None and "deletionTimestamp" not in value["metadata"]:
                self._enqueue(dependent)

    def _leave_orphans(self, node: Node, resource: Resource, stored: Object) -> Steps:
        """Take an owner out of its dependents' references, then let it go."""
        for dependent in self._dependents_of(node.uid):
            value = dependent.stored()
            if value is not None:
                others = [one for one in value["metadata"]["ownerReferences"] if one["uid"] != node.uid]
                yield from _if_found(
                    self._reconciler.verbs.update(dependent.collection.resource, _owned_by(value, others))
                )
        yield from _if_found(self._reconciler.verbs.update(resource, _without_finalizer(stored, ORPHAN)))


def _node(collection: Collection, value: Object) -> Node:
    metadata = value["metadata"]
    return Node(collection, metadata.get("namespace", ""), metadata["name"], metadata["uid"])


def _is_waiting(value: Object) -> bool:
    """Whether an owner only waits for its dependents to go."""
    metadata = value["metadata"]
    return "deletionTimestamp" in metadata and FOREGROUND in (metadata.get("finalizers") or ())


def _blocks(dependent: Node, uid: str) -> bool:
    """Whether an owner must not go before this dependent."""
    value = dependent.stored()
    references = value["metadata"].get("ownerReferences") or () if value is not None else ()
    return any(one["uid"] == uid and one.get("blockOwnerDeletion") for one in references)


def _owned_by(value: Object, references: list[Object]) -> Object:
    """The object with other owners."""
    metadata = {key: part for key, part in value["metadata"].items() if key != "ownerReferences"}
    return {**value, "metadata": {**metadata, **({"ownerReferences": references} if references else {})}}


def _without_finalizer(value: Object, finalizer: str) -> Object:
    left = [one for one in value["metadata"].get("finalizers") or () if one != finalizer]
    metadata = {key: part for key, part in value["metadata"].items() if key != "finalizers"}
    return {**value, "metadata": {**metadata, **({"finalizers": left} if left else {})}}


def _if_found(step: Step) -> Generator[Step, Any, Any]:
    """Make a request; None where its object is gone."""
    try:
        answer = yield step
    except ApiError as error:
        if error.reason != "NotFound":
            raise
        return None
    return answer
