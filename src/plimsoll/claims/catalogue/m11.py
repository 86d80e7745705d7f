"""M11: masters on virtual machines cannot carry 900 nodes; masters on bare metal can."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/virtual-masters-before", "openstack/virtual-masters-after"
LARGE_CLUSTER_CORES = 32
"""Of the master, for more than 500 nodes ("Building large clusters", kubernetes.io)."""

CLAIM = Claim(
    id="M11",
    title="On virtual machines the API servers of 900 nodes can't function at all; on bare metal they can",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Share of the virtual masters' CPUs that is busy",
            "couldn't function at all",
            "",
            lambda runs: runs[BEFORE].metric("masters.utilization.max"),
            at_least=0.98,
        ),
        Check(
            "Mean time of a write, virtual machines",
            "couldn't function at all",
            "s",
            lambda runs: runs[BEFORE].metric("apiserver.latency.POST.mean"),
            at_least=1.0,
            note="Kubernetes' objective is one second for 99 % of the writes.",
        ),
        Check(
            "Mean time of a write, bare metal",
            "work",
            "s",
            lambda runs: runs[AFTER].metric("apiserver.latency.POST.mean"),
            at_most=1.0,
        ),
        Check(
            "CPUs that the API servers use on bare metal",
            "up to 40",
            "",
            lambda runs: runs[AFTER].metric("masters.cpuCores.apiserver.max"),
            at_least=16,
            at_most=40,
            note=f"More than the virtual machines have, 16; kubernetes.io asks for {LARGE_CLUSTER_CORES} from 500 nodes on.",
        ),
    ),
)
