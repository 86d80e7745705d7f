"""M5: 429 at the default in-flight limit of the API servers, and none at 2000."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/in-flight-limit-before", "openstack/in-flight-limit-after"

CLAIM = Claim(
    id="M5",
    title="API servers that take in 400 requests at a time refuse services with 429 though they have CPU left; 2000 will do",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Requests refused with 429 at 400 for each API server",
            "different services start receiving 429",
            "",
            lambda runs: runs[BEFORE].metric("apiserver.refused"),
            at_least=1000,
            note="How slow etcd was is not published: with writes of 3 s the 800 slots are full at 270 writes a second "
            "(Little's law), which is what 4,500 starting pods and 900 nodes' heartbeats come to.",
        ),
        Check(
            "Largest share of the masters' CPU that requests take meanwhile",
            "kube-apiservers can take more load",
            "",
            lambda runs: runs[BEFORE].metric("apiserver.utilization.max"),
            at_most=0.7,
        ),
        Check(
            "Requests refused at 2000 for each",
            "workable",
            "",
            lambda runs: runs[AFTER].metric("apiserver.refused"),
            at_most=0,
        ),
        Check(
            "Created to Running at 2000, against 400",
            "workable",
            "",
            lambda runs: runs[AFTER].metric("podRunning.p99") / runs[BEFORE].metric("podRunning.p99"),
            at_most=0.75,
        ),
    ),
)
