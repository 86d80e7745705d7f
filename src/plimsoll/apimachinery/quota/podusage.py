"""What a pod asks for in all, and what of that a quota counts (pkg/quota/v1/evaluator/core/pods.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.quota.amounts import Amounts, add, larger
from plimsoll.kube.resources import Object

MUST_BE_REQUESTED = frozenset({"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"})
"""What every container must name where a quota counts it."""

_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_POD_LEVEL = ("cpu", "memory")
_FINISHED = frozenset({"Succeeded", "Failed"})
POD_NAMES = frozenset(
    {"pods", "count/pods", *_COMPUTE, *(f"{side}.{name}" for side in ("requests", "limits") for name in _COMPUTE)}
)


def pod_amounts(spec: Object, side: str) -> dict[str, str]:
    """The sum of the containers' ``requests`` or ``limits``: init containers count as far as they ask for more."""
    total: dict[str, str] = {}
    for container in spec.get("containers") or ():
        total = add(total, _amounts(container, side))
    beside: dict[str, str] = {}
    peak: dict[str, str] = {}
    for container in spec.get("initContainers") or ():
        own = _amounts(container, side)
        if container.get("restartPolicy") == "Always":
            total, beside = add(total, own), add(beside, own)
            own = beside
        else:
            own = add(own, beside)
        peak = larger(peak, own)
    total = larger(total, peak)
    pod_level = (spec.get("resources") or {}).get(side) or {}
    total.update({name: amount for name, amount in pod_level.items() if name in _POD_LEVEL})
    return total


def pod_usage(pod: Object) -> dict[str, str]:
    """What a pod counts for; one that has finished only as an object."""
    if (pod.get("status") or {}).get("phase") in _FINISHED:
        return {"count/pods": "1"}
    spec = pod["spec"]
    requests, limits = pod_amounts(spec, "requests"), pod_amounts(spec, "limits")
    overhead = spec.get("overhead") or {}
    requests = add(requests, overhead)
    limits = add(limits, {name: amount for name, amount in overhead.items() if name in limits})
    return {"count/pods": "1", **compute_usage(requests, limits)}


def compute_usage(requests: Amounts, limits: Amounts) -> dict[str, str]:
    """Requests and limits under the names of quotas."""
    usage = {"pods": "1"}
    for name in _COMPUTE:
        if name in requests:
            usage[name] = usage[f"requests.{name}"] = requests[name]
        if name in limits:
            usage[f"limits.{name}"] = limits[name]
    for name, amount in requests.items():
        if name.startswith("hugepages-"):
            usage[name] = amount
        if name not in _COMPUTE:
            usage[f"requests.{name}"] = amount
    return usage


def unrequested(pod: Object, counted: Iterable[str]) -> str:
    """What containers leave out although a quota counts it, as the message says it; empty where nothing is."""
    spec = pod["spec"]
    if (spec.get("resources") or {}).keys() & {"requests", "limits"}:
        return ""
    required = MUST_BE_REQUESTED.intersection(counted)
    missing: dict[str, list[str]] = {}
    for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        named = compute_usage(_amounts(container, "requests"), _amounts(container, "limits"))
        for name in required.difference(named):
            missing.setdefault(name, []).append(container["name"])
    listed = "; ".join(f"{name} for: {','.join(sorted(set(missing[name])))}" for name in sorted(missing))
    return f"must specify {listed}" if listed else ""


def in_scope(pod: Object, requirement: Mapping[str, Any]) -> bool:
    """Whether a pod is in one scope of a quota."""
    scope = requirement["scopeName"]
    if scope == "PriorityClass":
        return _has_priority(pod, requirement)
    tests = {
        "Terminating": is_terminating,
        "BestEffort": is_best_effort,
        "CrossNamespacePodAffinity": _looks_across_namespaces,
    }
    if scope in tests:
        return tests[scope](pod)
    opposite = tests.get(scope.removeprefix("Not"))
    return opposite is not None and not opposite(pod)


def is_terminating(pod: Object) -> bool:
    """Whether a pod ends by itself: it has a deadline."""
    deadline = pod["spec"].get("activeDeadlineSeconds")
    return deadline is not None and deadline >= 0


def is_best_effort(pod: Object) -> bool:
    """Whether no container asks for CPU or memory."""
    containers = (*(pod["spec"].get("containers") or ()), *(pod["spec"].get("initContainers") or ()))
    return not any(
        name in _POD_LEVEL
        for container in containers
        for side in ("requests", "limits")
        for name in _amounts(container, side)
    )


def _has_priority(pod: Object, requirement: Mapping[str, Any]) -> bool:
    name = pod["spec"].get("priorityClassName") or ""
    values = requirement.get("values") or ()
    match requirement.get("operator", "Exists"):
        case "Exists":
            return bool(name)
        case "DoesNotExist":
            return not name
        case "In":
            return name in values
        case _:
            return name not in values


def _looks_across_namespaces(pod: Object) -> bool:
    affinity = pod["spec"].get("affinity") or {}
    for kind in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(kind) or {}
        required = terms.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
        preferred = terms.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
        for term in (*required, *(weighted.get("podAffinityTerm") or {} for weighted in preferred)):
            if term.get("namespaces") or term.get("namespaceSelector") is not None:
                return True
    return False


def _amounts(container: Object, side: str) -> dict[str, str]:
    return (container.get("resources") or {}).get(side) or {}
