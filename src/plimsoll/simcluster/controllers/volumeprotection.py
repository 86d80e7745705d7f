"""Keeps volumes and claims from going while they are in use (pkg/controller/volume/pvcprotection, pvprotection)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from plimsoll.kube.resources import PERSISTENTVOLUMECLAIMS, PERSISTENTVOLUMES, PODS, Resource
from plimsoll.simcluster.api import FINISHED_PHASES
from plimsoll.simcluster.controllers.reconciling import Steps, follow, key_of
from plimsoll.simcluster.controllers.volumebinder import claims_of

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

FINALIZERS = {
    PERSISTENTVOLUMECLAIMS.plural: "kubernetes.io/pvc-protection",
    PERSISTENTVOLUMES.plural: "kubernetes.io/pv-protection",
}
"""The API server puts them on; this controller takes them off, and puts them on where they are missing."""


class VolumeProtection:
    """Lets claims go that no pod uses, and volumes that are bound to no claim."""

    def __init__(self, context: ControllerContext) -> None:
        self._claims = context.api.store.collection(PERSISTENTVOLUMECLAIMS)
        self._volumes = context.api.store.collection(PERSISTENTVOLUMES)
        self._pods = context.api.store.collection(PODS)
        self._reconciler = context.reconciler("pvc-protection-controller", self._story)
        self.queue = self._reconciler.queue
        for collection in (self._claims, self._volumes):
            follow(collection, partial(self._observe, collection.resource))
        follow(self._pods, self._observe_pod)

    def _observe(self, _resource: Resource, change: StoredChange) -> None:
        if change.type != "DELETED":
            self.queue.add(key_of(change.object))

    def _observe_pod(self, change: StoredChange) -> None:
        """A pod that goes or ends may have been the last to use a claim."""
        pod = change.object
        if change.type == "DELETED" or pod["status"].get("phase") in FINISHED_PHASES:
            for name in claims_of(pod):
                self.queue.add((pod["metadata"]["namespace"], name))

    def _story(self, key: Key) -> Steps:
        resource, collection = (PERSISTENTVOLUMECLAIMS, self._claims) if key[0] else (PERSISTENTVOLUMES, self._volumes)
        value = collection.find(*key)
        if value is None:
            return
        finalizer = FINALIZERS[resource.plural]
        present = value["metadata"].get("finalizers") or []
        if "deletionTimestamp" not in value["metadata"]:
            if finalizer not in present:
                yield self._reconciler.verbs.update(resource, _with(value, [*present, finalizer]))
        elif finalizer in present and not self._in_use(resource, value):
            left = [one for one in present if one != finalizer]
            yield self._reconciler.verbs.update(resource, _with(value, left))

    def _in_use(self, resource: Resource, value: Object) -> bool:
        if resource is PERSISTENTVOLUMES:
            return (value.get("status") or {}).get("phase") == "Bound"
        namespace, name = key_of(value)
        return any(
            name in claims_of(pod) and pod["status"].get("phase") not in FINISHED_PHASES and pod["spec"].get("nodeName")
            for pod in self._pods.in_namespace(namespace)
        )


def _with(value: Object, finalizers: list[str]) -> Object:
    metadata = {key: part for key, part in value["metadata"].items() if key != "finalizers"}
    return {**value, "metadata": {**metadata, **({"finalizers": finalizers} if finalizers else {})}}
