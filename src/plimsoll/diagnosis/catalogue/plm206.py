"""A resource quota refuses objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Effect, Fact, Finding, Remedy, Sighting, Threshold, everywhere
from plimsoll.diagnosis.reported import EVENTS, reports

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

REFUSED = Threshold("refusals", 1, "requests", "a quota that refuses anything makes the load smaller than wanted")
FORBIDDEN = 403
MESSAGE = r"exceeded quota"


def _observe(evidence: Evidence) -> Sighting | None:
    told = evidence.events.told("FailedCreate", matching=MESSAGE)
    refused = evidence.clients.requests("driver", "POST", code=FORBIDDEN)
    if len(told) < REFUSED.value:
        return None
    missing = max(0, evidence.load.pods - len(evidence.pods))
    return Sighting(
        cause=f"Quotas of {told.distinct_objects} objects' namespaces refuse their pods: {missing} of those wanted never existed.",
        confidence=1.0,
        evidence=(
            Fact("refusals", told.count, "events", EVENTS),
            Fact("requests of the driver answered with 403", refused.count, "requests", "audit log"),
            Fact("pods that never existed", missing, "pods", "watch of pods"),
        ),
        effect=Effect(missing, evidence.run_seconds),
        plot=reports(told),
    )


FINDING = Finding(
    code="PLM206",
    name="quota-exceeded",
    claim="A ResourceQuota refuses pods, so the load is smaller than wanted.",
    asks=("event FailedCreate: exceeded quota", "403 to POSTs"),
    thresholds=(REFUSED,),
    severity="error",
    remedies=everywhere(Remedy("Raise the quota of the namespaces, or ask for less.")),
    not_when="The quota is what is being tested.",
    measure_if_unsure="kubectl describe resourcequota --all-namespaces.",
    sources=("https://kubernetes.io/docs/concepts/policy/resource-quotas/",),
    observe=_observe,
    background="Admission refuses what would exceed a quota with 403; controllers try again and again, with a back-off.",
)
