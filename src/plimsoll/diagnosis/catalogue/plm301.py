"""Connections of nodes to the API servers are cut while they are idle, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

CONNECTIONS, STARTS, WATCHES = (
    "apiserver.connectionsPerSecond",
    "apiserver.watchStartsPerSecond",
    "apiserver.watches",
)
TIMEOUT = "proxy.idleTimeoutSeconds"

SHORT = Threshold(
    "life of a watch",
    150,
    "s",
    "clients ask for 5 to 10 minutes; half of the shortest is not how watches end by themselves",
)
MANY = Threshold("connections", 0.02, "of the watches, per second", "a connection that lives for less than a minute")
ENOUGH = Threshold("time-out", 600, "s", "no watch is idle for longer: it ends by itself after ten minutes at most")


def _observe(evidence: Evidence) -> Sighting | None:
    gauges, end = evidence.gauges, evidence.run_seconds
    watches, starts, connections = (gauges.steps(name).mean(end) for name in (WATCHES, STARTS, CONNECTIONS))
    if not starts or not watches or watches / starts >= SHORT.value or connections < MANY.value * watches:
        return None
    timeout = gauges.setting(TIMEOUT)
    known = timeout is not None and 0 < timeout < SHORT.value
    facts = [
        Fact.of(CONNECTIONS, "connections set up, mean", connections),
        Fact.of(STARTS, "watches begun, mean", starts),
        Fact.of(WATCHES, "open watches, mean", watches),
        Fact("mean life of a watch", watches / starts, "s", "apiserver_longrunning_requests, apiserver_request_total"),
    ]
    if timeout is not None:
        facts.append(Fact.of(f"config.{TIMEOUT}", "the proxies' idle time-out", timeout))
    return Sighting(
        cause=(
            f"Clients set up {connections:,.0f} connections to the API servers each second and begin {starts:,.0f} watches; "
            f"a watch lives for {watches / starts:.2g} s instead of minutes"
            + (f", because proxies cut what is idle for {timeout:g} s." if known else ".")
        ),
        confidence=0.95 if known else 0.75,
        evidence=tuple(facts),
        plot=Plot.of(gauges.steps(CONNECTIONS), "Connections set up", "1/s"),
    )


FINDING = Finding(
    code="PLM301",
    name="idle-timeout-churn",
    claim="A proxy cuts connections to the API servers that are idle, and every cut costs a TLS handshake and new watches.",
    asks=(CONNECTIONS, STARTS, WATCHES, f"config.{TIMEOUT}"),
    thresholds=(SHORT, MANY, ENOUGH),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Raise the proxies' idle time-out to ten minutes: nginx proxy_timeout, haproxy timeout client and timeout server.",
            {TIMEOUT: int(ENOUGH.value)},
        )
    ),
    not_when=(
        "Clients from client-go 1.20 on ping an idle HTTP/2 connection after 30 s, so that time-outs above that cut nothing. "
        "Many connections for a moment after a restart are no churn."
    ),
    measure_if_unsure=(
        'rate(apiserver_request_total{verb="WATCH"}) against apiserver_longrunning_requests; passive opens of the masters '
        "(node_netstat_Tcp_PassiveOpens); connection times in the access log of the proxy, which pile up at its time-out."
    ),
    sources=(
        "https://github.com/kubernetes-sigs/kubespray/issues/655",
        "https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html#proxy_timeout",
        "OpenStack on Kubernetes with close to 1000 nodes (Mirantis, 2017)",
    ),
    observe=_observe,
    background=(
        "Most requests of a node are watches, on which nothing happens for minutes. A stream proxy only sees that no byte "
        "passes. When it cuts, the client connects at once: TCP, a full TLS handshake, a certificate to verify, and each "
        "watch of that connection from the beginning. Bytes that hold a connection are the kubelet's heartbeats (where they "
        "share it: HTTP/2), bookmarks each minute since 1.16, pings since client-go 1.20."
    ),
)
