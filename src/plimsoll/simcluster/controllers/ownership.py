"""Who owns what: look-up tables of objects by their controller, and how a controller takes on and lets go objects.

From pkg/controller/controller_ref_manager.go: a controller adopts objects that its selector matches and that nobody
controls, and releases those that it controls and no longer matches.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kube.selectors import LabelSelector, selector_of

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.simcluster.controllers.reconciling import Step, Verbs
    from plimsoll.simcluster.store import Collection, Store, StoredChange

Predicate = Callable[["Object"], bool]


class OwnerIndex:
    """The objects of one resource, by the UID of their controller; those without one by namespace."""

    def __init__(self, collection: Collection) -> None:
        self._owned: dict[str, dict[str, Object]] = {}
        self._orphans: dict[str, dict[str, Object]] = {}
        for value in collection:
            self._put(value)
        collection.indexers.append(self._observe)

    def owned(self, uid: str) -> list[Object]:
        """What the controller with this UID controls, oldest first."""
        return list(self._owned.get(uid, {}).values())

    def orphans(self, namespace: str) -> list[Object]:
        """What nobody controls."""
        return list(self._orphans.get(namespace, {}).values())

    def _observe(self, change: StoredChange) -> None:
        if change.old is not None:
            owner = controller_of(change.old)
            if change.type == "DELETED" or owner != controller_of(change.object):
                self._drop(change.old, owner)
        if change.type != "DELETED":
            self._put(change.object)

    def _put(self, value: Object) -> None:
        metadata = value["metadata"]
        owner = controller_of(value)
        shelf = self._owned if owner else self._orphans
        shelf.setdefault(owner or metadata.get("namespace", ""), {})[metadata["uid"]] = value

    def _drop(self, value: Object, owner: str) -> None:
        metadata = value["metadata"]
        shelf, place = (self._owned, owner) if owner else (self._orphans, metadata.get("namespace", ""))
        siblings = shelf.get(place)
        if siblings is not None and siblings.pop(metadata["uid"], None) is not None and not siblings:
            del shelf[place]


class Ownership:
    """The index of each resource, made when somebody first asks for it and shared by all who ask."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._indexes: dict[str, OwnerIndex] = {}

    def index(self, resource: Resource) -> OwnerIndex:
        """The index of one resource."""
        index = self._indexes.get(resource.plural)
        if index is None:
            index = self._indexes[resource.plural] = OwnerIndex(self._store.collection(resource))
        return index


def controller_reference(value: Object) -> Object | None:
    """The owner reference of an object's controller."""
    for reference in value["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            found: Object = reference
            return found
    return None


def controller_of(value: Object) -> str:
    """The UID of an object's controller; empty where it has none."""
    reference = controller_reference(value)
    return str(reference["uid"]) if reference is not None else ""


def reference_to(owner: Object) -> Object:
    """An owner reference that makes ``owner`` the controller."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def selects(selector: LabelSelector) -> Predicate:
    """Whether an object's labels match; an empty selector matches nothing, as controllers have it."""
    if not selector.requirements:
        return lambda _: False
    return lambda value: selector.matches(value["metadata"].get("labels") or {})


def claim(
    verbs: Verbs, index: OwnerIndex, resource: Resource, owner: Object, matches: Predicate | None = None
) -> Generator[Step, Any, list[Object]]:
    """Adopt what matches the owner's selector and has no controller, release what no longer matches; returns the rest."""
    if matches is None:
        matches = selects(selector_of(owner["spec"].get("selector")))
    metadata = owner["metadata"]
    claimed = []
    for value in index.owned(metadata["uid"]):
        if matches(value):
            claimed.append(value)
        elif "deletionTimestamp" not in metadata:
            yield from _tolerant(verbs.update(resource, _released(value, metadata["uid"])))
    if "deletionTimestamp" in metadata:
        return claimed
    for value in index.orphans(metadata.get("namespace", "")):
        if "deletionTimestamp" not in value["metadata"] and matches(value):
            adopted = yield from _tolerant(verbs.update(resource, _adopted(value, owner)))
            if adopted is not None:
                claimed.append(adopted)
    return claimed


def _tolerant(step: Step) -> Generator[Step, Any, Object | None]:
    """Make a request that may find its object gone."""
    try:
        answer: Object = yield step
    except ApiError as error:
        if error.reason != "NotFound":
            raise
        return None
    return answer


def _adopted(value: Object, owner: Object) -> Object:
    metadata = value["metadata"]
    references = [*(metadata.get("ownerReferences") or ()), reference_to(owner)]
    return {**value, "metadata": {**metadata, "ownerReferences": references}}


def _released(value: Object, uid: str) -> Object:
    references = [one for one in value["metadata"]["ownerReferences"] if one["uid"] != uid]
    metadata = {key: part for key, part in value["metadata"].items() if key != "ownerReferences"}
    return {**value, "metadata": {**metadata, **({"ownerReferences": references} if references else {})}}
