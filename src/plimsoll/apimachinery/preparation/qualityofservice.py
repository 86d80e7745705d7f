"""The quality-of-service class of a pod (``ComputePodQOS``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from plimsoll.kube.quantities import parse_quantity
from plimsoll.kube.resources import Object

_COUNTED = ("cpu", "memory")


def quality_of_service(spec: Object) -> str:
    """``Guaranteed`` where every container's requests are its limits, ``BestEffort`` where none asks for anything."""
    own = spec.get("resources")
    parts: list[Mapping[str, Any]]
    if own is not None:
        parts = [own]
    else:
        containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
        parts = [container.get("resources") or {} for container in containers]
    if not any(part.get("requests") or part.get("limits") for part in parts):
        return "BestEffort"
    requests, limits = _sum(part.get("requests") for part in parts), _sum(part.get("limits") for part in parts)
    if not requests and not limits:
        return "BestEffort"
    bounded = all(_positive(part.get("limits")).keys() >= set(_COUNTED) for part in parts)
    return "Guaranteed" if bounded and requests == limits else "Burstable"


def _sum(parts: Iterable[Mapping[str, Any] | None]) -> dict[str, Fraction]:
    total: dict[str, Fraction] = {}
    for part in parts:
        for name, amount in _positive(part).items():
            total[name] = total[name] + amount if name in total else amount
    return total


def _positive(amounts: Mapping[str, Any] | None) -> dict[str, Fraction]:
    if not amounts:
        return {}
    read = {name: _read(str(amounts[name])) for name in _COUNTED if name in amounts}
    return {name: amount for name, amount in read.items() if amount > 0}


@lru_cache(maxsize=4096)  # the pods of a cluster ask for few different amounts
def _read(amount: str) -> Fraction:
    """Read an amount; a negative one, which validation will refuse, counts as none."""
    return Fraction(0) if amount.startswith("-") else parse_quantity(amount)
