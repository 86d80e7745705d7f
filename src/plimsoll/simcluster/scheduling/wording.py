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
    no_free_port: str = "node(s) didn't have free ports for the requested pod ports"
    spread_label: str = "node(s) didn't match pod topology spread constraints (missing required label)"


CURRENT = Wording(
    too_many_pods="Too many pods",
    untolerated_taint="node(s) had untolerated taint(s)",
    node_affinity="node(s) didn't match Pod's node affinity/selector",
)
"""Kubernetes 1.36."""

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


_NOT_HELPFUL = "Preemption is not helpful for scheduling"
_NO_VICTIMS = "No preemption victims found for incoming pod"
_UNRESOLVABLE = frozenset(
    {
        CURRENT.untolerated_taint,
        CURRENT.node_affinity,
        CURRENT.unschedulable,
        CURRENT.node_name,
        CURRENT.spread_label,
        *CURRENT.pod_affinity,
    }
)
"""Reasons that stay whatever pods are evicted."""


def preemption_message(nodes: int, reasons: Mapping[str, int]) -> str:
    """What follows in the event: why evicting others would not have helped."""
    if not nodes:
        return ""
    hopeless = sum(count for reason, count in reasons.items() if reason in _UNRESOLVABLE)
    counts = {_NOT_HELPFUL: hopeless, _NO_VICTIMS: nodes - hopeless}
    shown = {reason: count for reason, count in counts.items() if count > 0}
    return f" preemption: {failed_scheduling_message(nodes, shown)}"
