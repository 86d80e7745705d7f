"""Checks of where a pod may run: taints, tolerations, affinity, spreading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.naming import dns_label, label_value, qualified_name
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from plimsoll.apimachinery.validation.labels import check_selector, check_text

Part = Mapping[str, Any]

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")

_OPERATORS = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"}
_UNSATISFIABLE = ("DoNotSchedule", "ScheduleAnyway")
_HIGHEST_WEIGHT = 100


def check_tolerations(tolerations: Sequence[Part], field: str) -> Errors:
    """Check what a pod puts up with."""
    for index, toleration in enumerate(tolerations):
        path = f"{field}[{index}]"
        key, operator, value = toleration.get("key", ""), toleration.get("operator", ""), toleration.get("value", "")
        effect = toleration.get("effect", "")
        if key:
            yield from check_text(qualified_name, key, f"{path}.key")
        elif operator != "Exists":
            detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
            yield invalid_value(f"{path}.operator", operator, detail)
        if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
            detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            yield invalid_value(f"{path}.effect", effect, detail)
        yield from _check_toleration_operator(operator, value, path)
        if effect:
            yield from check_effect(effect, f"{path}.effect")


def _check_toleration_operator(operator: str, value: str, field: str) -> Errors:
    if operator in {"Equal", ""}:
        messages = label_value(value)
        if messages:
            yield invalid_value(f"{field}.operator", value, ";".join(messages))
    elif operator == "Exists":
        if value:
            yield invalid_value(f"{field}.operator", value, "value must be empty when `operator` is 'Exists'")
    elif operator in {"Lt", "Gt"}:
        yield not_supported(f"{field}.operator", operator, ("Equal", "Exists", "Lt", "Gt"))
    else:
        yield not_supported(f"{field}.operator", operator, ("Equal", "Exists"))


def check_effect(effect: str, field: str) -> Errors:
    """Check what a taint does."""
    if not effect:
        yield required(field)
    elif effect not in EFFECTS:
        yield not_supported(field, effect, EFFECTS)


def check_affinity(affinity: Part, field: str) -> Errors:
    """Check which nodes and which neighbours a pod wants, and does not want."""
    nodes = affinity.get("nodeAffinity")
    if nodes is not None:
        wanted = nodes.get("requiredDuringSchedulingIgnoredDuringExecution")
        path = f"{field}.nodeAffinity"
        if wanted is not None:
            yield from check_node_selector(wanted, f"{path}.requiredDuringSchedulingIgnoredDuringExecution")
        liked = f"{path}.preferredDuringSchedulingIgnoredDuringExecution"
        for index, term in enumerate(nodes.get("preferredDuringSchedulingIgnoredDuringExecution") or ()):
            yield from _check_weight(term, f"{liked}[{index}]")
            yield from _check_node_term(term.get("preference") or {}, f"{liked}[{index}].preference")
    for name in ("podAffinity", "podAntiAffinity"):
        if affinity.get(name) is not None:
            yield from _check_pod_affinity(affinity[name], f"{field}.{name}")


def check_node_selector(selector: Part, field: str) -> Errors:
    """Check a choice of nodes: at least one term."""
    terms = selector.get("nodeSelectorTerms") or ()
    if not terms:
        yield required(f"{field}.nodeSelectorTerms", "must have at least one node selector term")
    for index, term in enumerate(terms):
        yield from _check_node_term(term, f"{field}.nodeSelectorTerms[{index}]")


def _check_node_term(term: Part, field: str) -> Errors:
    for kind in ("matchExpressions", "matchFields"):
        for index, expression in enumerate(term.get(kind) or ()):
            path = f"{field}.{kind}[{index}]"
            yield from _check_node_requirement(expression, path, of_field=kind == "matchFields")


def _check_node_requirement(expression: Part, field: str, *, of_field: bool) -> Errors:
    operator, values = expression.get("operator", ""), expression.get("values") or ()
    if of_field:
        if operator not in {"In", "NotIn"}:
            yield invalid_value(f"{field}.operator", operator, "not a valid selector operator")
        elif len(values) != 1:
            yield required(
                f"{field}.values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
            )
        if expression.get("key") != "metadata.name":
            yield invalid_value(f"{field}.key", expression.get("key", ""), "not a valid field selector key")
        return
    if operator in {"In", "NotIn"} and not values:
        yield required(f"{field}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in {"Exists", "DoesNotExist"} and values:
        yield forbidden(f"{field}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    elif operator in {"Gt", "Lt"} and len(values) != 1:
        yield required(f"{field}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")
    elif operator not in _OPERATORS:
        yield invalid_value(f"{field}.operator", operator, "not a valid selector operator")
    yield from check_text(qualified_name, expression.get("key", ""), f"{field}.key")
    for index, value in enumerate(values):
        yield from check_text(label_value, value, f"{field}.values[{index}]")


def _check_weight(term: Part, field: str) -> Errors:
    weight = term.get("weight", 0)
    if not 1 <= weight <= _HIGHEST_WEIGHT:
        yield invalid_value(f"{field}.weight", weight, f"must be in the range 1-{_HIGHEST_WEIGHT}")


def _check_pod_affinity(affinity: Part, field: str) -> Errors:
    kind = "requiredDuringSchedulingIgnoredDuringExecution"
    for index, term in enumerate(affinity.get(kind) or ()):
        yield from _check_pod_term(term, f"{field}.{kind}[{index}]")
    kind = "preferredDuringSchedulingIgnoredDuringExecution"
    for index, weighted in enumerate(affinity.get(kind) or ()):
        yield from _check_weight(weighted, f"{field}.{kind}[{index}]")
        yield from _check_pod_term(weighted.get("podAffinityTerm") or {}, f"{field}.{kind}[{index}].podAffinityTerm")


def _check_pod_term(term: Part, field: str) -> Errors:
    yield from check_selector(term.get("labelSelector"), f"{field}.labelSelector")
    yield from check_selector(term.get("namespaceSelector"), f"{field}.namespaceSelector")
    for namespace in term.get("namespaces") or ():
        for message in dns_label(namespace):
            yield invalid_value(f"{field}.namespace", namespace, message)
    key = term.get("topologyKey", "")
    if not key:
        yield required(f"{field}.topologyKey", "can not be empty")
    yield from check_text(qualified_name, key, f"{field}.topologyKey")


def check_spreading(constraints: Sequence[Part], field: str) -> Errors:
    """Check how evenly pods must be spread."""
    pairs = [(one.get("topologyKey", ""), one.get("whenUnsatisfiable", "")) for one in constraints]
    for index, constraint in enumerate(constraints):
        path = f"{field}[{index}]"
        skew, action = constraint.get("maxSkew", 0), constraint.get("whenUnsatisfiable", "")
        key = constraint.get("topologyKey", "")
        if skew <= 0:
            yield invalid_value(f"{path}.maxSkew", skew, "must be greater than zero")
        if not key:
            yield required(f"{path}.topologyKey", "can not be empty")
        if action not in _UNSATISFIABLE:
            yield not_supported(f"{path}.whenUnsatisfiable", action, _UNSATISFIABLE)
        if (key, action) in pairs[index + 1 :]:
            yield duplicate(f"{path}.{{topologyKey, whenUnsatisfiable}}", f"{{{key}, {action}}}")
        yield from _check_domains(constraint.get("minDomains"), action, f"{path}.minDomains")
        for name in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            if constraint.get(name) not in {None, "Honor", "Ignore"}:
                yield not_supported(f"{path}.{name}", constraint[name], ("Honor", "Ignore"))
        yield from check_selector(constraint.get("labelSelector"), f"{path}.labelSelector")


def _check_domains(domains: int | None, action: str, field: str) -> Errors:
    if domains is None:
        return
    if domains <= 0:
        yield invalid_value(field, domains, "must be greater than zero")
    if action != "DoNotSchedule":
        detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        yield invalid_value(field, domains, detail)


def check_taints(taints: Sequence[Part], field: str) -> Errors:
    """Check what a node keeps off; a key may have each effect once."""
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(taints):
        path = f"{field}[{index}]"
        key, value, effect = taint.get("key", ""), taint.get("value", ""), taint.get("effect", "")
        yield from check_text(qualified_name, key, f"{path}.key")
        messages = label_value(value)
        if messages:
            yield invalid_value(f"{path}.value", value, ";".join(messages))
        yield from check_effect(effect, f"{path}.effect")
        if (key, effect) in seen:
            error = duplicate(path, {"Key": key, "Value": value, "Effect": effect, "TimeAdded": taint.get("timeAdded")})
            yield type(error)(error.type, error.field, error.bad_value, "taints must be unique by key and effect pair")
        seen.add((key, effect))


def check_gates(spec: Part, field: str) -> Errors:
    """Check what a pod waits for before it is scheduled, and before it is ready."""
    for index, gate in enumerate(spec.get("readinessGates") or ()):
        path = f"{field}.readinessGates[{index}].conditionType"
        yield from check_text(qualified_name, gate.get("conditionType", ""), path)
    seen: set[str] = set()
    for index, gate in enumerate(spec.get("schedulingGates") or ()):
        path, name = f"{field}.schedulingGates[{index}]", gate.get("name", "")
        yield from check_text(qualified_name, name, path)
        if name in seen:
            yield duplicate(path, name)
        seen.add(name)
