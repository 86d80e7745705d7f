"""Taints of nodes and what pods tolerate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PREFER_NO_SCHEDULE = "PreferNoSchedule"


@dataclass(frozen=True, slots=True)
class Taint:
    """One taint of a node."""

    key: str
    value: str
    effect: str

    def __str__(self) -> str:
        return f"{{{self.key}: {self.value}}}"


UNSCHEDULABLE = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")
"""What tolerates this taint goes to nodes that are marked unschedulable, tainted or not."""


@dataclass(frozen=True, slots=True)
class Toleration:
    """One toleration of a pod. An empty key with ``Exists`` tolerates every taint; an empty effect means all."""

    key: str
    operator: str
    value: str
    effect: str

    def tolerates(self, taint: Taint) -> bool:
        """Whether the taint does not repel the pod."""
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        return self.operator == "Exists" or (bool(self.key) and self.value == taint.value)


def parse_taints(taints: Iterable[Mapping[str, Any]] | None) -> tuple[Taint, ...]:
    """Parse ``spec.taints`` of a node."""
    return tuple(Taint(item["key"], item.get("value") or "", item["effect"]) for item in taints or ())


def parse_tolerations(tolerations: Iterable[Mapping[str, Any]] | None) -> tuple[Toleration, ...]:
    """Parse ``spec.tolerations`` of a pod."""
    return tuple(
        Toleration(
            item.get("key") or "", item.get("operator") or "Equal", item.get("value") or "", item.get("effect") or ""
        )
        for item in tolerations or ()
    )


def untolerated(taints: Iterable[Taint], tolerations: Iterable[Toleration]) -> Taint | None:
    """The first taint that keeps the pod off the node; ``PreferNoSchedule`` never does."""
    for taint in taints:
        if taint.effect != PREFER_NO_SCHEDULE and not any(item.tolerates(taint) for item in tolerations):
            return taint
    return None


def unwelcome(taints: Iterable[Taint], tolerations: Iterable[Toleration]) -> int:
    """How many ``PreferNoSchedule`` taints of the node the pod does not tolerate."""
    return sum(
        taint.effect == PREFER_NO_SCHEDULE and not any(item.tolerates(taint) for item in tolerations)
        for taint in taints
    )
