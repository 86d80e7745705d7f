"""M1: what connections that a proxy cuts after three idle seconds cost the API servers."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/idle-timeout-before", "openstack/idle-timeout-after"
API_SERVERS = 2

CLAIM = Claim(
    id="M1",
    title="Cutting idle connections after 3 s costs each API server up to 2,000 % CPU, after 10 min 100-200 %",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "CPU of each API server with 3 s",
            "up to 2,000",
            "%",
            lambda runs: runs[BEFORE].metric("masters.cpuCores.apiserver.max") * 100 / API_SERVERS,
            at_least=1500,
            at_most=2000,
            note="Four of a node's five connections are idle; the fifth hears of the leaders' elections each second. 900 nodes "
            "x 4 / 3 s are 1,200 handshakes a second, and as many watches begun. What they cost, 25 ms, is calibrated with "
            "this number.",
        ),
        Check(
            "Connections set up with 3 s",
            "all clients reconnect",
            "1/s",
            lambda runs: runs[BEFORE].metric("apiserver.connectionsPerSecond.mean"),
            at_least=261,
            at_most=1500,
            note="Between one connection of each kubelet, held up by its heartbeats, and five of each node that nothing holds up.",
        ),
        Check(
            "CPU of both API servers with 10 min",
            "100 + 200",
            "%",
            lambda runs: runs[AFTER].metric("masters.cpuCores.apiserver.mean") * 100,
            at_least=150,
            at_most=450,
            note="Heartbeats, of which the cost is calibrated, and a deployment.",
        ),
        Check(
            "Watches begun with 10 min",
            "as they time out by themselves",
            "1/s",
            lambda runs: runs[AFTER].metric("apiserver.watchStartsPerSecond.mean"),
            at_least=9,
            at_most=11,
        ),
        Check(
            "Mean time of a write with 10 min",
            "200-400",
            "ms",
            lambda runs: runs[AFTER].metric("apiserver.latency.PATCH.mean") * 1000,
            at_least=200,
            at_most=400,
            disagreement="The model's API servers have cores to spare, and nothing else makes them wait: no locks, no garbage "
            "collector of Go 1.7, and an etcd whose disks are never slow.",
        ),
    ),
)
