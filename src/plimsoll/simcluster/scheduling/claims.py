"""Whether the volume claims of a pod let it be scheduled (plugins/volumebinding): asked before any node is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.kube.resources import PERSISTENTVOLUMECLAIMS, STORAGECLASSES

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.store import Store


class ClaimFilter:
    """Holds back pods whose claims are missing, or not bound though they should be by now."""

    def __init__(self, store: Store) -> None:
        self._claims = store.collection(PERSISTENTVOLUMECLAIMS)
        self._classes = store.collection(STORAGECLASSES)

    def on_change(self, changed: Callable[[], None]) -> None:
        """Have it said when pods that were held back may be tried again."""
        self._claims.watchers.append(lambda _: changed())

    def refusal(self, pod: Object) -> str:
        """Why the pod cannot be scheduled at all; empty where nothing is in the way."""
        unbound = False
        for volume in pod["spec"].get("volumes") or ():
            source = volume.get("persistentVolumeClaim")
            if source is None:
                continue
            claim = self._claims.find(pod["metadata"]["namespace"], source["claimName"])
            if claim is None:
                return f'persistentvolumeclaim "{source["claimName"]}" not found'
            if "deletionTimestamp" in claim["metadata"]:
                return f'persistentvolumeclaim "{source["claimName"]}" is being deleted'
            unbound |= (claim.get("status") or {}).get("phase") != "Bound" and not self._waits_for_pod(claim)
        return "pod has unbound immediate PersistentVolumeClaims" if unbound else ""

    def _waits_for_pod(self, claim: Object) -> bool:
        """Whether the claim is bound only when a pod that uses it has a node."""
        storage_class = self._classes.find("", claim["spec"].get("storageClassName") or "")
        return storage_class is not None and storage_class.get("volumeBindingMode") == "WaitForFirstConsumer"
