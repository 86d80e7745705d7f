"""Checks of resource names and of what containers ask for (pkg/apis/core/validation, pkg/apis/core/helper)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.apimachinery.naming import qualified_name
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    FieldError,
    duplicate,
    forbidden,
    invalid_value,
    required,
)
from plimsoll.apimachinery.validation.numbers import NOT_NEGATIVE, quantity

CONTAINER_RESOURCES = {"cpu", "memory", "ephemeral-storage"}
HUGE_PAGES = "hugepages-"
NATIVE_DOMAIN = "kubernetes.io/"

_STANDARD_RESOURCES = CONTAINER_RESOURCES | {
    *("requests.cpu", "requests.memory", "requests.ephemeral-storage"),
    *("limits.cpu", "limits.memory", "limits.ephemeral-storage"),
    *("pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps"),
    *("persistentvolumeclaims", "storage", "requests.storage", "services.nodeports", "services.loadbalancers"),
}


def check_resource_name(name: str, field: str) -> Errors:
    """Check a name of a resource: standard, or qualified by a domain."""
    messages = qualified_name(name)
    for message in messages:
        yield invalid_value(field, name, message)
    if not messages and "/" not in name and not is_standard(name):
        yield invalid_value(field, name, "must be a standard resource type or fully qualified")


def check_container_resource_name(name: str, field: str) -> Errors:
    """Check a name of a resource that a container can ask for."""
    if name in CONTAINER_RESOURCES:
        return
    yield from check_resource_name(name, field)
    if "/" not in name:
        if name not in CONTAINER_RESOURCES and not name.startswith(HUGE_PAGES):
            yield invalid_value(field, name, "must be a standard resource for containers")
    elif not is_native(name) and not is_extended(name):
        yield invalid_value(field, name, "doesn't follow extended resource name standard")


def is_standard(name: str) -> bool:
    """Whether Kubernetes knows the resource without a domain."""
    return name in _STANDARD_RESOURCES or name.startswith((HUGE_PAGES, "requests.hugepages-"))


def is_native(name: str) -> bool:
    """Whether a resource is one of Kubernetes itself."""
    return "/" not in name or NATIVE_DOMAIN in name


def is_extended(name: str) -> bool:
    """Whether a resource is one that a device plug-in or an administrator advertises."""
    return not is_native(name) and not name.startswith("requests.") and not qualified_name(f"requests.{name}")


def is_overcommitted(name: str) -> bool:
    """Whether limits may be over requests."""
    return is_native(name) and not name.startswith(HUGE_PAGES)


def check_amount(name: str, amount: Any, field: str) -> Errors:
    """Check that an amount is not negative, and whole where the resource is counted."""
    value = quantity(amount)
    if value < 0:
        yield invalid_value(field, str(amount), NOT_NEGATIVE)
    if (is_extended(name) or name in {"pods", "services", "secrets", "configmaps"}) and value.denominator != 1:
        yield invalid_value(field, amount, "must be an integer")


def check_requirements(requirements: Mapping[str, Any], claims: set[str], field: str) -> Errors:
    """Check the limits and requests of a container against each other, and its claims against the pod's."""
    limits, requests = requirements.get("limits") or {}, requirements.get("requests") or {}
    for part, amounts in (("limits", limits), ("requests", requests)):
        for name, amount in amounts.items():
            path = f"{field}.{part}[{name}]"
            yield from check_container_resource_name(name, path)
            yield from check_amount(name, amount, path)
            if part == "requests":
                yield from _check_against_limit(name, amount, limits.get(name), field)
    named = {*limits, *requests}
    if any(name.startswith(HUGE_PAGES) for name in named) and not named & {"cpu", "memory"}:
        yield forbidden(field, "HugePages require cpu or memory")
    yield from _check_claims(requirements.get("claims") or (), claims, f"{field}.claims")


def _check_against_limit(name: str, amount: Any, limit: Any, field: str) -> Errors:
    if limit is None:
        if not is_overcommitted(name):
            yield required(f"{field}.limits", "Limit must be set for non overcommitable resources")
        return
    wanted, most = quantity(amount), quantity(limit)
    if wanted != most and not is_overcommitted(name):
        yield invalid_value(f"{field}.requests", str(amount), f"must be equal to {name} limit of {limit}")
    elif wanted > most:
        yield invalid_value(f"{field}.requests", str(amount), f"must be less than or equal to {name} limit of {limit}")


def _check_claims(claims: Any, known: set[str], field: str) -> Errors:
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        name, path = claim.get("name", ""), f"{field}[{index}]"
        if not name:
            yield required(path)
            continue
        key = f"{name}/{claim['request']}" if claim.get("request") else name
        if key in seen or name in seen:
            yield duplicate(path, key)
        seen.add(key)
        if name not in known:
            listed = f": {', '.join(sorted(known))}" if known else " which is empty"
            detail = f"must be one of the names in pod.spec.resourceClaims{listed}"
            yield FieldError("FieldValueNotFound", path, name, detail)
