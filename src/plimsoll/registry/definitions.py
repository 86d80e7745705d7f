"""The life of CustomResourceDefinitions: their names are accepted, they are served, and cleaned up after when they go.

Real servers have controllers for that, in the API server's own process (apiextensions-apiserver, pkg/controller:
status, establish, finalizer); so has this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.apimachinery.customresources import accepted, established
from plimsoll.kube.resources import CUSTOMRESOURCEDEFINITIONS, Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from plimsoll.kernel import Kernel
    from plimsoll.kube.resources import Object
    from plimsoll.registry.identity import Identity
    from plimsoll.simcluster.store import Store, StoredChange

FINALIZER = "customresourcecleanup.apiextensions.k8s.io"

SYNC_SECONDS = 0.02
"""How long the controllers take to see a change and to act on it, on an idle server."""

POLL_SECONDS = 1.0
"""How often it is looked whether objects with finalizers of their own have gone."""


class DefinitionControllers:
    """Accept names, establish definitions, and delete the objects of those that are being deleted.

    ``delete_all`` deletes every object of a custom resource as requests would.
    """

    def __init__(self, kernel: Kernel, store: Store, identity: Identity, delete_all: Callable[[Object], None]) -> None:
        self._kernel = kernel
        self._store = store
        self._identity = identity
        self._delete_all = delete_all
        self._definitions = store.collection(CUSTOMRESOURCEDEFINITIONS)
        self._definitions.indexers.append(self._observe)

    def _observe(self, change: StoredChange) -> None:
        if change.type != "DELETED":
            self._kernel.after(SYNC_SECONDS, self._sync, change.object["metadata"]["name"])

    def _sync(self, name: str) -> None:
        definition = self._definitions.find("", name)
        if definition is None:
            return
        metadata = definition["metadata"]
        if "deletionTimestamp" in metadata:
            if FINALIZER in (metadata.get("finalizers") or ()):
                self._clean_up(definition)
            return
        now = self._identity.timestamp()
        decided = accepted(definition, self._definitions, now)
        if decided is definition:
            decided = established(definition, now)
        if decided != definition:
            self._definitions.put(definition, dict(decided))

    def _clean_up(self, definition: Object) -> None:
        """Delete the objects; when they are gone let the definition go."""
        now = self._identity.timestamp()
        if _is_established(definition):
            self._delete_all(definition)
            if self._count(definition):
                text = "CustomResource deletion is in progress"
                value = with_terminating(definition, "True", "InstanceDeletionInProgress", text, now)
                if value != definition:
                    self._definitions.put(definition, value)
                self._kernel.after(POLL_SECONDS, self._sync, definition["metadata"]["name"])
                return
            value = with_terminating(definition, "False", "InstanceDeletionCompleted", "removed all instances", now)
        else:
            value = with_terminating(definition, "False", "NeverEstablished", "resource was never established", now)
        rest = [name for name in definition["metadata"]["finalizers"] if name != FINALIZER]
        if rest:
            self._definitions.put(definition, {**value, "metadata": {**value["metadata"], "finalizers": rest}})
        else:
            self._definitions.remove(definition)

    def _count(self, definition: Object) -> int:
        return len(self._store.collection(resource_of(definition)))


def resource_of(definition: Object) -> Resource:
    """The resource of a definition in the version that is stored."""
    spec = definition["spec"]
    names = (definition.get("status") or {}).get("acceptedNames") or spec["names"]
    return Resource(
        spec["group"], stored_version(definition), names["plural"], names["kind"], spec["scope"] == "Namespaced"
    )


def stored_version(definition: Object) -> str:
    """The version under which objects of a definition are stored."""
    name: str = next(version["name"] for version in definition["spec"]["versions"] if version.get("storage"))
    return name


def terminating(definition: Object, now: str) -> Object:
    """A definition as the deletion leaves it for the controllers (customresourcedefinition/etcd.go)."""
    metadata = {**definition["metadata"], "deletionTimestamp": now}
    finalizers = metadata.get("finalizers") or []
    if FINALIZER not in finalizers:
        metadata["finalizers"] = [*finalizers, FINALIZER]
    text = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"
    return with_terminating({**definition, "metadata": metadata}, "True", "InstanceDeletionPending", text, now)


def with_terminating(definition: Object, state: str, reason: str, message: str, now: str) -> Object:
    """The definition with its condition ``Terminating``."""
    condition = {
        "type": "Terminating",
        "status": state,
        "lastTransitionTime": now,
        "reason": reason,
        "message": message,
    }
    status = definition.get("status") or {}
    conditions = list(status.get("conditions") or ())
    for index, present in enumerate(conditions):
        if present["type"] == "Terminating":
            if present["status"] == state:
                condition["lastTransitionTime"] = present["lastTransitionTime"]
            conditions[index] = condition
            break
    else:
        conditions.append(condition)
    return {**definition, "status": {**status, "conditions": conditions}}


def _is_established(definition: Object) -> bool:
    conditions = (definition.get("status") or {}).get("conditions") or ()
    return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)
