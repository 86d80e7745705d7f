"""Containers of the DNS servers are killed at their memory limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

KILLS, BYTES, LIMIT = "dns.oomKills", "dns.memoryBytes", "dns.memoryLimitBytes"
MIB = 2**20

ANY = Threshold("kills", 1, "kills", "a server that is killed answers nobody while it starts")
MARGIN = Threshold("margin", 2, "x", "memory follows the number of pods and services, which grows")


def _observe(evidence: Evidence) -> Sighting | None:
    kills = evidence.gauges.highest(KILLS)
    container = max(kills, key=lambda name: kills[name], default="")
    if not container or kills[container] < ANY.value:
        return None
    limit = evidence.gauges.setting(LIMIT) or 0.0
    peak = evidence.gauges.highest(BYTES).get(container, 0.0)
    return Sighting(
        cause=(
            f"Containers {container} of the DNS servers were killed {kills[container]:g} times at their memory limit of "
            f"{limit / MIB:,.0f} MiB."
        ),
        confidence=1.0,
        evidence=(
            Fact.of(KILLS, f"kills of {container}", kills[container]),
            Fact.of(f"config.{LIMIT}", "limit of a container", limit),
            Fact.of(BYTES, f"most memory seen of {container}", peak),
        ),
        plot=Plot.of(evidence.gauges.steps(BYTES, container), f"Memory of {container}", "B", limit),
    )


def _more(evidence: Evidence) -> int:
    needed = max(evidence.gauges.setting(LIMIT) or 0.0, evidence.gauges.peak(BYTES))
    return round(MARGIN.value * needed)


FINDING = Finding(
    code="PLM602",
    name="dns-out-of-memory",
    claim="Containers of the DNS servers are killed because they need more memory than their limit.",
    asks=(KILLS, BYTES, f"config.{LIMIT}"),
    thresholds=(ANY, MARGIN),
    severity="error",
    remedies=everywhere(Remedy("Raise the memory limit of the DNS servers' containers.", {LIMIT: _more})),
    not_when="A single kill at a burst of queries after all pods have started at once.",
    measure_if_unsure=(
        "container_memory_working_set_bytes of the containers against their limit. CoreDNS needs about 54 MB, 1 MB for "
        "1,000 pods and services, and 3 kB for each entry of its cache; queries that wait need memory, too."
    ),
    sources=("https://github.com/coredns/deployment/blob/master/kubernetes/Scaling_CoreDNS.md",),
    observe=_observe,
    background=(
        "kubedns and CoreDNS keep every service and endpoint of the cluster in memory. CoreDNS also keeps every query that "
        "waits for its processor, so that one which is short of CPU runs out of memory."
    ),
)
