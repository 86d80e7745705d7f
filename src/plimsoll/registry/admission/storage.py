"""What admission does with volumes: protection while they are used, the default class, and growth."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from plimsoll.kube.quantities import parse_quantity
from plimsoll.kube.resources import INGRESSES, PERSISTENTVOLUMECLAIMS, PERSISTENTVOLUMES
from plimsoll.registry.refusals import forbidden

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.attributes import Attributes
    from plimsoll.simcluster.store import Collection

CLAIM_FINALIZER = "kubernetes.io/pvc-protection"
VOLUME_FINALIZER = "kubernetes.io/pv-protection"
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
DEFAULT_CLASS_BETA = "storageclass.beta.kubernetes.io/is-default-class"
DEFAULT_INGRESS_CLASS = "ingressclass.kubernetes.io/is-default-class"
INGRESS_CLASS_ANNOTATION = "kubernetes.io/ingress.class"


class ObjectInUseProtection:
    """StorageObjectInUseProtection: claims and volumes go only when nothing uses them any more."""

    def admit(self, attributes: Attributes) -> None:
        """Give a new claim or volume its finalizer."""
        if attributes.operation != "CREATE":
            return
        for resource, finalizer in ((PERSISTENTVOLUMECLAIMS, CLAIM_FINALIZER), (PERSISTENTVOLUMES, VOLUME_FINALIZER)):
            metadata = attributes.object["metadata"]
            if attributes.concerns(resource) and finalizer not in (metadata.get("finalizers") or ()):
                metadata["finalizers"] = [*(metadata.get("finalizers") or ()), finalizer]


class DefaultStorageClass:
    """The class of claims that name none (plugin/pkg/admission/storage/storageclass/setdefault)."""

    def __init__(self, classes: Collection) -> None:
        self._classes = classes

    def admit(self, attributes: Attributes) -> None:
        """Set the class of a new claim where there is a default."""
        if attributes.operation != "CREATE" or not attributes.concerns(PERSISTENTVOLUMECLAIMS):
            return
        value = attributes.object
        annotations = value["metadata"].get("annotations") or {}
        if (
            value["spec"].get("storageClassName") is not None
            or "volume.beta.kubernetes.io/storage-class" in annotations
        ):
            return
        default = newest_default(self._classes, (DEFAULT_CLASS, DEFAULT_CLASS_BETA))
        if default is not None:
            value["spec"]["storageClassName"] = default["metadata"]["name"]


class DefaultIngressClass:
    """The class of ingresses that name none (plugin/pkg/admission/network/defaultingressclass)."""

    def __init__(self, classes: Collection) -> None:
        self._classes = classes

    def admit(self, attributes: Attributes) -> None:
        """Set the class of a new ingress where there is a default; 403 where there are several."""
        if attributes.operation != "CREATE" or not attributes.concerns(INGRESSES):
            return
        value = attributes.object
        annotations = value["metadata"].get("annotations") or {}
        if value.get("spec", {}).get("ingressClassName") is not None or INGRESS_CLASS_ANNOTATION in annotations:
            return
        default = newest_default(self._classes, (DEFAULT_INGRESS_CLASS,))
        if default is not None:
            value.setdefault("spec", {})["ingressClassName"] = default["metadata"]["name"]


class ClaimResize:
    """PersistentVolumeClaimResize: only claims whose class allows it may grow."""

    def __init__(self, classes: Collection) -> None:
        self._classes = classes

    def validate(self, attributes: Attributes) -> None:
        """403 for a larger claim where the volume cannot grow."""
        old = attributes.old
        if attributes.operation != "UPDATE" or not attributes.concerns(PERSISTENTVOLUMECLAIMS) or old is None:
            return
        if _size(attributes.object) <= _size(old):
            return
        if old.get("status", {}).get("phase") != "Bound":
            raise forbidden(
                PERSISTENTVOLUMECLAIMS, attributes.name, "Only bound persistent volume claims can be expanded"
            )
        found = self._classes.find("", old["spec"].get("storageClassName") or "")
        if found is None or not found.get("allowVolumeExpansion"):
            text = (
                "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must "
                "support resize"
            )
            raise forbidden(PERSISTENTVOLUMECLAIMS, attributes.name, text)


def newest_default(classes: Collection, annotations: tuple[str, ...]) -> Object | None:
    """The class that is marked as default: of several the newest, of equally new ones the first by name."""
    marked = [value for value in classes if _is_marked(value, annotations)]
    marked.sort(key=lambda value: str(value["metadata"]["name"]))
    marked.sort(key=lambda value: str(value["metadata"].get("creationTimestamp", "")), reverse=True)
    return marked[0] if marked else None


def _is_marked(value: Object, annotations: tuple[str, ...]) -> bool:
    present = value["metadata"].get("annotations") or {}
    return any(present.get(annotation) == "true" for annotation in annotations)


def _size(claim: Object) -> Fraction:
    text = claim["spec"].get("resources", {}).get("requests", {}).get("storage", "0")
    return parse_quantity(text)
