"""The DNS servers are too few: their processors are busy and queries are lost."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

QUERIES, DROPPED, DENIED, HITS, CORES = (
    "dns.queriesPerSecond",
    "dns.droppedPerSecond",
    "dns.deniedPerSecond",
    "dns.cacheHitRatio",
    "dns.cpuCores",
)
REPLICAS, LIMIT = "dns.replicas", "dns.cpuLimitCores"

LOST = Threshold("lost queries", 0.001, "share", "each lost one makes a look-up wait for 5 s")
WHOLE = Threshold("limit of a server", 1.0, "cores", "below it the limit is what to raise, see PLM603")
MARGIN = Threshold("margin", 1.5, "x", "a queue with random arrivals is quick up to two thirds of its capacity")


def _observe(evidence: Evidence) -> Sighting | None:
    gauges = evidence.gauges
    queries, dropped = gauges.peak(QUERIES), gauges.peak(DROPPED)
    limit = gauges.setting(LIMIT) or 0.0
    if dropped <= LOST.value * queries or 0 < limit < WHOLE.value:
        return None
    replicas, denied = gauges.setting(REPLICAS) or 1.0, gauges.peak(DENIED)
    return Sighting(
        cause=(
            f"{_servers(replicas)} asked {queries:,.0f} queries a second, of which {dropped:,.0f} find no room in a receive "
            f"buffer; look-ups are multiplied by the search path, so that up to {denied:,.0f} answers a second say that "
            f"there is no such name."
        ),
        confidence=0.95,
        evidence=(
            Fact.of(f"config.{REPLICAS}", "servers", replicas),
            Fact.of(QUERIES, "most queries", queries),
            Fact.of(DROPPED, "most lost", dropped),
            Fact.of(DENIED, "most denials, from the search path", denied),
            Fact.of(HITS, "best part answered from caches", gauges.peak(HITS)),
            *(Fact.of(CORES, f"most CPU of {name}", used) for name, used in sorted(gauges.highest(CORES).items())),
        ),
        plot=Plot.of(gauges.steps(DROPPED), "Lost queries", "1/s"),
    )


def _servers(replicas: float) -> str:
    return "One DNS server is" if replicas == 1 else f"{replicas:g} DNS servers are"


def _enough(evidence: Evidence) -> int:
    """So many that each gets what it can answer: the share that was lost says how much too much that was."""
    queries, dropped = evidence.gauges.peak(QUERIES), evidence.gauges.peak(DROPPED)
    replicas = evidence.gauges.setting(REPLICAS) or 1.0
    answered = max(queries - dropped, 0.01 * queries)
    return ceil(MARGIN.value * replicas * queries / answered) if queries else round(replicas)


FINDING = Finding(
    code="PLM604",
    name="dns-too-few-servers",
    claim="The DNS servers are too few for the queries of the cluster, and lose some of them.",
    asks=(QUERIES, DROPPED, DENIED, HITS, CORES, f"config.{REPLICAS}", f"config.{LIMIT}"),
    thresholds=(LOST, WHOLE, MARGIN),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Run more DNS servers, or have the autoscaler do so; names that end in a dot, a lower ndots, a cache for "
            "denials or one on each node take load off them.",
            {REPLICAS: _enough},
        )
    ),
    not_when="Queries are lost elsewhere, such as in a full table of connections (insert_failed of conntrack -S).",
    measure_if_unsure=(
        "RcvbufErrors in /proc/net/snmp of the servers' pods; container_cpu_usage_seconds_total near one core for dnsmasq."
    ),
    sources=(
        "https://kubernetes.io/docs/tasks/administer-cluster/dns-horizontal-autoscaling/",
        "https://github.com/coredns/deployment/blob/master/kubernetes/Scaling_CoreDNS.md",
    ),
    observe=_observe,
    background=(
        "A server reads its socket no faster than its processor lets it; what the kernel's buffer cannot hold is dropped, "
        "and the resolver asks again after 5 s, which is one more query. dnsmasq has a single thread. With ndots:5 a name "
        "outside the cluster is eight queries, and two more for each domain that the nodes search."
    ),
)
