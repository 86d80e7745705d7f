"""The kubelet holds its own requests back and tells nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.catalogue import plm101
from plimsoll.diagnosis.finding import Fact, Finding, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

VERBOSITY = "kubelet.verbosity"
ENOUGH = Threshold(
    "verbosity", 4, "--v", "client-go before 1.18 logs its own throttling from 4 on (PR 80649 made it 3)"
)


def _observe(evidence: Evidence) -> Sighting | None:
    throttled = plm101.FINDING.observe(evidence)
    verbosity = evidence.gauges.setting(VERBOSITY)
    if throttled is None or verbosity is None or verbosity >= ENOUGH.value:
        return None
    if evidence.gauges.by_instance(plm101.WAITS) or len(evidence.logs.matching(plm101.LOGGED, "kubelet")):
        return None
    return Sighting(
        cause=f"Kubelets hold requests back at their own limit, and neither a metric nor a log line at --v={verbosity:g} says so.",
        confidence=throttled.confidence,
        evidence=(
            Fact.of(f"config.{VERBOSITY}", "verbosity of the kubelets", verbosity),
            Fact("lines of kubelets about throttling", 0, "lines", "journalctl -u kubelet"),
        ),
    )


FINDING = Finding(
    code="PLM105",
    name="throttling-unseen",
    claim="The kubelet holds its own requests back, and says so in no metric and in no log line at its verbosity.",
    asks=(f"config.{VERBOSITY}", plm101.REQUESTS, plm101.WAITS, "log lines about throttling"),
    thresholds=(ENOUGH,),
    severity="note",
    remedies=everywhere(
        Remedy(
            "Run the kubelet with --v=4 while you look for the cause, or upgrade: from OpenShift 4.3 on it is logged at --v=3.",
            {VERBOSITY: int(ENOUGH.value)},
        )
    ),
    not_when="Once the limit is high enough (PLM101) there is nothing to be seen; --v=4 writes a lot.",
    measure_if_unsure="journalctl -u kubelet for 'Throttling request took', at --v=4 on one node.",
    sources=(
        "https://github.com/kubernetes/kubernetes/pull/80649",
        "https://www.redhat.com/en/blog/500_pods_per_node",
    ),
    observe=_observe,
    symptom_of=("PLM101",),
    background=(
        "client-go's limiter is a wait inside the client: the API server never hears of it. Up to Kubernetes 1.16 it has no "
        "metric either, and its log line is written at verbosity 4, while OpenShift runs kubelets with 3. What shows is a "
        "rate of requests that stands exactly at the limit."
    ),
)
