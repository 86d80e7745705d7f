"""Containers of the DNS servers are at their CPU limit, fail their probes and are restarted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

CORES, RESTARTS, KILLS, QUERIES, LIMIT = (
    "dns.cpuCores",
    "dns.restarts",
    "dns.oomKills",
    "dns.queriesPerSecond",
    "dns.cpuLimitCores",
)

ONE_THREAD = "dnsmasq"

NEAR = Threshold("nearness to the limit", 0.95, "share", "CFS bandwidth control lets a container use all of its quota")
RESTARTED = Threshold("restarts", 1, "restarts", "one takes five failed probes in a row, fifty seconds")
ENOUGH = Threshold("limit", 1.0, "cores", "dnsmasq has one thread, and cannot use more")


def _observe(evidence: Evidence) -> Sighting | None:
    limit = evidence.gauges.setting(LIMIT) or 0.0
    cores = evidence.gauges.highest(CORES)
    at_limit = sorted(
        name
        for name, used in cores.items()
        if limit and used >= NEAR.value * limit and not (name == ONE_THREAD and limit >= ENOUGH.value)
    )
    kills = evidence.gauges.highest(KILLS)
    restarts = {
        name: value - kills.get(name, 0.0) for name, value in evidence.gauges.highest(RESTARTS).items() if value
    }
    probed = sum(restarts.values())
    if not at_limit or probed < RESTARTED.value:
        return None
    unhealthy = evidence.events.told("Unhealthy", matching="Liveness probe failed")
    return Sighting(
        cause=(
            f"{' and '.join(at_limit)} in the pods of the DNS servers may use {limit:g} cores each, and use all of that; "
            f"containers were restarted {probed:g} times because they did not answer their liveness probes."
        ),
        confidence=0.95,
        evidence=(
            Fact.of(f"config.{LIMIT}", "limit of a container", limit),
            *(Fact.of(CORES, f"most CPU of {name}", cores[name]) for name in at_limit),
            *(Fact.of(RESTARTS, f"restarts of {name} but for memory", restarts[name]) for name in sorted(restarts)),
            Fact("failed liveness probes", unhealthy.count, "events", "kubectl get events"),
            Fact.of(QUERIES, "most queries", evidence.gauges.peak(QUERIES)),
        ),
        plot=Plot.of(evidence.gauges.steps(CORES, at_limit[0]), f"CPU of {at_limit[0]}", "cores", limit),
        limits_next="the number of servers, each of which has one thread in dnsmasq",
    )


def _more(evidence: Evidence) -> float:
    return max(ENOUGH.value, 2 * (evidence.gauges.setting(LIMIT) or 0.0))


FINDING = Finding(
    code="PLM603",
    name="dns-cpu-limit",
    claim="The CPU limit of the DNS servers' containers is used up, so that they fail their probes and are restarted.",
    asks=(CORES, RESTARTS, KILLS, f"config.{LIMIT}", "events Unhealthy"),
    thresholds=(NEAR, RESTARTED, ENOUGH),
    severity="error",
    remedies=everywhere(Remedy("Raise the CPU limit of the DNS servers' containers, or remove it.", {LIMIT: _more})),
    not_when="The containers have no CPU limit, as in the manifests of Kubernetes itself; then see PLM604.",
    measure_if_unsure=(
        "rate(container_cpu_cfs_throttled_periods_total) of the containers, and whether they are restarted without load, too."
    ),
    sources=(
        "https://github.com/kubernetes/kubernetes/tree/master/cluster/addons/dns",
        "https://github.com/kubernetes-sigs/kubespray/pull/922",
    ),
    observe=_observe,
    background=(
        "kubedns follows every endpoint of the cluster. On a large one that alone takes a tenth of a core, which is what "
        "Kargo allowed it: then it answers neither pods nor probes, is killed after fifty seconds, and begins anew by "
        "listing everything. Nothing notable is in its log."
    ),
)
