"""F8: the curve of pods per node against nodes."""

from plimsoll.claims.claim import NOT_PUBLISHED, Check, Claim, Measure

SWEEP = "future/f8-pods-per-node-by-nodes"


def _measured(nodes: int) -> Measure:
    return lambda runs: runs[f"{SWEEP} nodes={nodes}"].metric("podsPerNode")


CLAIM = Claim(
    id="F8",
    title="The most pods per node that are up within three minutes, against the number of nodes",
    scenarios=(),
    frontiers=(SWEEP,),
    checks=tuple(
        Check(
            f"Most pods on each of {nodes} nodes" if nodes > 1 else "Most pods on one node",
            NOT_PUBLISHED,
            "pods",
            _measured(nodes),
        )
        for nodes in (1, 2, 4, 8, 16, 32, 48)
    ),
)
