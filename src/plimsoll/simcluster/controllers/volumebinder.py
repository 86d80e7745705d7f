"""Binds volume claims to volumes, and provisions volumes where a class says how (pkg/controller/volume/persistentvolume).

Every provisioner is simulated: a claim of a class that exists gets a volume of its own within a second. A class whose
binding mode is ``WaitForFirstConsumer`` waits until a pod that uses the claim has a node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.quantities import parse_memory
from plimsoll.kube.resources import PERSISTENTVOLUMECLAIMS, PERSISTENTVOLUMES, PODS, STORAGECLASSES
from plimsoll.kube.selectors import selector_of
from plimsoll.simcluster.controllers.reconciling import Steps, follow, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
STORAGE_PROVISIONER = "volume.kubernetes.io/storage-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"

_VOLUME = ""
"""The namespace under which volumes stand in the queue; claims stand under theirs."""


class VolumeBinder:
    """Brings claims and volumes together, and sees to volumes whose claim is gone."""

    def __init__(self, context: ControllerContext) -> None:
        self._claims = context.api.store.collection(PERSISTENTVOLUMECLAIMS)
        self._volumes = context.api.store.collection(PERSISTENTVOLUMES)
        self._classes = context.api.store.collection(STORAGECLASSES)
        self._pods = context.api.store.collection(PODS)
        self._reconciler = context.reconciler("persistentvolume-controller", self._story)
        self.queue = self._reconciler.queue
        follow(self._claims, self._observe_claim)
        follow(self._volumes, self._observe_volume)
        follow(self._classes, self._observe_class)
        follow(self._pods, self._observe_pod)

    def _observe_claim(self, change: StoredChange) -> None:
        self.queue.add(key_of(change.object))
        volume = change.object["spec"].get("volumeName")
        if volume:
            self.queue.add((_VOLUME, volume))

    def _observe_volume(self, change: StoredChange) -> None:
        self.queue.add(key_of(change.object))
        self._retry_pending()

    def _observe_class(self, change: StoredChange) -> None:
        if change.type == "ADDED":
            self._retry_pending()

    def _observe_pod(self, change: StoredChange) -> None:
        """A pod has been given a node: claims that waited for that may go on."""
        pod = change.object
        if change.old is None or change.old["spec"].get("nodeName") == pod["spec"].get("nodeName"):
            return
        for volume in pod["spec"].get("volumes") or ():
            if "persistentVolumeClaim" in volume:
                self.queue.add((pod["metadata"]["namespace"], volume["persistentVolumeClaim"]["claimName"]))

    def _retry_pending(self) -> None:
        for claim in self._claims:
            if not claim["spec"].get("volumeName"):
                self.queue.add(key_of(claim))

    def _story(self, key: Key) -> Steps:
        if key[0] == _VOLUME:
            volume = self._volumes.find(*key)
            if volume is not None:
                yield from self._sync_volume(volume)
            return
        claim = self._claims.find(*key)
        if claim is None or "deletionTimestamp" in claim["metadata"]:
            return
        if not claim["spec"].get("volumeName"):
            yield from self._find_volume(claim)
        else:
            yield from self._complete(claim)

    # --- claims -------------------------------------------------------------------------------------------------------------

    def _find_volume(self, claim: Object) -> Steps:
        """Take the smallest volume that is large enough, or have one made."""
        found = best_volume(claim, self._volumes)
        if found is not None:
            yield from self._bind(claim, found)
            return
        class_name = claim["spec"].get("storageClassName")
        storage_class = self._classes.find("", class_name) if class_name else None
        if storage_class is None:
            yield from self._put_phase(claim, "Pending")
            message = "no persistent volumes available for this claim and no storage class is set"
            if class_name:
                message = f'storageclass.storage.k8s.io "{class_name}" not found'
            self._emit(
                claim,
                "Warning" if class_name else "Normal",
                "ProvisioningFailed" if class_name else "FailedBinding",
                message,
            )
            return
        if storage_class.get("volumeBindingMode") == "WaitForFirstConsumer" and not self._has_consumer(claim):
            yield from self._put_phase(claim, "Pending")
            self._emit(
                claim, "Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding"
            )
            return
        yield from self._provision(claim, storage_class)

    def _has_consumer(self, claim: Object) -> bool:
        """Whether a pod that uses the claim has a node."""
        namespace, name = key_of(claim)
        return any(pod["spec"].get("nodeName") and name in claims_of(pod) for pod in self._pods.in_namespace(namespace))

    def _provision(self, claim: Object, storage_class: Object) -> Steps:
        body = _provisioned(claim, storage_class)
        try:
            volume = yield self._reconciler.verbs.create(PERSISTENTVOLUMES, "", body)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise
            return
        self._emit(
            claim,
            "Normal",
            "ProvisioningSucceeded",
            f"Successfully provisioned volume {volume['metadata']['name']}",
        )
        yield from self._bind(claim, volume)

    def _bind(self, claim: Object, volume: Object) -> Steps:
        """Volume first, then claim: so that no volume is ever given to two."""
        verbs = self._reconciler.verbs
        if not volume["spec"].get("claimRef", {}).get("uid"):
            annotations = {**(volume["metadata"].get("annotations") or {}), BOUND_BY_CONTROLLER: "yes"}
            volume = yield verbs.update(
                PERSISTENTVOLUMES,
                {
                    **volume,
                    "metadata": {**volume["metadata"], "annotations": annotations},
                    "spec": {**volume["spec"], "claimRef": _claim_reference(claim)},
                },
            )
        yield verbs.update_status(PERSISTENTVOLUMES, volume, {**(volume.get("status") or {}), "phase": "Bound"})
        annotations = {
            **(claim["metadata"].get("annotations") or {}),
            BIND_COMPLETED: "yes",
            BOUND_BY_CONTROLLER: "yes",
        }
        changed = {
            **claim,
            "metadata": {**claim["metadata"], "annotations": annotations},
            "spec": {**claim["spec"], "volumeName": volume["metadata"]["name"]},
        }
        bound = yield verbs.update(PERSISTENTVOLUMECLAIMS, changed)
        yield from self._complete(bound)

    def _complete(self, claim: Object) -> Steps:
        """A claim that names its volume is bound once that volume is bound to it."""
        volume = self._volumes.find("", claim["spec"]["volumeName"])
        if volume is None:
            phase = "Lost" if (claim["metadata"].get("annotations") or {}).get(BIND_COMPLETED) else "Pending"
            yield from self._put_phase(claim, phase)
            return
        reference = volume["spec"].get("claimRef") or {}
        metadata = claim["metadata"]
        if not reference:
            yield from self._bind(claim, volume)
            return
        if (reference.get("namespace"), reference.get("name")) != key_of(claim):
            return
        if reference.get("uid") not in {None, metadata["uid"]}:
            return
        status = {
            **(claim.get("status") or {}),
            "phase": "Bound",
            "accessModes": volume["spec"].get("accessModes") or [],
            "capacity": volume["spec"].get("capacity") or {},
        }
        if status != claim.get("status"):
            yield self._reconciler.verbs.update_status(PERSISTENTVOLUMECLAIMS, claim, status)

    def _put_phase(self, claim: Object, phase: str) -> Steps:
        status = {**(claim.get("status") or {}), "phase": phase}
        if status != claim.get("status"):
            yield self._reconciler.verbs.update_status(PERSISTENTVOLUMECLAIMS, claim, status)

    # --- volumes ------------------------------------------------------------------------------------------------------------

    def _sync_volume(self, volume: Object) -> Steps:
        reference = volume["spec"].get("claimRef")
        if reference is None:
            yield from self._put_volume_phase(volume, "Available")
            return
        claim = self._claims.find(reference["namespace"], reference["name"])
        if claim is not None and reference.get("uid") in {None, claim["metadata"]["uid"]}:
            if claim["spec"].get("volumeName") == volume["metadata"]["name"]:
                yield from self._put_volume_phase(volume, "Bound")
            return
        if "uid" not in reference:
            yield from self._put_volume_phase(volume, "Available")
            return
        yield from self._put_volume_phase(volume, "Released")
        if volume["spec"].get("persistentVolumeReclaimPolicy", "Retain") == "Delete":
            try:
                yield self._reconciler.verbs.delete(PERSISTENTVOLUMES, volume)
            except ApiError as error:
                if error.reason != "NotFound":
                    raise

    def _put_volume_phase(self, volume: Object, phase: str) -> Steps:
        if (volume.get("status") or {}).get("phase") != phase:
            now = self._reconciler.api.timestamp()
            status = {**(volume.get("status") or {}), "phase": phase, "lastPhaseTransitionTime": now}
            yield self._reconciler.verbs.update_status(PERSISTENTVOLUMES, volume, status)

    def _emit(self, claim: Object, kind: str, reason: str, message: str) -> None:
        self._reconciler.events.emit(claim, "Warning" if kind == "Warning" else "Normal", reason, "%s", message)


def claims_of(pod: Object) -> list[str]:
    """The names of the claims that a pod uses."""
    volumes = pod["spec"].get("volumes") or ()
    return [one["persistentVolumeClaim"]["claimName"] for one in volumes if "persistentVolumeClaim" in one]


def best_volume(claim: Object, volumes: Iterable[Object]) -> Object | None:
    """The volume that is reserved for a claim, or the smallest free one that will do."""
    spec = claim["spec"]
    selector = selector_of(spec.get("selector"))
    wanted = parse_memory((spec.get("resources") or {}).get("requests", {}).get("storage", 0))
    fitting = []
    for volume in volumes:
        reference = volume["spec"].get("claimRef")
        if reference is not None:
            same_name = (reference.get("namespace"), reference.get("name")) == key_of(claim)
            if same_name and reference.get("uid") in {None, claim["metadata"]["uid"]}:
                return volume
            continue
        size = parse_memory(volume["spec"].get("capacity", {}).get("storage", 0))
        if (
            size >= wanted
            and "deletionTimestamp" not in volume["metadata"]
            and volume["spec"].get("storageClassName", "") == (spec.get("storageClassName") or "")
            and volume["spec"].get("volumeMode", "Filesystem") == spec.get("volumeMode", "Filesystem")
            and set(spec.get("accessModes") or ()) <= set(volume["spec"].get("accessModes") or ())
            and selector.matches(volume["metadata"].get("labels") or {})
        ):
            fitting.append((size, volume["metadata"]["name"], volume))
    return min(fitting, key=lambda one: one[:2])[2] if fitting else None


def _claim_reference(claim: Object) -> Object:
    metadata = claim["metadata"]
    return {
        "kind": "PersistentVolumeClaim",
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "apiVersion": "v1",
        "resourceVersion": metadata["resourceVersion"],
    }


def _provisioned(claim: Object, storage_class: Object) -> Object:
    """The volume that a provisioner would make for a claim."""
    spec = claim["spec"]
    provisioner = storage_class["provisioner"]
    name = f"pvc-{claim['metadata']['uid']}"
    return {
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: provisioner}},
        "spec": {
            "accessModes": spec.get("accessModes") or ["ReadWriteOnce"],
            "capacity": {"storage": (spec.get("resources") or {}).get("requests", {}).get("storage", "1Gi")},
            "claimRef": _claim_reference(claim),
            "csi": {"driver": provisioner, "volumeHandle": name},
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "storageClassName": storage_class["metadata"]["name"],
            "volumeMode": spec.get("volumeMode", "Filesystem"),
        },
    }
