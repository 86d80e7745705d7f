"""What the scenario asked for, read from its archived JSON: how many pods, and how much data between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.scenario.templates import pods_wanted, render_object, template_data

DIRECTIONS = 2  # a client sends its message and reads one of the same size back
KINDS_WITH_PODS = frozenset({"Pod", "Deployment", "ReplicaSet"})

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should come out if nothing stands in the way."""

    pods: int
    clients: int
    """Pods that exchange data at a fixed rate."""
    exchange_bytes_per_second: float
    """Of all clients together and both directions: the article's ``2 · Nclients · XferRate``."""


def expectation(scenario: Json) -> Expectation:
    """Count what the jobs of a scenario ask for."""
    jobs: list[Json] = (scenario.get("load") or {}).get("jobs") or []
    exchanging = [(_pods(job, "client"), _exchange_rate(job)) for job in jobs]
    return Expectation(
        pods=sum(_pods(job) for job in jobs),
        clients=sum(clients for clients, rate in exchanging if rate),
        exchange_bytes_per_second=sum(DIRECTIONS * clients * rate for clients, rate in exchanging),
    )


def _pods(job: Json, role: str = "") -> int:
    """The pods of a job and of what it creates alongside; only those of a role where one is given."""
    return sum(_namespaces(part) * _pods_each(part, role) for part in (job, *(job.get("alongside") or ())))


def _pods_each(part: Json, role: str) -> int:
    """The pods in each namespace of a part."""
    return sum(
        _count(part, group) * _pods_of_object(group)
        for group in part.get("objects") or ()
        if not role or (group.get("pod") or {}).get("role") == role
    )


def _pods_of_object(group: Json) -> int:
    if group["kind"] == "Template":
        data = template_data(group.get("variables") or {})
        missing_is_empty = bool(group.get("missingIsEmpty"))
        return pods_wanted(render_object(group["template"], data, missing_is_empty=missing_is_empty))
    return _number(group.get("replicas")) if group["kind"] in KINDS_WITH_PODS else 0


def _count(part: Json, group: Json) -> int:
    """How many objects a group is in each namespace: ``count`` in every copy, or ``once`` for all copies."""
    return _number(group.get("count")) * (1 if group.get("once") else _number(part.get("copies")))


def _namespaces(part: Json) -> int:
    namespaces = part.get("namespaces")
    if isinstance(namespaces, Mapping):
        return len(namespaces.get("names") or ()) or _number(namespaces.get("count"))
    return _number(namespaces)


def _number(value: Any) -> int:
    return 1 if value is None else int(value)


def _exchange_rate(job: Json) -> float:
    return float((job.get("exchange") or {}).get("bytesPerSecond") or 0.0)
