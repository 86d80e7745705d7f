"""R9: what Prometheus needs for 50,000 pods, and for their successors."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openshift/prometheus-memory-before", "openshift/prometheus-memory-after"
GIGABYTE = 1e9

CLAIM = Claim(
    id="R9",
    title="Prometheus takes 130 GB for 50,000 pods, up to 300 GB when they are replaced, and crashes",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Memory, mean of the run",
            "typically about 130 GB",
            "GB",
            lambda runs: runs[AFTER].metric("monitoring.memoryBytes.mean") / GIGABYTE,
            at_least=110,
            at_most=165,
            note="Not a prediction: the number of series of a pod, 800, is calibrated from this. The mean has the peak in it.",
        ),
        Check(
            "Memory, most",
            "toward 300 GB",
            "GB",
            lambda runs: runs[AFTER].metric("monitoring.memoryBytes.max") / GIGABYTE,
            at_least=240,
            at_most=320,
            note="Pods that are gone stay in the head for one to three hours beside their successors. Their node had 192 GB, "
            "so one Prometheus cannot have shown 300; here it is given a node of 384 GB to see how much it wants.",
        ),
        Check(
            "Crashes on a node of 192 GB",
            "two",
            "crashes",
            lambda runs: runs[BEFORE].metric("monitoring.restarts"),
            at_least=2,
            note="Once out of memory, the model's Prometheus reads the same log again at each start, and is killed again until "
            "somebody deletes it. The article counts cases, and does not say what was done about them.",
        ),
        Check(
            "Crashes on a node of 384 GB",
            "not published",
            "crashes",
            lambda runs: runs[AFTER].metric("monitoring.restarts"),
            at_most=0,
        ),
    ),
)
