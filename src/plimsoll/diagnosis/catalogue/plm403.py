"""Pods are together that their own anti-affinity keeps apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.catalogue import plm303
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere
from plimsoll.measurement.traffic import TOO_MANY_REQUESTS

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

VIOLATED, FROM_BINDING = "pods.antiAffinityViolated", "scheduler.assumeTtlFromBinding"
SCHEDULER, BINDING = "scheduler", "pods/binding"

SOME = Threshold("pods that share a place", 1, "pods", "required means never, but for a label that was changed")
REJECTED = "Binding rejected"


def _observe(evidence: Evidence) -> Sighting | None:
    violated = evidence.gauges.peak(VIOLATED)
    if violated < SOME.value:
        return None
    refused = evidence.clients.requests(SCHEDULER, "POST", BINDING, TOO_MANY_REQUESTS).count
    rejected = evidence.events.told("FailedScheduling", matching=REJECTED).count
    why = f", while {refused:,} of the scheduler's bindings were answered with 429" if refused else ""
    return Sighting(
        cause=f"{violated:,.0f} pods share a node with a pod that their required anti-affinity keeps away{why}.",
        confidence=0.9 if refused or rejected else 0.6,
        evidence=(
            Fact.of(VIOLATED, "most pods that share a place", violated),
            Fact("bindings answered with 429", refused, "requests", 'apiserver_request_total{code="429"}, audit log'),
            Fact("events about rejected bindings", rejected, "events", "kubectl get events"),
        ),
        effect=Effect(pods=round(violated)),
        plot=Plot.of(evidence.gauges.steps(VIOLATED), "Pods that share a place", "pods"),
    )


FINDING = Finding(
    code="PLM403",
    name="anti-affinity-violated",
    claim="The scheduler forgot where it had put pods before their bindings had ended, and chose the same nodes again.",
    asks=(
        VIOLATED,
        f"config.{plm303.READS}",
        "bindings answered with 429",
        "events FailedScheduling: Binding rejected",
    ),
    thresholds=(SOME,),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Upgrade the scheduler to 1.6 or later, which forgets no placement while its binding is on its way; let the API "
            "servers take more requests at a time where they refuse bindings; delete the pods that share a node.",
            {
                FROM_BINDING: True,
                plm303.READS: lambda evidence: plm303.raised(evidence, plm303.READS),
                plm303.WRITES: lambda evidence: plm303.raised(evidence, plm303.WRITES),
            },
        )
    ),
    not_when=(
        "Labels or selectors were changed when the pods ran already, somebody binds pods beside the scheduler, or two "
        "schedulers are at work."
    ),
    measure_if_unsure=(
        "kubectl get pods -o wide: pods of one deployment on one node; the scheduler's log for the time between "
        "'Attempting to bind' and its end, which must be less than 30 s."
    ),
    sources=(
        "https://github.com/kubernetes/kubernetes/pull/38503",
        "OpenStack on Kubernetes with close to 1000 nodes (Mirantis, 2017)",
    ),
    observe=_observe,
    symptom_of=("PLM303",),
    background=(
        "When the scheduler has chosen a node it assumes the pod to be there and goes on; the binding is sent beside. Up to "
        "1.5 an assumed pod is forgotten 30 seconds after it was chosen, confirmed or not. A binding that is refused with "
        "429 is tried again for ten seconds and more, beside the waits at the scheduler's own limiter and of every event "
        "that passes it before: if it arrives after the 30 seconds, another pod may be on the node by then. Since 1.6 the "
        "30 seconds begin when the binding has ended, and since 1.25 assumed pods do not expire."
    ),
)
