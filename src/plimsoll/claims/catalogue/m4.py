"""M4: what anti-affinity costs the scheduler of Kubernetes 1.5.1, and what 1.5.2 made of it."""

from plimsoll.claims.claim import Check, Claim

BEFORE, AFTER = "openstack/anti-affinity-cost-before", "openstack/anti-affinity-cost-after"

CLAIM = Claim(
    id="M4",
    title="4,500 pods with anti-affinity on 900 nodes take about three hours to schedule in 1.5.1, half an hour in 1.5.2",
    scenarios=(BEFORE, AFTER),
    checks=(
        Check(
            "Hours until the last pod is scheduled, 1.5.1",
            "about 3",
            "h",
            lambda runs: runs[BEFORE].metric("podScheduled.max") / 3600,
            at_least=2.5,
            at_most=3.5,
            note="Each cycle compares 900 nodes with all pods that are there, 20 µs a pair on 16 goroutines: the pairs add up "
            "to the square of the number of pods. The 20 µs are calibrated with this number; that the shape is right shows "
            "in the next.",
        ),
        Check(
            "Seconds for one pod on average, 1.5.1",
            "2-3",
            "s",
            lambda runs: runs[BEFORE].metric("scheduler.algorithmSeconds.mean"),
            at_least=2.0,
            at_most=3.5,
            note="Over time, as one who looks at the scheduler now and then sees it; from 0.02 s for the first to 5 s for "
            "the last.",
        ),
        Check(
            "Minutes until the last pod is scheduled, 1.5.2",
            "about 30",
            "min",
            lambda runs: runs[AFTER].metric("podScheduled.max") / 60,
            at_least=18,
            at_most=36,
        ),
        Check(
            "Seconds for one pod on average, 1.5.2",
            "about 0.3",
            "s",
            lambda runs: runs[AFTER].metric("scheduler.algorithmSeconds.mean"),
            at_least=0.2,
            at_most=0.45,
        ),
    ),
)
