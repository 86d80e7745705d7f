"""R3: the throttling that nobody could see."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openshift/throttling-visibility-before", "openshift/throttling-visibility-after"

CLAIM = Claim(
    id="R3",
    title="The kubelet of OpenShift 4.2 is throttled without a word; that of 4.3 logs it at the default verbosity",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Longest wait at the kubelet's own limiter, both with 5/10",
            "30 seconds or more",
            "s",
            lambda runs: min(runs[BEFORE].metric("throttle.kubelet.max"), runs[AFTER].metric("throttle.kubelet.max")),
            at_least=20,
        ),
        Check(
            "Lines in the kubelets' logs about it, 4.2 at -v=3",
            "nothing is logged below -v=4",
            "lines",
            lambda runs: runs[BEFORE].metric("logs.kubelet"),
            at_most=0,
        ),
        Check(
            "Lines in the kubelets' logs about it, 4.3 at -v=3",
            "logged since",
            "lines",
            lambda runs: runs[AFTER].metric("logs.kubelet"),
            at_least=100,
        ),
    ),
)
