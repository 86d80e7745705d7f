"""F4: pods of many containers."""

from plimsoll.claims.claim import NOT_PUBLISHED, Check, Claim, Measure

SWEEP = "future/f4-containers-per-pod"


def _measured(containers: int) -> Measure:
    return lambda runs: runs[f"{SWEEP} containersPerPod={containers}"].metric("podRunning.p99")


CLAIM = Claim(
    id="F4",
    title="250 pods on each of two nodes with many containers",
    scenarios=(),
    sweeps=(SWEEP,),
    checks=tuple(
        Check(
            f"Created to Running with {containers} containers in each pod, 99 %",
            NOT_PUBLISHED,
            "s",
            _measured(containers),
        )
        for containers in (1, 5, 20)
    ),
)
