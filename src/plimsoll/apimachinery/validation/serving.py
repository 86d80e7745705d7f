"""Checks of the levels and schemas of flow control (pkg/apis/flowcontrol/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_label, dns_subdomain
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

_FLOW = "flowcontrol.apiserver.k8s.io"
_HIGHEST_PRECEDENCE = 10_000
_VERBS = (*("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"),)


def _check_flow_schema(schema: Object) -> Errors:
    spec = schema.get("spec") or {}
    precedence = spec.get("matchingPrecedence", 0)
    field = "spec.matchingPrecedence"
    if precedence <= 0:
        yield invalid_value(field, precedence, "must be a positive value")
    if precedence > _HIGHEST_PRECEDENCE:
        yield invalid_value(field, precedence, f"must not be greater than {_HIGHEST_PRECEDENCE}")
    if precedence == 1 and (schema.get("metadata") or {}).get("name") != "exempt":
        yield invalid_value(field, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
    method = spec.get("distinguisherMethod")
    if method is not None and method.get("type") not in {"ByNamespace", "ByUser"}:
        shown = {"Type": method.get("type", "")}
        yield not_supported("spec.distinguisherMethod.type", shown, ("ByNamespace", "ByUser"))
    level = (spec.get("priorityLevelConfiguration") or {}).get("name", "")
    name_field = "spec.priorityLevelConfiguration.name"
    if not level:
        yield required(name_field, "must reference a priority level")
    else:
        yield from check_text(dns_subdomain, level, name_field)
    for index, rule in enumerate(spec.get("rules") or ()):
        yield from _check_flow_rule(rule, f"spec.rules[{index}]")


def _check_flow_rule(rule: Mapping[str, Any], field: str) -> Errors:
    subjects = rule.get("subjects") or ()
    if not subjects:
        yield required(f"{field}.subjects", "subjects must contain at least one value")
    for index, subject in enumerate(subjects):
        yield from _check_subject(subject, f"{field}.subjects[{index}]")
    if not rule.get("resourceRules") and not rule.get("nonResourceRules"):
        yield required(field, "at least one of resourceRules and nonResourceRules has to be non-empty")
    for index, part in enumerate(rule.get("resourceRules") or ()):
        path = f"{field}.resourceRules[{index}]"
        yield from _check_listed(part, "verbs", "verbs must contain at least one value", "verbs", path)
        few = "resource rules must supply at least one "
        yield from _check_listed(part, "apiGroups", f"{few}api group", "api groups", path)
        yield from _check_listed(part, "resources", f"{few}resource", "resources", path)
        if not part.get("clusterScope") or part.get("namespaces"):
            few = "resource rules that are not cluster scoped must supply at least one namespace"
            yield from _check_listed(part, "namespaces", few, "namespaces", path)
        for number, namespace in enumerate(part.get("namespaces") or ()):
            for message in dns_label(namespace) if namespace != "*" else ():
                detail = f"each member of this list must be '*' or a DNS-1123 label; {message}"
                yield invalid_value(f"{path}.namespaces[{number}]", namespace, detail)
    for index, part in enumerate(rule.get("nonResourceRules") or ()):
        path = f"{field}.nonResourceRules[{index}]"
        for key, words in (("verbs", "verbs"), ("nonResourceURLs", "non-resource URLs")):
            yield from _check_listed(part, key, f"{key} must contain at least one value", words, path)


def _check_subject(subject: Mapping[str, Any], field: str) -> Errors:
    kinds = {"Group": "group", "ServiceAccount": "serviceAccount", "User": "user"}
    kind = subject.get("kind", "")
    if kind not in kinds:
        yield not_supported(f"{field}.kind", kind, sorted(kinds))
        return
    own = subject.get(kinds[kind])
    if own is None:
        yield required(f"{field}.{kinds[kind]}", f"{kinds[kind]} is required when subject kind is '{kind}'")
    elif not own.get("name"):
        yield required(f"{field}.{kinds[kind]}.name")
    for other, key in sorted(kinds.items(), key=lambda pair: pair[0] != "ServiceAccount"):
        if other != kind and subject.get(key) is not None:
            yield forbidden(f"{field}.{key}", f"{key} is forbidden when subject kind is not '{other}'")


def _check_listed(part: Mapping[str, Any], key: str, when_none: str, words: str, field: str) -> Errors:
    values = part.get(key) or []
    if not values:
        yield required(f"{field}.{key}", when_none)
    elif "*" in values and len(values) > 1:
        yield invalid_value(f"{field}.{key}", values, f"if '*' is present, must not specify other {words}")
    elif key == "verbs" and "*" not in values and not set(values) <= set(_VERBS):
        yield not_supported(f"{field}.{key}", values, _VERBS)


def _check_priority_level(level: Object) -> Errors:
    spec = level.get("spec") or {}
    kind, limited = spec.get("type", ""), spec.get("limited")
    if kind not in {"Exempt", "Limited"}:
        yield not_supported("spec.type", kind, ("Exempt", "Limited"))
    elif kind == "Limited" and limited is None:
        yield required("spec.limited", "must not be empty when type is Limited")
    elif kind == "Limited" and limited is not None:
        shares = limited.get("nominalConcurrencyShares", 0)
        if shares < 0:
            yield invalid_value("spec.limited.nominalConcurrencyShares", shares, "must be a non-negative integer")
        answer = (limited.get("limitResponse") or {}).get("type", "")
        if answer not in {"Queue", "Reject"}:
            yield not_supported("spec.limited.limitResponse.type", answer, ("Queue", "Reject"))


RULES: Iterable[tuple[str, str, Rules]] = (
    (_FLOW, "flowschemas", Rules(_check_flow_schema)),
    (_FLOW, "prioritylevelconfigurations", Rules(_check_priority_level)),
)
