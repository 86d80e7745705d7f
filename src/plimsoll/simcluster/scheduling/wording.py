"""What a scheduler says about a pod that fits nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Reasons = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The reasons of the filters, as the scheduler of one era prints them. ``{taint}`` stands for ``{key: value}``."""

    too_many_pods: str
    untolerated_taint: str
    node_affinity: str
    unschedulable: str = "node(s) were unschedulable"
    node_name: str = "node(s) didn't match the requested node name"
    pod_affinity: Reasons = ("node(s) didn't match pod affinity rules",)
    pod_anti_affinity: Reasons = ("node(s) didn't match pod anti-affinity rules",)
    existing_anti_affinity: Reasons = ("node(s) didn't satisfy existing pods anti-affinity rules",)
    spread: str = "node(s) didn't match pod topology spread constraints"
    spread_label: str = "node(s) didn't match pod topology spread constraints (missing required label)"


CURRENT = Wording(
    too_many_pods="Too many pods",
    untolerated_taint="node(s) had untolerated taint {taint}",
    node_affinity="node(s) didn't match Pod's node affinity/selector",
)
"""Kubernetes since about 1.22."""

_BOTH = "node(s) didn't match pod affinity/anti-affinity"
LEGACY = Wording(
    too_many_pods="Insufficient pods",
    untolerated_taint="node(s) had taints that the pod didn't tolerate",
    node_affinity="node(s) didn't match node selector",
    node_name="node(s) didn't match the requested hostname",
    pod_affinity=(_BOTH, *CURRENT.pod_affinity),
    pod_anti_affinity=(_BOTH, *CURRENT.pod_anti_affinity),
    existing_anti_affinity=(_BOTH, *CURRENT.existing_anti_affinity),
)
"""Kubernetes 1.14 to about 1.17, thus OpenShift 4.2 and 4.3."""


def failed_scheduling_message(nodes: int, reasons: Mapping[str, int]) -> str:
    """The text of a ``FailedScheduling`` event: how many nodes there are, and how many failed for which reason.

    >>> failed_scheduling_message(2, {"Insufficient pods": 2})
    '0/2 nodes are available: 2 Insufficient pods.'
    """
    if not reasons:
        return "no nodes available to schedule pods" if nodes == 0 else f"0/{nodes} nodes are available."
    # Sorted as texts, so "10 …" precedes "2 …": that is what the scheduler prints.
    counted = sorted(f"{count} {reason}" for reason, count in reasons.items())
    return f"0/{nodes} nodes are available: {', '.join(counted)}."
