"""Checks of autoscalers (pkg/apis/autoscaling/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_label, path_segment
from plimsoll.apimachinery.validation.amounts import check_container_resource_name
from plimsoll.apimachinery.validation.fielderrors import Errors, forbidden, invalid_value, not_supported, required
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.numbers import NOT_NEGATIVE, quantity
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

Part = Mapping[str, Any]

# In the order in which the API looks at them.
_SOURCES = {
    "Object": "object",
    "External": "external",
    "Pods": "pods",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}
_TARGETS = {"Utilization", "Value", "AverageValue"}
_POLICIES = ("Percent", "Pods")
_SELECTIONS = ("Disabled", "Max", "Min")
_LONGEST_WINDOW_SECONDS = 3600
_LONGEST_PERIOD_SECONDS = 1800


def _check_autoscaler(autoscaler: Object) -> Errors:
    spec = autoscaler.get("spec") or {}
    least, most = spec.get("minReplicas"), spec.get("maxReplicas") or 0
    if least is not None and least < 1:
        yield invalid_value("spec.minReplicas", least, "must be greater than or equal to 1")
    if not most:
        yield required("spec.maxReplicas", "must be set and greater than 0")
    elif most < 0:
        yield invalid_value("spec.maxReplicas", most, "must be greater than or equal to 1")
    if least is not None and most < least:
        yield invalid_value("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`")
    yield from _check_reference(spec.get("scaleTargetRef") or {}, "spec.scaleTargetRef")
    metrics = spec.get("metrics") or ()
    for index, metric in enumerate(metrics):
        yield from _check_metric(metric, f"spec.metrics[{index}]")
    if least == 0 and not any(metric.get("type") in {"Object", "External"} for metric in metrics):
        detail = "must specify at least one Object or External metric to support scaling to zero replicas"
        yield forbidden("spec.metrics", detail)
    for direction in ("scaleUp", "scaleDown"):
        rules = (spec.get("behavior") or {}).get(direction)
        if rules is not None:
            yield from _check_scaling(rules, f"spec.behavior.{direction}")


def _check_reference(target: Part, field: str) -> Errors:
    for key in ("kind", "name"):
        value, path = target.get(key, ""), f"{field}.{key}"
        yield from check_text(path_segment, value, path) if value else [required(path)]
    version = target.get("apiVersion", "")
    if "/" not in version:
        yield invalid_value(f"{field}.apiVersion", version, "apiVersion must specify API group")


def _check_metric(metric: Part, field: str) -> Errors:
    kind = metric.get("type", "")
    if not kind:
        yield required(f"{field}.type", "must specify a metric source type")
    known = sorted(_SOURCES)
    if kind not in _SOURCES:
        yield not_supported(f"{field}.type", kind, known)
    given = [key for key in _SOURCES.values() if metric.get(key) is not None]
    for key in given[:1]:
        yield from _check_source(key, metric[key], f"{field}.{key}")
    own = _SOURCES.get(kind)
    if own is None:
        yield not_supported(f"{field}.type", kind, known)
    elif own not in given:
        yield required(f"{field}.{own}", "must populate information for the given metric source")
    if len(given) != 1:
        for other in given:
            if other != own:
                yield forbidden(f"{field}.{other}", "must populate the given metric source only")


def _check_source(kind: str, source: Part, field: str) -> Errors:
    if kind == "object":
        yield from _check_reference(source.get("describedObject") or {}, f"{field}.describedObject")
    if kind in {"object", "external", "pods"}:
        name = (source.get("metric") or {}).get("name", "")
        path = f"{field}.metric.name"
        yield from check_text(path_segment, name, path) if name else [required(path, "must specify a metric name")]
    else:
        yield from _check_resource(kind, source, field)
    target = source.get("target") or {}
    yield from _check_target(target, f"{field}.target")
    yield from _check_target_choice(kind, target, f"{field}.target")


def _check_resource(kind: str, source: Part, field: str) -> Errors:
    name, of_container = source.get("name", ""), kind == "containerResource"
    if not name:
        yield required(f"{field}.name", "must specify a resource name")
    elif of_container:
        yield from check_container_resource_name(name, f"{field}.name")
    if of_container:
        container, path = source.get("container", ""), f"{field}.container"
        yield from (
            check_text(dns_label, container, path) if container else [required(path, "must specify a container")]
        )


def _check_target(target: Part, field: str) -> Errors:
    kind = target.get("type", "")
    if not kind:
        yield required(f"{field}.type", "must specify a metric target type")
    if kind not in _TARGETS:
        yield invalid_value(f"{field}.type", kind, "must be either Utilization, Value, or AverageValue")
    for key in ("value", "averageValue"):
        if target.get(key) is not None and quantity(target[key]) <= 0:
            yield invalid_value(f"{field}.{key}", str(target[key]), "must be positive")
    share = target.get("averageUtilization")
    if share is not None and share < 1:
        yield invalid_value(f"{field}.averageUtilization", share, "must be greater than 0")


def _check_target_choice(kind: str, target: Part, field: str) -> Errors:
    average = target.get("averageValue") is not None
    if kind == "pods":
        if not average:
            yield required(f"{field}.averageValue", "must specify a positive target averageValue")
    elif kind in {"object", "external"}:
        value = target.get("value") is not None
        per_pod = kind == "external"
        if not value and not average:
            detail = "for metric or a per-pod target" if per_pod else "or averageValue"
            yield required(f"{field}.averageValue", f"must set either a target value {detail}")
        if per_pod and value and average:
            yield forbidden(f"{field}.value", "may not set both a target value for metric and a per-pod target")
    else:
        share = target.get("averageUtilization") is not None
        words = "a target raw value {} a target utilization"
        if not share and not average:
            yield required(f"{field}.averageUtilization", f"must set either {words.format('or')}")
        if share and average:
            yield forbidden(f"{field}.averageValue", f"may not set both {words.format('and')}")


def _check_scaling(rules: Part, field: str) -> Errors:
    window = rules.get("stabilizationWindowSeconds")
    if window is not None and window < 0:
        yield invalid_value(f"{field}.stabilizationWindowSeconds", window, "must be greater than or equal to zero")
    if window is not None and window > _LONGEST_WINDOW_SECONDS:
        detail = f"must be less than or equal to {_LONGEST_WINDOW_SECONDS}"
        yield invalid_value(f"{field}.stabilizationWindowSeconds", window, detail)
    selection = rules.get("selectPolicy")
    if selection is not None and selection not in _SELECTIONS:
        yield not_supported(f"{field}.selectPolicy", selection, _SELECTIONS)
    policies = rules.get("policies") or ()
    if not policies:
        yield required(f"{field}.policies", "must specify at least one Policy")
    for index, policy in enumerate(policies):
        yield from _check_policy(policy, f"{field}.policies[{index}]")
    tolerance = rules.get("tolerance")
    if tolerance is not None and quantity(tolerance) < 0:
        yield invalid_value(f"{field}.tolerance", str(tolerance), NOT_NEGATIVE)


def _check_policy(policy: Part, field: str) -> Errors:
    kind, value, period = policy.get("type", ""), policy.get("value", 0), policy.get("periodSeconds", 0)
    if kind not in _POLICIES:
        yield not_supported(f"{field}.type", kind, _POLICIES)
    for key, number in (("value", value), ("periodSeconds", period)):
        if number <= 0:
            yield invalid_value(f"{field}.{key}", number, "must be greater than zero")
    if period > _LONGEST_PERIOD_SECONDS:
        detail = f"must be less than or equal to {_LONGEST_PERIOD_SECONDS}"
        yield invalid_value(f"{field}.periodSeconds", period, detail)


RULES: Iterable[tuple[str, str, Rules]] = (("autoscaling", "horizontalpodautoscalers", Rules(_check_autoscaler)),)
