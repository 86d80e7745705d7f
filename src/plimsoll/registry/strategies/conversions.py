"""Kinds that are served under two names: events of either group, autoscalers of either version.

Objects are stored in one form (pkg/apis/events/v1/conversion.go, pkg/apis/autoscaling/v1/conversion.go) and shown in the
one that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.kube.resources import Object

Convert = Callable[[Object], Object]

_EVENT_FIELDS = {
    "involvedObject": "regarding",
    "source": "deprecatedSource",
    "message": "note",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
    "reportingComponent": "reportingController",
}
"""Fields of core events, and what they are called in ``events.k8s.io``."""

_CORE_FIELDS = {new: old for old, new in _EVENT_FIELDS.items()}


_OMITTED = frozenset({"reportingController", "reportingInstance"})
"""Fields that core events show empty and the others leave out."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """From a served form to the stored one, and back. Arguments are never changed."""

    to_stored: Convert
    from_stored: Convert


def _core_event(value: Object) -> Object:
    """An event of ``events.k8s.io`` as a core event, which shows some fields even where they are empty."""
    shown: Object = {
        "involvedObject": {},
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": None,
    }
    named = {_CORE_FIELDS.get(key, key): part for key, part in value.items()}
    return {**shown, "reportingComponent": "", "reportingInstance": "", **named, "apiVersion": "v1"}


def _new_event(value: Object) -> Object:
    """A core event as one of ``events.k8s.io``."""
    named = {_EVENT_FIELDS.get(key, key): part for key, part in value.items()}
    named = {key: part for key, part in named.items() if part or key not in _OMITTED}
    return {**named, "apiVersion": "events.k8s.io/v1"}


def _scaler_to_stored(value: Object) -> Object:
    """A v1 autoscaler as v2 has it: its one target is a metric like others."""
    spec = dict(value.get("spec") or {})
    target = spec.pop("targetCPUUtilizationPercentage", None)
    if target is not None:
        spec["metrics"] = [_cpu_metric({"target": {"type": "Utilization", "averageUtilization": target}})]
    status = dict(value.get("status") or {})
    current = status.pop("currentCPUUtilizationPercentage", None)
    status["currentMetrics"] = (
        None if current is None else [_cpu_metric({"current": {"averageUtilization": current, "averageValue": "0"}})]
    )
    status.setdefault("desiredReplicas", 0)
    return {**value, "apiVersion": "autoscaling/v2", "spec": spec, "status": status}


def _scaler_from_stored(value: Object) -> Object:
    spec = {key: part for key, part in (value.get("spec") or {}).items() if key not in {"metrics", "behavior"}}
    target = _cpu(value.get("spec", {}).get("metrics"), "target")
    if target is not None:
        spec["targetCPUUtilizationPercentage"] = target
    old = value.get("status") or {}
    status = {key: part for key, part in old.items() if key not in {"currentMetrics", "conditions"}}
    status.setdefault("currentReplicas", 0)
    status.setdefault("desiredReplicas", 0)
    current = _cpu(old.get("currentMetrics"), "current")
    if current is not None:
        status["currentCPUUtilizationPercentage"] = current
    return {**value, "apiVersion": "autoscaling/v1", "spec": spec, "status": status}


def _cpu_metric(amounts: Object) -> Object:
    return {"type": "Resource", "resource": {"name": "cpu", **amounts}}


def _cpu(metrics: Any, side: str) -> int | None:
    """The utilisation of CPU among metrics; None where there is none."""
    for metric in metrics or ():
        resource = metric.get("resource") or {}
        if metric.get("type") == "Resource" and resource.get("name") == "cpu":
            utilization: int | None = (resource.get(side) or {}).get("averageUtilization")
            return utilization
    return None


CONVERSIONS: Mapping[tuple[str, str, str], Conversion] = {
    ("events.k8s.io", "v1", "events"): Conversion(_core_event, _new_event),
    ("autoscaling", "v1", "horizontalpodautoscalers"): Conversion(_scaler_to_stored, _scaler_from_stored),
}
"""By group, version and plural of the served form."""
