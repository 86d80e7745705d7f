"""R4: watching secrets instead of polling them takes the steady load away."""

from plimsoll.claims.claim import Check, Claim

POLLING, WATCHING = "openshift/polling-before", "openshift/polling-after"
STEADY_SECONDS = 600.0

CLAIM = Claim(
    id="R4",
    title="Watch instead of Cache removes the polling of secrets",
    scenarios=(POLLING, WATCHING),
    checks=(
        Check(
            "Steady requests for secrets, Cache, three kubelets",
            "3 x 667 x 2 / 75 s = 53.4 (mechanism)",
            "req/s",
            lambda runs: runs[POLLING].requests_per_second("kubelet", "secrets", STEADY_SECONDS),
            at_least=48,
            at_most=59,
        ),
        Check(
            "Steady requests for secrets, Watch, three kubelets",
            "much more efficient",
            "req/s",
            lambda runs: runs[WATCHING].requests_per_second("kubelet", "secrets", STEADY_SECONDS),
            at_most=10,
            note="What is left are renewals of 4,000 watches, which end after five to ten minutes and pass no limiter.",
        ),
    ),
)
