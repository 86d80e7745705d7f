"""R2: the lowest safe kubelet limit for 2,000 pods on three nodes."""

from plimsoll.claims.claim import Check, Claim

LOW, SAFE, CHOSEN = "openshift/kubelet-qps-before", "openshift/qps-25-50", "openshift/kubelet-qps-after"

CLAIM = Claim(
    id="R2",
    title="Kubelet QPS/burst of 25/50 works for 2,000 pods on three nodes, 15/30 does not",
    scenarios=(LOW, SAFE, CHOSEN),
    checks=(
        Check(
            "Created to Running at 15/30, 99 %",
            "did not work",
            "s",
            lambda runs: runs[LOW].metric("podRunning.p99"),
            at_least=600,
            note="667 pods x 2 secrets per 75 s are 17.8 requests a second on each node, more than 15: pods get stuck, "
            "and the backlog of their statuses takes hours to clear.",
        ),
        Check(
            "Running at 25/50",
            "worked fine",
            "pods",
            lambda runs: runs[SAFE].metric("pods.running"),
            at_least=2000,
        ),
        Check(
            "Created to Running at 25/50, 99 %",
            "worked fine",
            "s",
            lambda runs: runs[SAFE].metric("podRunning.p99"),
            at_most=90,
        ),
        Check(
            "Created to Running at 50/100, 99 %",
            "chosen as the safe setting",
            "s",
            lambda runs: runs[CHOSEN].metric("podRunning.p99"),
            at_most=10,
        ),
    ),
)
