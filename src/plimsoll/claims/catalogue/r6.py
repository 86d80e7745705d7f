"""R6: 520 pods on a node need a hostPrefix of 22."""

from plimsoll.claims.claim import Check, Claim

NARROW, WIDE = "openshift/host-prefix-before", "openshift/host-prefix-after"

CLAIM = Claim(
    id="R6",
    title="maxPods 520 needs hostPrefix 22, because a /23 has 510 addresses",
    scenarios=(NARROW, WIDE),
    checks=(
        Check(
            "Pods on one node that run with a /23",
            "up to 510 addresses",
            "pods",
            lambda runs: runs[NARROW].metric("pods.running"),
            at_least=507,
            at_most=510,
            note="The plugin keeps the gateway's address for itself, so 509 are left of the published 510.",
        ),
        Check(
            "Pods that were refused an address with a /23",
            "not quite enough",
            "pods",
            lambda runs: float(runs[NARROW].pods_with_event("FailedCreatePodSandBox")),
            at_least=10,
            at_most=13,
        ),
        Check(
            "Pods on one node that run with a /22",
            "520",
            "pods",
            lambda runs: runs[WIDE].metric("pods.running"),
            at_least=520,
            at_most=520,
        ),
    ),
)
