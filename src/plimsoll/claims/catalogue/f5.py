"""F5: pods with probes."""

from plimsoll.claims.claim import NOT_PUBLISHED, Check, Claim, Measure

SWEEP = "future/f5-probes"


def _measured(period: int) -> Measure:
    return lambda runs: runs[f"{SWEEP} podsPerNode=500 probePeriodSeconds={period}"].metric("podReady.p99")


CLAIM = Claim(
    id="F5",
    title="500 pods on each of two nodes with readiness and liveness probes",
    scenarios=(),
    sweeps=(SWEEP,),
    checks=tuple(
        Check(
            f"Created to Ready with probes every {period} s, 99 %",
            NOT_PUBLISHED,
            "s",
            _measured(period),
            note=note,
        )
        for period, note in (
            (
                60,
                "The first readiness probe comes up to a period after the container: seldom probes are late, not slow.",
            ),
            (10, ""),
            (1, "What a probe costs the runtime is not modelled."),
        )
    ),
)
