"""Controllers start slowly because each batch waits for its slowest create."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

LATENCY = Threshold(
    "mean time of a create", 1, "s", "ten doublings to 500 pods then take ten seconds, twice what a pod may take"
)
CREATES = Threshold("creates", 16, "requests", "fewer are over after three or four batches")
CONTROLLERS = ("replicaset-controller", "replication-controller", "job-controller", "daemonset-controller")


def _observe(evidence: Evidence) -> Sighting | None:
    for client in CONTROLLERS:
        creates = evidence.clients.requests(client, "POST", "pods")
        if creates.count >= CREATES.value and creates.mean_seconds >= LATENCY.value:
            return Sighting(
                cause=(
                    f"The {client} creates pods in batches of 1, 2, 4, …, each after the last of the one before, and a create "
                    f"takes {creates.mean_seconds:.1f} s."
                ),
                confidence=0.7,
                evidence=(
                    Fact(
                        f"mean time of a create by {client}",
                        creates.mean_seconds,
                        "s",
                        "apiserver_request_duration_seconds",
                    ),
                    Fact("creates", creates.count, "requests", "audit log"),
                ),
                effect=Effect(creates.count, creates.mean_seconds),
                plot=Plot.of(creates.rate, f"Pods that {client} creates", "1/s"),
            )
    return None


FINDING = Finding(
    code="PLM112",
    name="controller-slow-start",
    claim="A controller's slow start makes the API server's latency count once for each doubling.",
    asks=("POST pods of controllers, with their durations",),
    thresholds=(LATENCY, CREATES),
    severity="warning",
    remedies=everywhere(Remedy("Bring the API server's latency down; no setting changes the batches.")),
    not_when="The creates are slow because of an admission webhook: then that webhook is the matter.",
    measure_if_unsure='apiserver_request_duration_seconds{verb="POST",resource="pods"}, and creation times of a replica set\'s pods.',
    sources=(
        "https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/replicaset/replica_set.go (slowStartBatch)",
    ),
    observe=_observe,
    symptom_of=("PLM302", "PLM303", "PLM304"),
    background="SlowStartInitialBatchSize is 1, and a sync creates 500 pods at most: nine batches, each as long as its slowest create.",
)
