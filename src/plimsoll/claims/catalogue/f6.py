"""F6: pods that do something else than exchange data."""

from plimsoll.claims.claim import NOT_PUBLISHED, Check, Claim, Measure

SWEEP = "future/f6-more-workloads"


def _measured(kind: str) -> Measure:
    return lambda runs: runs[f"{SWEEP} workload={kind}"].metric("podRunning.p99")


CLAIM = Claim(
    id="F6",
    title="250 pods on each of two nodes that do something else than exchange data",
    scenarios=(),
    sweeps=(SWEEP,),
    checks=tuple(
        Check(
            f"Created to Running, pods that {what}, 99 %",
            NOT_PUBLISHED,
            "s",
            _measured(kind),
            note=note,
        )
        for kind, what, note in (
            ("cpuSoak", "keep a processor busy", "In simulation what pods do takes nothing from kubelet and runtime."),
            ("memorySoak", "hold memory", ""),
            ("files", "write files", ""),
        )
    ),
)
