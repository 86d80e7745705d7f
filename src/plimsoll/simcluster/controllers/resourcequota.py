"""The resource quota controller: counts anew what namespaces use (pkg/controller/resourcequota).

The API server charges quotas when it admits objects; this controller fills in the status of new quotas, and gives back
what objects held that are gone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from plimsoll.apimachinery.quota.amounts import add
from plimsoll.apimachinery.quota.usage import UNCOUNTED, concerns, counted_names, usage_of
from plimsoll.kube.resources import PODS, RESOURCEQUOTAS
from plimsoll.simcluster.api import FINISHED_PHASES
from plimsoll.simcluster.controllers.reconciling import Steps, follow, key_of

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import Collection, StoredChange
    from plimsoll.simcluster.workqueue import Key

WORKERS = 5
"""--concurrent-resource-quota-syncs."""


class ResourceQuotaController:
    """Keeps the status of quotas."""

    def __init__(self, context: ControllerContext) -> None:
        self._store = context.api.store
        self._quotas = context.api.store.collection(RESOURCEQUOTAS)
        self._reconciler = context.reconciler("resourcequota-controller", self._story, workers=WORKERS)
        self.queue = self._reconciler.queue
        follow(self._quotas, lambda change: self.queue.add(key_of(change.object)))
        context.api.store.observe_collections(self._watch)

    def _watch(self, collection: Collection) -> None:
        resource = collection.resource
        if resource.namespaced and resource.plural not in UNCOUNTED and resource is not RESOURCEQUOTAS:
            collection.watchers.append(partial(self._observe, collection))

    def _observe(self, collection: Collection, change: StoredChange) -> None:
        """Something was created or is gone, or a pod has ended: the namespace's quotas are counted anew."""
        if change.type == "MODIFIED" and not (collection.resource.plural == PODS.plural and _has_ended(change)):
            return
        for quota in self._quotas.in_namespace(change.object["metadata"]["namespace"]):
            self.queue.add(key_of(quota))

    def _story(self, key: Key) -> Steps:
        quota = self._quotas.find(*key)
        if quota is None:
            return
        hard = quota["spec"].get("hard") or {}
        status = {"hard": hard, "used": self._used(quota, hard)}
        if status != quota.get("status"):
            yield self._reconciler.verbs.update_status(RESOURCEQUOTAS, quota, status)

    def _used(self, quota: Object, hard: Object) -> dict[str, str]:
        """What the objects of the namespace count for, under the quota's names."""
        named = {**quota, "status": {"hard": hard}}
        used: dict[str, str] = dict.fromkeys(hard, "0")
        for collection in self._store.collections():
            counted = counted_names(collection.resource, hard)
            if not counted:
                continue
            for value in collection.in_namespace(quota["metadata"]["namespace"]):
                if concerns(named, collection.resource, value):
                    usage = usage_of(collection.resource, value)
                    used = add(used, {name: usage[name] for name in counted if name in usage})
        return used


def _has_ended(change: StoredChange) -> bool:
    old = change.old
    return (
        old is not None
        and old["status"].get("phase") not in FINISHED_PHASES
        and change.object["status"].get("phase") in FINISHED_PHASES
    )
