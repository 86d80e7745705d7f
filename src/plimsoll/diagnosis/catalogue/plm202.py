"""Nodes have as many pods as they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.pods import LATE_SECONDS
from plimsoll.diagnosis.finding import Finding, Remedy, Sighting, Threshold, everywhere
from plimsoll.diagnosis.reported import about_pods

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

LATE = Threshold("time for one stage", LATE_SECONDS, "s", "a place that comes free in time makes nobody wait longer")
REASONS = ("FailedScheduling", "OutOfpods")
MESSAGE = r"Too many pods|Insufficient pods|Node didn't have enough resource: pods|OutOfpods"


def _observe(evidence: Evidence) -> Sighting | None:
    told = evidence.events.told(*REASONS, matching=MESSAGE)
    return about_pods(
        evidence,
        told,
        lambda pods: f"{pods} pods find no place because nodes have as many pods as maxPods allows.",
        0.98,
    )


def _more_pods(evidence: Evidence) -> int | None:
    """Room for those that wait, spread over all nodes, in steps of ten."""
    limits = evidence.gauges.highest("node.maxPods")
    nodes = len(evidence.pods.by_node)
    if not limits or not nodes:
        return None
    waiting = evidence.pods.never_scheduled + int((evidence.pods.failed > 0).sum())
    return 10 * (1 + int(max(limits.values()) + waiting / nodes) // 10)


FINDING = Finding(
    code="PLM202",
    name="max-pods-reached",
    claim="Every node has as many pods as its maxPods allows.",
    asks=(f"events {', '.join(REASONS)}", "pods that are late or failed"),
    thresholds=(LATE,),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Raise maxPods (and see that the pod subnet has room for it), or add nodes.",
            {"kubelet.maxPods": _more_pods},
        )
    ),
    not_when="Nodes are full in CPU or memory as well (PLM203): then a higher maxPods brings nothing.",
    measure_if_unsure="kubectl get nodes -o custom-columns=NAME:.metadata.name,PODS:.status.allocatable.pods against the pods on each node.",
    sources=("https://kubernetes.io/docs/setup/best-practices/cluster-large/",),
    observe=_observe,
    background="The default is 110, 250 on OpenShift. The scheduler leaves pods Pending; a pod that reaches a full node anyway fails with OutOfpods.",
)
