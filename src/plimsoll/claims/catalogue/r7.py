"""R7: the article's smaller runs, all of which succeeded."""

from collections.abc import Mapping

from plimsoll.claims.claim import Check, Claim, Measure
from plimsoll.claims.evidence import Evidence

PODS = {
    "openshift/25-nodes-pausepod-after": 12_500,
    "openshift/25-nodes-client-server": 12_500,
    "openshift/50-nodes-pausepod": 25_000,
    "openshift/50-nodes-client-server": 25_000,
}


def _running(scenario: str) -> Measure:
    def measure(runs: Mapping[str, Evidence]) -> float:
        return runs[scenario].metric("pods.running")

    return measure


CLAIM = Claim(
    id="R7",
    title="The smaller runs succeed too",
    scenarios=tuple(PODS),
    checks=tuple(
        Check(
            f"Pods Running in {scenario.removeprefix('openshift/')}",
            f"all {pods:,}",
            "pods",
            _running(scenario),
            at_least=pods,
            at_most=pods,
        )
        for scenario, pods in PODS.items()
    ),
)
