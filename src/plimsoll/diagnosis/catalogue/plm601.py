"""The DNS servers refuse queries because too many are forwarded and not answered yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

MESSAGE = r"Maximum number of concurrent DNS queries reached|concurrent queries exceeded maximum"
REFUSED, QUERIES, DENIED = "dns.refusedPerSecond", "dns.queriesPerSecond", "dns.deniedPerSecond"
MOST = "dns.forwardMax"

LINES = Threshold("log lines", 1, "lines", "dnsmasq writes one for many refused queries, every ten seconds at most")
ENOUGH = Threshold("forwards", 1000, "queries", "what dnsmasq's manual allows, and CoreDNS is deployed with")


def _observe(evidence: Evidence) -> Sighting | None:
    lines = evidence.logs.matching(MESSAGE)
    refused = evidence.gauges.peak(REFUSED)
    if len(lines) < LINES.value and not refused:
        return None
    most = evidence.gauges.setting(MOST) or 0.0
    queries, denied = evidence.gauges.peak(QUERIES), evidence.gauges.peak(DENIED)
    return Sighting(
        cause=(
            f"All {most:g} forwards of a DNS server were taken, so that up to {refused:,.0f} of {queries:,.0f} queries a "
            f"second were refused; each look-up of a pod is several queries, as its resolver tries the names of its search "
            f"path, and up to {denied:,.0f} answers a second said that there is no such name."
        ),
        confidence=1.0 if lines else 0.9,
        evidence=(
            Fact(
                "log lines about it, from servers",
                len(lines),
                "lines",
                "log of dnsmasq or CoreDNS",
            ),
            Fact.of(f"config.{MOST}", "forwards at a time", most),
            Fact.of(REFUSED, "most refused", refused),
            Fact.of(QUERIES, "most queries", queries),
            Fact.of(DENIED, "most denials, from the search path", denied),
        ),
        plot=Plot.of(evidence.gauges.steps(REFUSED), "Refused queries", "1/s"),
        limits_next="the servers' processors, or whoever is forwarded to",
    )


def _more(evidence: Evidence) -> int:
    return round(max(ENOUGH.value, 2 * (evidence.gauges.setting(MOST) or 0.0)))


FINDING = Finding(
    code="PLM601",
    name="dns-forwards-exceeded",
    claim="DNS servers refuse queries because as many as they may forward at a time are waiting for an answer.",
    asks=(REFUSED, QUERIES, DENIED, f"config.{MOST}", "log lines of dnsmasq or CoreDNS"),
    thresholds=(LINES, ENOUGH),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Let the servers forward more at a time: dnsmasq --dns-forward-max, CoreDNS forward … max_concurrent. Names that "
            "end in a dot, or a lower ndots, spare the search path.",
            {MOST: _more},
        )
    ),
    not_when=(
        "Whoever is forwarded to does not answer at all: then any number of forwards is taken in the end. Look at the "
        "answer times of the servers outside first; of kube-dns also at the processor of kubedns."
    ),
    measure_if_unsure=(
        "coredns_forward_max_concurrent_rejects_total; of kube-dns, kubectl logs of the dnsmasq container. Forwards in use "
        "are their rate times their answer time: 150 last for 15,000 a second at 10 ms, and for 15 a second at time-outs."
    ),
    sources=(
        "https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html",
        "https://coredns.io/plugins/forward/",
    ),
    observe=_observe,
    symptom_of=("PLM603",),
    background=(
        "A forwarded query holds a slot until it is answered or timed out, 10 s in dnsmasq. With ndots:5 a name outside the "
        "cluster is asked for with every domain of the search path first, for A and AAAA: eight queries, and two more for "
        "each domain of the node. Started with --no-negcache, as kube-dns is, dnsmasq forwards each of the denials anew."
    ),
)
