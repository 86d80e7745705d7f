"""Nodes stop answering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.evidence.gauges import plateau
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

LASTING = Threshold("time not ready", 10, "s", "the node controller has waited 40 s already when it says so")
NOT_READY = "nodes.notReady"


def _observe(evidence: Evidence) -> Sighting | None:
    steps = evidence.gauges.steps(NOT_READY)
    found = plateau(steps, 1.0, 0.0, evidence.run_seconds)
    if found.seconds < LASTING.value:
        return None
    most = int(evidence.gauges.peak(NOT_READY))
    # a pod that runs is not asked whether its node was lost meanwhile: those that came later and late are affected
    late = evidence.pods.late_to_start & (evidence.pods.scheduled >= found.began_seconds - LASTING.value)
    return Sighting(
        cause=f"{most} nodes were not Ready at a time, for {found.seconds:.0f} s on end from {found.began_seconds:.0f} s on.",
        confidence=1.0,
        evidence=(
            Fact.of(NOT_READY, "most nodes not Ready at a time", most),
            Fact("longest time with a node not Ready", found.seconds, "s", "watch of nodes"),
        ),
        effect=Effect(int(np.count_nonzero(late)), found.seconds),
        plot=Plot.of(steps, "Nodes that are not Ready", "nodes"),
    )


FINDING = Finding(
    code="PLM205",
    name="nodes-lost",
    claim="Nodes were not Ready: their kubelets did not renew their leases, or said that the runtime does not work.",
    asks=(NOT_READY,),
    thresholds=(LASTING,),
    severity="error",
    remedies=everywhere(Remedy("Find out why the kubelet or its runtime stopped: journalctl -u kubelet on the node.")),
    not_when="Nodes were restarted on purpose.",
    measure_if_unsure="kubectl get nodes -w; events NodeNotReady; the Lease of each node in kube-node-lease.",
    sources=("https://kubernetes.io/docs/concepts/architecture/nodes/#node-heartbeats",),
    observe=_observe,
    symptom_of=("PLM501",),
    background=(
        "A kubelet renews a lease every ten seconds. After 40 s without (50 s from 1.32 on), or when the kubelet says that its "
        "runtime does not answer, the node is not Ready; five minutes later its pods are evicted."
    ),
)
