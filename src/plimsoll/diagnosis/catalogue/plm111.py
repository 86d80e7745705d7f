"""The status of pods reaches the API late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

LAG = Threshold("time from Started to Running in the API", 30, "s", "three of the status manager's full passes of 10 s")
SHARE = Threshold("pods with it", 0.02, "share", "one pod in fifty may have had a restart or a slow relist")
SYNC = "kubelet.statusSyncSeconds"


def _observe(evidence: Evidence) -> Sighting | None:
    lags = evidence.reporting.lags_seconds
    lags = lags[~np.isnan(lags)]
    behind = lags[lags > LAG.value]
    if not lags.size or behind.size < SHARE.value * lags.size:
        return None
    facts = [
        Fact(
            "pods whose containers ran long before the API said so", behind.size, "pods", "event Started, watch of pods"
        ),
        Fact("longest lag", float(behind.max()), "s", "event Started, watch of pods"),
    ]
    if synced := evidence.gauges.peak(SYNC):
        facts.append(Fact.of(SYNC, "longest mean time of a status", synced))
    return Sighting(
        cause=(
            f"{behind.size} pods ran {float(behind.mean()):.0f} s on average before their kubelet had told the API: it sends one "
            "status after the other."
        ),
        confidence=0.9,
        evidence=tuple(facts),
        effect=Effect(int(behind.size), float(behind.mean())),
        plot=Plot(
            "Lag of pods in the order of their creation", "s", tuple(range(lags.size)), tuple(lags.tolist()), LAG.value
        ),
    )


FINDING = Finding(
    code="PLM111",
    name="status-updates-serialised",
    claim="Pods run, and the API does not know yet, because a kubelet reports them one by one.",
    asks=("event Started of each pod", "Running in the API", SYNC),
    thresholds=(LAG, SHARE),
    severity="warning",
    remedies=everywhere(Remedy("Remove what makes each request slow: the kubelet's own limit, or the API server.")),
    not_when="Pods have init containers or several containers: Started of the first says little about Running.",
    measure_if_unsure=(
        "kubelet_pod_status_sync_duration_seconds (from 1.26 on); before, compare `crictl ps` on the node with `kubectl get pods`."
    ),
    sources=("https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/status/status_manager.go",),
    observe=_observe,
    symptom_of=("PLM101", "PLM110", "PLM302", "PLM303"),
    background=(
        "The status manager is one goroutine: for each pod a GET, then a PATCH, then the next pod. A node reports at most one "
        "status per two round trips, waits at the limiter included."
    ),
)
