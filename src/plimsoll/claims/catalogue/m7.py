"""M7: a node whose Docker does not answer starts and stops nothing, until Docker is restarted."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/runtime-hang-before", "openstack/runtime-hang-after"
HUNG_NODES = 3

CLAIM = Claim(
    id="M7",
    title="Where Docker hangs no pod starts, and kubelets report time-outs; a restart of Docker helps",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Pods that never run",
            "pods cannot be spawned on the affected minion node",
            "pods",
            lambda runs: 500 - runs[BEFORE].metric("pods.running"),
            at_least=HUNG_NODES,
            note="Three of 100 nodes hang; Kubernetes 1.5 goes on taking them for Ready.",
        ),
        Check(
            "Pods whose kubelet reports that an operation timed out",
            "timeouts in the kubelet logs",
            "pods",
            lambda runs: runs[BEFORE].pods_with_event("FailedSync"),
            at_least=HUNG_NODES,
        ),
        Check(
            "Pods running after Docker was restarted",
            "we had to restart the docker service",
            "pods",
            lambda runs: runs[AFTER].metric("pods.running"),
            at_least=500,
        ),
    ),
)
