"""Preparation of pods (pkg/registry/core/pod/strategy.go), and what admission does to them without looking elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.preparation.plans import Plan, keep_metadata, keep_original, spec_of
from plimsoll.apimachinery.preparation.qualityofservice import quality_of_service
from plimsoll.kube.resources import Object

_TOLERATION_SECONDS = 300  # DefaultTolerationSeconds: before a pod leaves a node that cannot be reached
_WAITED_OUT = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def default_tolerations(spec: Object) -> None:
    """Let a pod stay for a while on a node that is not ready (admission plug-in DefaultTolerationSeconds)."""
    tolerations: list[Object] = list(spec.get("tolerations") or ())
    for key in _WAITED_OUT:
        if not any(_covers(toleration, key) for toleration in tolerations):
            added = {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _TOLERATION_SECONDS}
            tolerations.append(added)
    spec["tolerations"] = tolerations


def set_priority(spec: Object, value: int = 0, preemption: str = "PreemptLowerPriority", class_name: str = "") -> None:
    """Set what a priority class says of its pods (admission plug-in Priority); no class says 0."""
    spec["priority"] = value
    spec["preemptionPolicy"] = spec.get("preemptionPolicy") or preemption
    if class_name:
        spec["priorityClassName"] = class_name


def _covers(toleration: Mapping[str, Any], key: str) -> bool:
    return toleration.get("key", "") in {key, ""} and toleration.get("effect", "") in {"NoExecute", ""}


def _create(pod: Object, now: str) -> None:
    spec = pod.setdefault("spec", {})
    status: Object = {"phase": "Pending"}
    if spec.get("schedulingGates"):
        status["conditions"] = [
            {
                "type": "PodScheduled",
                "status": "False",
                "lastProbeTime": None,
                "lastTransitionTime": now,
                "reason": "SchedulingGated",
                "message": "Scheduling is blocked due to non-empty scheduling gates",
            }
        ]
    status["qosClass"] = quality_of_service(spec)
    pod["status"] = status
    _apply_label_keys(pod)
    _drop_gated(spec)


def _drop_gated(spec: Object) -> None:
    """Signals to stop by are behind a feature gate that is closed by default (ContainerStopSignals)."""
    for kind in ("containers", "initContainers"):
        for container in spec.get(kind) or ():
            lifecycle = container.get("lifecycle")
            if lifecycle and lifecycle.pop("stopSignal", None) is not None and not lifecycle:
                del container["lifecycle"]


def _apply_label_keys(pod: Object) -> None:
    """Turn ``matchLabelKeys`` into conditions on the labels that this pod has (``applyLabelKeysToLabelSelector``)."""
    spec, labels = pod["spec"], (pod.get("metadata") or {}).get("labels") or {}
    terms: list[Object] = list(spec.get("topologySpreadConstraints") or ())
    affinity = spec.get("affinity") or {}
    for kind in ("podAffinity", "podAntiAffinity"):
        part = affinity.get(kind) or {}
        terms += part.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
        weighted = part.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
        terms += [term["podAffinityTerm"] for term in weighted if term.get("podAffinityTerm")]
    for term in terms:
        selector = term.get("labelSelector")
        if selector is None:
            continue
        added = _conditions(term.get("matchLabelKeys") or (), "In", labels)
        added += _conditions(term.get("mismatchLabelKeys") or (), "NotIn", labels)
        if added:
            selector["matchExpressions"] = [*(selector.get("matchExpressions") or ()), *added]


def _conditions(keys: Sequence[str], operator: str, labels: Mapping[str, str]) -> list[Object]:
    return [{"key": key, "operator": operator, "values": [labels[key]]} for key in keys if key in labels]


def _change_status(new: Object, old: Object) -> None:
    metadata = dict(new.get("metadata") or {})
    metadata.pop("deletionTimestamp", None)
    keep_original(metadata, old.get("metadata") or {}, "ownerReferences")
    new["metadata"] = metadata
    status, before = dict(new.get("status") or {}), old.get("status") or {}
    for key in ("qosClass", "observedGeneration"):
        if not status.get(key) and before.get(key):
            status[key] = before[key]
    earlier: dict[str, list[int]] = {}
    for condition in before.get("conditions") or ():
        earlier.setdefault(condition.get("type", ""), []).append(condition.get("observedGeneration") or 0)
    if any(any(generations) for generations in earlier.values()):
        status["conditions"] = [_observed(condition, earlier) for condition in status.get("conditions") or ()]
    new["status"] = status


def _observed(condition: Object, earlier: dict[str, list[int]]) -> Object:
    """Keep the generation that a condition was observed at, where the writer does not know of it."""
    generations = earlier.get(condition.get("type", ""))
    generation = generations.pop(0) if generations else 0
    if not generation or condition.get("observedGeneration"):
        return condition
    return {**condition, "observedGeneration": generation}


def _change_ephemeral(new: Object, old: Object) -> None:
    added = (new.get("spec") or {}).get("ephemeralContainers")
    spec = {key: value for key, value in (old.get("spec") or {}).items() if key != "ephemeralContainers"}
    new["spec"] = {**spec, "ephemeralContainers": added} if added else spec
    keep_original(new, old, "status")
    keep_metadata(new, old)


def _change_resources(new: Object, old: Object) -> None:
    """Let only what containers ask for change; other faults are left for validation to find."""
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    changed = {
        kind: _resized(spec.get(kind) or (), before.get(kind) or ()) for kind in ("containers", "initContainers")
    }
    if any(containers is None for containers in changed.values()):
        return
    new["spec"] = {**before, **{kind: containers for kind, containers in changed.items() if containers}}
    if spec.get("resources") is not None:
        new["spec"]["resources"] = spec["resources"]
    keep_original(new, old, "status")
    keep_metadata(new, old)


def _resized(new: Sequence[Object], old: Sequence[Object]) -> list[Object] | None:
    if [container.get("name") for container in new] != [container.get("name") for container in old]:
        return None
    return [
        {**before, **{key: container[key] for key in ("resources", "resizePolicy") if key in container}}
        for container, before in zip(new, old, strict=True)
    ]


PLANS: Iterable[tuple[str, str, Plan]] = (
    (
        "",
        "pods",
        Plan(
            generation_of=spec_of,
            create=_create,
            status=_change_status,
            subresources={"ephemeralcontainers": _change_ephemeral, "resize": _change_resources},
        ),
    ),
)
