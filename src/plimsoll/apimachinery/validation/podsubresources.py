"""Changes of pods that go by subresources of their own: ephemeral containers, and resources of running containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.apimachinery.preparation.qualityofservice import quality_of_service
from plimsoll.apimachinery.validation.fielderrors import Errors, forbidden, invalid_value, quote
from plimsoll.kube.resources import Object

_MIRROR = "kubernetes.io/config.mirror"
_RESIZABLE = ("cpu", "memory")
_ONLY_AMOUNTS = "only cpu and memory resources are mutable"


def check_ephemeral_change(new: Object, old: Object) -> Errors:
    """Ephemeral containers can be added, and neither changed nor taken away (ValidatePodEphemeralContainersUpdate)."""
    if _MIRROR in (old["metadata"].get("annotations") or {}):
        yield forbidden("", "static pods do not support ephemeral containers")
        return
    field = "spec.ephemeralContainers"
    present = {container.get("name"): container for container in new["spec"].get("ephemeralContainers") or ()}
    for container in old["spec"].get("ephemeralContainers") or ():
        name = container["name"]
        if name not in present:
            yield forbidden(field, f"existing ephemeral containers {quote(name)} may not be removed\n")
        elif present[name] != container:
            yield forbidden(field, f"existing ephemeral containers {quote(name)} may not be changed\n")


def check_resize(new: Object, old: Object) -> Errors:
    """Amounts of CPU and memory can change, within the same quality of service (ValidatePodResize)."""
    if _MIRROR in (old["metadata"].get("annotations") or {}):
        yield forbidden("", "static pods cannot be resized")
        return
    spec, before = new["spec"], old["spec"]
    service = quality_of_service(before)
    if quality_of_service(spec) != service:
        yield invalid_value("spec", service, "Pod QOS Class may not change as a result of resizing")
    moved = list(_moved_containers(spec, before))
    if moved:
        yield from moved
        return
    for kind in ("initContainers", "containers"):
        for index, (container, earlier) in enumerate(zip(spec.get(kind) or (), before.get(kind) or (), strict=True)):
            yield from _check_amounts(container, earlier, f"spec.{kind}[{index}].resources")
            if _without_amounts(container) != _without_amounts(earlier):
                yield forbidden("spec", _ONLY_AMOUNTS)


def _moved_containers(spec: Mapping[str, Any], before: Mapping[str, Any]) -> Errors:
    """Containers that are not where they were."""
    for kind in ("containers", "initContainers"):
        names, earlier = ([container.get("name") for container in side.get(kind) or ()] for side in (spec, before))
        if len(names) != len(earlier):
            yield forbidden(f"spec.{kind}", f"{kind} may not be added or removed on resize")
            continue
        for index, (name, old_name) in enumerate(zip(names, earlier, strict=True)):
            if name != old_name:
                yield forbidden(f"spec.{kind}[{index}].name", f"{kind} may not be renamed or reordered on resize")


def _check_amounts(container: Mapping[str, Any], earlier: Mapping[str, Any], field: str) -> Errors:
    """What a container asked for it goes on to ask for, if not as much."""
    resources, resources_before = container.get("resources") or {}, earlier.get("resources") or {}
    for side in ("requests", "limits"):
        missing = (resources_before.get(side) or {}).keys() - (resources.get(side) or {}).keys()
        if missing.intersection(_RESIZABLE):
            yield forbidden(f"{field}.{side}", f"resource {side} cannot be removed")


def _without_amounts(container: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = {}
    for side, amounts in (container.get("resources") or {}).items():
        rest = amounts
        if isinstance(amounts, dict):
            rest = {name: amount for name, amount in amounts.items() if name not in _RESIZABLE}
        if rest:
            kept[side] = rest
    return {**container, "resources": kept, "resizePolicy": None}
