"""R7: the article's smaller runs, all of which succeeded."""

from collections.abc import Mapping

from plimsoll.claims.claim import Check, Claim, Measure
from plimsoll.claims.evidence import Evidence

OLD = "openshift/25-nodes-pausepod-before"
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
    scenarios=(*PODS, OLD),
    checks=(
        *(
            Check(
                f"Pods Running in {scenario.removeprefix('openshift/').removesuffix('-after')}",
                f"all {pods:,}",
                "pods",
                _running(scenario),
                at_least=pods,
                at_most=pods,
            )
            for scenario, pods in PODS.items()
        ),
        Check(
            "Pods Running in 25-nodes-pausepod with the settings of 4.2",
            "beyond 380 per node some remain Pending",
            "pods",
            _running(OLD),
            at_most=12_499,
            note="Ten minutes after the last deployment was created.",
        ),
    ),
)
