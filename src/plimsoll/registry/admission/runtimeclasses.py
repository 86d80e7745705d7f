"""RuntimeClass: what the runtime of a pod costs, and where it runs (plugin/pkg/admission/runtimeclass)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import PODS
from plimsoll.registry.refusals import forbidden

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.attributes import Attributes
    from plimsoll.simcluster.store import Collection


class RuntimeClasses:
    """Looks runtime classes up."""

    def __init__(self, classes: Collection) -> None:
        self._classes = classes

    def admit(self, attributes: Attributes) -> None:
        """Add overhead, node selector and tolerations of a new pod's runtime; 403 where the class is not there."""
        if attributes.operation != "CREATE" or not attributes.concerns(PODS):
            return
        spec = attributes.object["spec"]
        name = spec.get("runtimeClassName")
        if not name:
            if spec.get("overhead"):
                text = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
                raise forbidden(PODS, attributes.name, text)
            return
        found = self._classes.find("", name)
        if found is None:
            raise forbidden(PODS, attributes.name, f'pod rejected: RuntimeClass "{name}" not found')
        _set_overhead(attributes, spec, found)
        _set_scheduling(attributes, spec, found.get("scheduling") or {})


def _set_overhead(attributes: Attributes, spec: Object, found: Object) -> None:
    overhead = (found.get("overhead") or {}).get("podFixed")
    present = spec.get("overhead")
    if present and present != overhead:
        text = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
        raise forbidden(PODS, attributes.name, text)
    if overhead:
        spec["overhead"] = overhead


def _set_scheduling(attributes: Attributes, spec: Object, scheduling: Object) -> None:
    selector = scheduling.get("nodeSelector") or {}
    present = spec.get("nodeSelector") or {}
    for key, value in selector.items():
        if present.get(key, value) != value:
            text = f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {present[key]}"
            raise forbidden(PODS, attributes.name, text)
    if selector:
        spec["nodeSelector"] = {**present, **selector}
    tolerations = scheduling.get("tolerations") or []
    if tolerations:
        kept = spec.get("tolerations") or []
        spec["tolerations"] = [*kept, *(toleration for toleration in tolerations if toleration not in kept)]
