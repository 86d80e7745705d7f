"""M6: under 429 the scheduler of Kubernetes 1.5 breaks the anti-affinity that it is to keep."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/bind-race-before", "openstack/bind-race-after"

CLAIM = Claim(
    id="M6",
    title="Faced with 429, the scheduler of Kubernetes 1.5 puts pods of one deployment on one node; that of 1.6 does not",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Pods that share a node with one of their own deployment, 1.5",
            "several pods of the same deployment on one node",
            "pods",
            lambda runs: runs[BEFORE].metric("pods.antiAffinityViolated"),
            at_least=2,
            note="A binding is tried up to eleven times, a second and a wait at the scheduler's own limiter apart: longer than "
            "the 30 s after which 1.5 forgets where it has put the pod. How many requests were refused is not published; "
            "the scenario takes nine of ten.",
        ),
        Check(
            "The same, with the fix of 1.6",
            "fixed",
            "pods",
            lambda runs: runs[AFTER].metric("pods.antiAffinityViolated"),
            at_most=0,
        ),
        Check(
            "Pods running in the end, with the fix",
            "fixed",
            "pods",
            lambda runs: runs[AFTER].metric("pods.running"),
            at_least=2000,
        ),
    ),
)
