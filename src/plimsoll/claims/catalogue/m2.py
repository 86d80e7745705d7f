"""M2: the DNS of 900 nodes, as deployed and as mended."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/dns-before", "openstack/dns-after"

CLAIM = Claim(
    id="M2",
    title="kube-dns cannot carry OpenStack on 900 nodes until it has more replicas, forwards, cache and higher limits",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Restarts of its containers by their liveness probes, before",
            "continuous, even without load",
            "restarts",
            lambda runs: runs[BEFORE].metric("dns.restarts") - runs[BEFORE].metric("dns.oomKills"),
            at_least=4,
            note="The back-off of the kubelet grows to five minutes, so half an hour has room for about a dozen.",
        ),
        Check(
            "Queries refused for want of a forward, before",
            "Maximum number of concurrent DNS queries reached",
            "queries",
            lambda runs: runs[BEFORE].metric("dns.refused.count"),
            at_least=1,
        ),
        Check(
            "Look-ups that fail, before",
            "kubedns becomes unresponsive",
            "%",
            lambda runs: 100 * runs[BEFORE].metric("dns.failed.ratio"),
            at_least=50,
        ),
        Check(
            "Restarts at the memory limit of 170Mi, before",
            "sometimes",
            "restarts",
            lambda runs: runs[BEFORE].metric("dns.oomKills"),
            at_least=1,
            disagreement="The article does not say what filled dnsmasq's memory. A real dnsmasq 2.90 with 10,000 entries is "
            "resident with 5.9 MB, and kubedns keeps the objects of this cluster in 60 MB: the model has nothing that grows "
            "to 170 MiB here.",
        ),
        Check(
            "Look-ups that fail, after",
            "solved with 6 replicas, forward-max 1000, cache 10,000 and higher limits",
            "%",
            lambda runs: 100 * runs[AFTER].metric("dns.failed.ratio"),
            at_most=0.5,
        ),
        Check(
            "Restarts and refused queries, after",
            "none observed",
            "",
            lambda runs: runs[AFTER].metric("dns.restarts") + runs[AFTER].metric("dns.refused.count"),
            at_most=0,
        ),
    ),
)
