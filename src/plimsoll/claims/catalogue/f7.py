"""F7: more nodes."""

from plimsoll.claims.claim import NOT_PUBLISHED, Check, Claim, Measure

SWEEP = "future/f7-more-nodes"


def _measured(nodes: int) -> Measure:
    return lambda runs: runs[f"{SWEEP} nodes={nodes}"].metric("podRunning.p99")


CLAIM = Claim(
    id="F7",
    title="More nodes, with 50 pods each",
    scenarios=(),
    sweeps=(SWEEP,),
    checks=tuple(
        Check(
            f"Created to Running on {nodes} nodes, 99 %",
            NOT_PUBLISHED,
            "s",
            _measured(nodes),
        )
        for nodes in (50, 100, 200, 400)
    ),
)
