"""Checks of what a pod as a whole asks for: resources at its own level, and claims of devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.naming import dns_label, dns_subdomain
from plimsoll.apimachinery.validation.amounts import HUGE_PAGES, check_amount, check_resource_name
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.numbers import quantity
from plimsoll.kube.quantities import format_cpu, format_memory, parse_cpu, parse_memory

Part = Mapping[str, Any]

_SOURCES = ("resourceClaimName", "resourceClaimTemplateName")
_SUPPORTED = ("cpu", "memory")


def check_resource_claims(claims: Sequence[Part], field: str) -> Errors:
    """Check a pod's claims of devices: each has a name of its own, and is made from one source."""
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        path, name = f"{field}[{index}]", claim.get("name", "")
        if not name:
            yield required(f"{path}.name")
        elif name in seen:
            yield duplicate(f"{path}.name", name)
        else:
            yield from check_text(dns_label, name, f"{path}.name")
            seen.add(name)
        yield from _check_claim_source(claim, path)


def _check_claim_source(claim: Part, path: str) -> Errors:
    given = [key for key in _SOURCES if claim.get(key) is not None]
    shown = {key[0].upper() + key[1:]: claim.get(key) for key in ("name", *_SOURCES)}
    if len(given) > 1:
        detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
        yield invalid_value(path, shown, detail)
    if not given:
        detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
        yield invalid_value(path, shown, detail)
    for key in given:
        yield from check_text(dns_subdomain, claim[key], f"{path}.{key}")


def check_pod_resources(spec: Part, field: str) -> Errors:
    """Check the limits and requests of a pod as a whole, and against those of its containers."""
    resources = spec["resources"]
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    if resources.get("claims"):
        yield forbidden(f"{field}.claims", "claims may not be set for Resources at pod-level")
    for part, amounts in (("limits", limits), ("requests", requests)):
        for name, amount in amounts.items():
            path = f"{field}.{part}[{name}]"
            yield from _check_name(name, path)
            yield from check_amount(name, amount, path)
            if part == "requests" and name in limits and quantity(amount) > quantity(limits[name]):
                detail = f"must be less than or equal to {name} limit of {limits[name]}"
                yield invalid_value(f"{field}.requests", str(amount), detail)
    yield from _check_sums(spec, requests, f"{field}.requests")
    for index, container in enumerate(spec.get("containers") or ()):
        for name, amount in ((container.get("resources") or {}).get("limits") or {}).items():
            if name in limits and quantity(amount) > quantity(limits[name]):
                path = f"{field}.containers[{index}][{name}].limits"
                yield invalid_value(path, str(amount), f"must be less than or equal to pod limits of {limits[name]}")


def _check_name(name: str, path: str) -> Errors:
    wrong = list(check_resource_name(name, path))
    yield from wrong
    if not wrong and name not in _SUPPORTED and not name.startswith(HUGE_PAGES):
        yield not_supported(path, name, _SUPPORTED)


def _check_sums(spec: Part, requests: Part, field: str) -> Errors:
    for name, amount in requests.items():
        read, write = (parse_cpu, format_cpu) if name == "cpu" else (parse_memory, format_memory)
        asked = [
            ((one.get("resources") or {}).get("requests") or {}).get(name, 0) for one in spec.get("containers") or ()
        ]
        total = sum(map(read, asked))
        if total > read(amount):
            detail = f"must be greater than or equal to aggregate container requests of {write(total)}"
            yield invalid_value(f"{field}[{name}]", str(amount), detail)
