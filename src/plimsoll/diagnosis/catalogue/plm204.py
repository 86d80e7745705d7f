"""Nodes run out of memory, disk or process ids, and evict pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.pods import LATE_SECONDS
from plimsoll.diagnosis.finding import Finding, Remedy, Sighting, Threshold, everywhere
from plimsoll.diagnosis.reported import about_pods

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

LATE = Threshold("time for one stage", LATE_SECONDS, "s", "a pod that moves in time costs nothing")
REASONS = (
    "Evicted",
    "EvictionThresholdMet",
    "NodeHasDiskPressure",
    "NodeHasInsufficientMemory",
    "NodeHasInsufficientPID",
)
MESSAGE = ""


def _observe(evidence: Evidence) -> Sighting | None:
    told = evidence.events.told(*REASONS, matching=MESSAGE)
    return about_pods(
        evidence,
        told,
        lambda pods: (
            f"{pods} pods were evicted or came late because their node ran out of memory, disk or process ids."
        ),
        0.9,
    )


FINDING = Finding(
    code="PLM204",
    name="node-pressure",
    claim="Nodes are under pressure and evict pods or take no new ones.",
    asks=(f"events {', '.join(REASONS)}", "pods that are late or failed"),
    thresholds=(LATE,),
    severity="error",
    remedies=everywhere(
        Remedy("Set requests and limits near to what pods use, give nodes more of what they lack, or fewer pods.")
    ),
    not_when="Evictions are by priority, to make room for more important pods (reason Preempted).",
    measure_if_unsure="kubectl describe node: Conditions; kubelet_evictions by signal.",
    sources=("https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/",),
    observe=_observe,
    background="The kubelet looks every ten seconds; above a threshold it taints its node and evicts pods by priority and use over request.",
)
