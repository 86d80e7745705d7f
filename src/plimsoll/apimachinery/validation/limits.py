"""Checks of limit ranges and resource quotas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from plimsoll.apimachinery.naming import qualified_name
from plimsoll.apimachinery.validation.amounts import (
    check_amount,
    check_container_resource_name,
    check_resource_name,
    is_overcommitted,
)
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    duplicate,
    forbidden,
    invalid_value,
    required,
)
from plimsoll.apimachinery.validation.metadata import IMMUTABLE
from plimsoll.apimachinery.validation.numbers import quantity
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

_TYPES = {"Pod", "Container", "PersistentVolumeClaim"}
_QUOTA_RESOURCES = {
    *("cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage"),
    *("requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods"),
    *("resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps"),
    *("services.nodeports", "services.loadbalancers"),
}
_SCOPES = {
    *("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass"),
    *("CrossNamespacePodAffinity", "VolumeAttributesClass"),
}
_OF_PODS = frozenset({*("pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory")})
_COUNTED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("Terminating", "NotTerminating", "NotBestEffort"), _OF_PODS),
    **dict.fromkeys(("PriorityClass", "CrossNamespacePodAffinity"), _OF_PODS),
    "BestEffort": frozenset({"pods"}),
    "VolumeAttributesClass": frozenset({"persistentvolumeclaims", "requests.storage"}),
}
_BARE_SCOPES = {"BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"}
_BARE_WORDS = (
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, "
    "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
)
_CONFLICTS = ({"BestEffort", "NotBestEffort"}, {"Terminating", "NotTerminating"})
_PARTS = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")


def _check_limit_range(limit_range: Object) -> Errors:
    seen: set[str] = set()
    for index, limit in enumerate((limit_range.get("spec") or {}).get("limits") or ()):
        field, kind = f"spec.limits[{index}]", limit.get("type", "")
        messages = qualified_name(kind)
        for message in messages:
            yield invalid_value(f"{field}.type", kind, message)
        if not messages and "/" not in kind and kind not in _TYPES:
            yield invalid_value(f"{field}.type", kind, "must be a standard limit type or fully qualified")
        if kind in seen:
            yield duplicate(f"{field}.type", kind)
        seen.add(kind)
        yield from _check_limit(limit, kind, field)


def _check_limit(limit: Mapping[str, Any], kind: str, field: str) -> Errors:
    check = check_container_resource_name if kind in {"Pod", "Container"} else check_resource_name
    for part in _PARTS:
        if kind == "Pod" and part in {"default", "defaultRequest"}:
            if limit.get(part):
                yield forbidden(f"{field}.{part}", "may not be specified when `type` is 'Pod'")
            continue
        for name in limit.get(part) or ():
            yield from check(name, f"{field}.{part}[{name}]")
    bounds = [*(limit.get("min") or ()), *(limit.get("max") or ())]
    if kind == "PersistentVolumeClaim" and "storage" not in bounds:
        detail = "either minimum or maximum storage value is required, but neither was provided"
        yield required(f"{field}.limits", detail)
    for name in dict.fromkeys(name for part in _PARTS for name in limit.get(part) or ()):
        given = {part: str(limit[part][name]) for part in _PARTS if name in (limit.get(part) or {})}
        yield from _check_order(name, given, field)


def _check_order(name: str, given: Mapping[str, str], field: str) -> Errors:
    values = {part: quantity(amount) for part, amount in given.items()}
    for lower, upper, shown, words in _ORDER:
        if lower in values and upper in values and values[lower] > values[upper]:
            lower_words, upper_words = words
            detail = f"{lower_words} {given[lower]} is greater than {upper_words} {given[upper]}"
            at, bad = shown
            yield invalid_value(f"{field}.{at}[{name}]", given[bad], detail)
    if "maxLimitRequestRatio" in values:
        yield from _check_ratio(given["maxLimitRequestRatio"], values, f"{field}.maxLimitRequestRatio[{name}]")
    both = "default" in values and "defaultRequest" in values
    if both and not is_overcommitted(name) and values["default"] != values["defaultRequest"]:
        detail = (
            f"default value {given['default']} must equal to defaultRequest value {given['defaultRequest']} in {name}"
        )
        yield invalid_value(f"{field}.defaultRequest[{name}]", given["defaultRequest"], detail)


def _check_ratio(ratio: str, values: Mapping[str, Fraction], field: str) -> Errors:
    value = values["maxLimitRequestRatio"]
    if value < 1:
        yield invalid_value(field, ratio, f"ratio {ratio} is less than 1")
    if values.get("min") and "max" in values and value > values["max"] / values["min"]:
        detail = f"ratio {ratio} is greater than max/min = {float(values['max'] / values['min']):f}"
        yield invalid_value(field, ratio, detail)


# What may not be greater than what, the field and the value that the message is about, and the words for both.
_ORDER: tuple[tuple[str, str, tuple[str, str], tuple[str, str]], ...] = (
    ("min", "max", ("min", "min"), ("min value", "max value")),
    ("min", "defaultRequest", ("defaultRequest", "defaultRequest"), ("min value", "default request value")),
    ("defaultRequest", "max", ("defaultRequest", "defaultRequest"), ("default request value", "max value")),
    (
        "defaultRequest",
        "default",
        ("defaultRequest", "defaultRequest"),
        ("default request value", "default limit value"),
    ),
    ("min", "default", ("default", "min"), ("min value", "default value")),
    ("default", "max", ("default", "max"), ("default value", "max value")),
)


def _check_quota(quota: Object) -> Errors:
    spec = quota.get("spec") or {}
    yield from _check_hard(spec.get("hard") or {}, "spec.hard")
    scopes, hard = spec.get("scopes") or [], sorted(spec.get("hard") or ())
    for scope in scopes:
        if scope not in _SCOPES:
            yield invalid_value("spec.scopes", scopes, "unsupported scope")
        for _ in _not_counted(scope, hard):
            yield invalid_value("spec.scopes", scopes, "unsupported scope applied to resource")
    if any(pair <= set(scopes) for pair in _CONFLICTS):
        yield invalid_value("spec.scopes", scopes, "conflicting scopes")
    yield from _check_scope_selector((spec.get("scopeSelector") or {}).get("matchExpressions") or (), hard)


def _check_scope_selector(expressions: Sequence[Mapping[str, Any]], hard: Sequence[str]) -> Errors:
    field = "spec.scopeSelector.matchExpressions"
    for expression in expressions:
        scope, operator, values = (expression.get(key) for key in ("scopeName", "operator", "values"))
        if scope not in _SCOPES:
            yield invalid_value(f"{field}.scopeName", scope or "", "unsupported scope")
        for _ in _not_counted(scope, hard):
            shown = {"MatchExpressions": [_spelled(one) for one in expressions]}
            yield invalid_value(field, shown, "unsupported scope applied to resource")
        if scope in _BARE_SCOPES and operator != "Exists":
            yield invalid_value(f"{field}.operator", operator or "", _BARE_WORDS)
        if operator in {"In", "NotIn"}:
            if not values:
                detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
                yield required(f"{field}.values", detail)
        elif operator in {"Exists", "DoesNotExist"}:
            if values:
                detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
                yield invalid_value(f"{field}.values", values, detail)
        else:
            yield invalid_value(f"{field}.operator", operator or "", "not a valid selector operator")


def _not_counted(scope: Any, resources: Sequence[str]) -> Iterator[str]:
    """Which resources a quota of this scope cannot count (``IsResourceQuotaScopeValidForResource``)."""
    counted = _COUNTED.get(scope)
    for name in resources:
        if counted is not None and name not in counted and name in _QUOTA_RESOURCES:
            yield name


def _spelled(expression: Mapping[str, Any]) -> Mapping[str, Any]:
    keys = ("scopeName", "operator", "values")
    return {key[0].upper() + key[1:]: expression.get(key) for key in keys}


def _check_hard(amounts: Mapping[str, Any], field: str) -> Errors:
    for name, amount in amounts.items():
        path = f"{field}[{name}]"
        yield from check_resource_name(name, path)
        huge = name.startswith(("hugepages-", "requests.hugepages-"))
        if "/" not in name and name not in _QUOTA_RESOURCES and not huge:
            yield invalid_value(path, name, "must be a standard resource for quota")
        yield from check_amount(name, amount, path)


def _check_quota_change(new: Object, old: Object) -> Errors:
    scopes, before = ((one.get("spec") or {}).get("scopes") or [] for one in (new, old))
    if set(scopes) != set(before):
        yield invalid_value("spec.scopes", scopes, IMMUTABLE)


def _check_quota_status(new: Object, _old: Object) -> Errors:
    status = new.get("status") or {}
    yield from _check_hard(status.get("hard") or {}, "status.hard")
    yield from _check_hard(status.get("used") or {}, "status.used")


RULES: Iterable[tuple[str, str, Rules]] = (
    ("", "limitranges", Rules(_check_limit_range, metadata_on_update=("new",))),
    ("", "resourcequotas", Rules(_check_quota, _check_quota_change, _check_quota_status)),
)
