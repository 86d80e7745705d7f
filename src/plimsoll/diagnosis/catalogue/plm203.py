"""Pods ask for more than nodes have left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.pods import LATE_SECONDS
from plimsoll.diagnosis.finding import Finding, Remedy, Sighting, Threshold, everywhere
from plimsoll.diagnosis.reported import about_pods

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

LATE = Threshold("time for one stage", LATE_SECONDS, "s", "resources that come free in time make nobody wait longer")
REASONS = ("FailedScheduling", "OutOfcpu", "OutOfmemory")
MESSAGE = r"Insufficient (?!pods)|enough resource: (?!pods)"


def _observe(evidence: Evidence) -> Sighting | None:
    told = evidence.events.told(*REASONS, matching=MESSAGE)
    return about_pods(
        evidence,
        told,
        lambda pods: f"{pods} pods request more CPU, memory or another resource than any node has left.",
        0.95,
    )


FINDING = Finding(
    code="PLM203",
    name="insufficient-resources",
    claim="No node has the CPU, memory or other resource left that pods request.",
    asks=(f"events {', '.join(REASONS)}", "pods that are late or failed"),
    thresholds=(LATE,),
    severity="error",
    remedies=everywhere(Remedy("Add nodes, or lower the requests of pods to what they use.")),
    not_when="A cluster autoscaler is about to add nodes.",
    measure_if_unsure="kubectl describe nodes: Allocated resources; kubectl top pods against requests.",
    sources=("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",),
    observe=_observe,
    background="The scheduler counts requests, not use: a node can be idle and full.",
)
