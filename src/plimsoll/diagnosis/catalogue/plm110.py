"""Kubelets poll secrets and config maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.catalogue.plm101 import QPS, REQUESTS, late_by_node, time_at_limit
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere
from plimsoll.telemetry.series import STRATEGIES

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

PART = Threshold("part of the kubelets' requests", 0.5, "share", "polling is then what the limit is spent on")
SPENT = Threshold("part of the limit", 0.33, "share", "three times as many such pods, and nothing is left")
STRATEGY = "kubelet.configMapAndSecretChangeDetectionStrategy"
POLLED = ("secrets", "configmaps")


def _observe(evidence: Evidence) -> Sighting | None:
    strategy = evidence.gauges.setting(STRATEGY)
    if strategy is None or strategy == STRATEGIES.index("Watch"):
        return None
    polls = sum(evidence.clients.requests("kubelet", "GET", resource).count for resource in POLLED)
    requests = evidence.clients.requests("kubelet").count
    if polls < PART.value * requests or not polls:
        return None
    busy = [node for node in late_by_node(evidence).values() if time_at_limit(evidence, node)]
    if not busy and _spent(evidence) < SPENT.value:
        return None
    late = sum(node.late for node in busy)
    rate = polls / max(evidence.run_seconds, 1.0)
    consequence = f"which leaves nothing for the status of {late} pods" if busy else "for as long as these pods exist"
    return Sighting(
        cause=(
            f"{polls} of the kubelets' {requests} requests read secrets and config maps again that have not changed: "
            f"{rate:.1f} a second, {consequence}."
        ),
        confidence=0.9,
        evidence=(
            Fact("GETs of secrets and config maps by kubelets", polls, "requests", "audit log"),
            Fact("part of the kubelets' requests", polls / requests, "share", "audit log"),
            Fact("part of the kubelets' limits, once pods run", _spent(evidence), "share", "audit log, /configz"),
            Fact.of(f"config.{STRATEGY}", f"strategy ({STRATEGIES[int(strategy)]})", strategy),
            Fact("pods that are late on kubelets at their limit", late, "pods", "watch of pods"),
        ),
        effect=Effect(late, evidence.pods.start_delay_seconds(frozenset(node.node for node in busy))),
        plot=Plot.of(evidence.clients.requests("kubelet", "GET", "secrets").rate, "GETs of secrets", "1/s"),
        limits_next="the kubelet's limit of requests while many pods start" if busy else "",
    )


def _spent(evidence: Evidence) -> float:
    """The part of all kubelets' limits that polling takes in the last tenth of the run, when no pod starts any more."""
    nodes = evidence.pods.by_node
    limits = sum(evidence.gauges.setting(QPS, node) or 0.0 for node in nodes)
    start, end = 0.9 * evidence.run_seconds, evidence.run_seconds
    rates = (evidence.clients.requests("kubelet", "GET", resource).rate.within(start, end) for resource in POLLED)
    polled = sum(rate.mean(end) for rate in rates)
    return polled / limits if limits else 0.0


FINDING = Finding(
    code="PLM110",
    name="config-polling",
    claim="Kubelets spend their limit of requests on reading secrets and config maps again and again.",
    asks=("GETs of secrets and configmaps by kubelets", f"config.{STRATEGY}", REQUESTS, f"config.{QPS}"),
    thresholds=(PART, SPENT),
    severity="warning",
    remedies=everywhere(
        Remedy(
            "Let kubelets watch secrets and config maps instead of reading them at every sync of a pod.",
            {STRATEGY: "Watch"},
        )
    ),
    not_when=(
        "Kubelets from 1.14 on watch already. Before (and in OpenShift before 4.3) watching has bugs of its own: then raise "
        "kubeAPIQPS, or put more pods into one namespace."
    ),
    measure_if_unsure='rate(apiserver_request_total{verb="GET",resource="secrets"}), by user agent in the audit log.',
    sources=(
        "https://github.com/kubernetes/kubernetes/pull/64752",
        "https://github.com/kubernetes/kubernetes/issues/74412",
        "https://www.redhat.com/en/blog/500_pods_per_node",
    ),
    observe=_observe,
    background=(
        "With the strategy Cache, a kubelet reads an object again when its copy is older than a minute, and every pod is synced "
        "every 60 to 90 s. Pods of one namespace share what they read; N pods with namespaces of their own, each with D "
        "objects, cost N·D/75 requests a second. Above the limit the loop closes: each request waits W = N·D/q - 75 seconds."
    ),
)
