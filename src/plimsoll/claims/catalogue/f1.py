"""F1: even more pods on a node."""

from plimsoll.claims.claim import NOT_PUBLISHED, Check, Claim, Measure

SWEEP = "future/f1-more-pods"


def _measured(pods: int) -> Measure:
    return lambda runs: runs[f"{SWEEP} podsPerNode={pods}"].metric("podRunning.p99")


CLAIM = Claim(
    id="F1",
    title="Even more pods on a node",
    scenarios=(),
    sweeps=(SWEEP,),
    checks=tuple(
        Check(
            f"Created to Running with {pods:,} pods on each of two nodes, 99 %",
            NOT_PUBLISHED,
            "s",
            _measured(pods),
        )
        for pods in (250, 500, 1000, 2000)
    ),
)
