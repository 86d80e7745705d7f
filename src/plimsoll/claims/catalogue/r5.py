"""R5: how long the 100-node run took to create and to tear down, and how fast pods came."""

from collections.abc import Mapping

from plimsoll.claims.claim import Check, Claim, Measure
from plimsoll.claims.evidence import Evidence

RUN = "openshift/500-pods-per-node"
OLD = "openshift/500-pods-per-node-before"


def _minutes(phase: str) -> Measure:
    def measure(runs: Mapping[str, Evidence]) -> float:
        return runs[RUN].metric(f'phase["{phase}"]') / 60

    return measure


CLAIM = Claim(
    id="R5",
    title="100 nodes, 5,000 namespaces, 50,000 secrets, 50,000 pods",
    scenarios=(RUN, OLD),
    checks=(
        Check(
            "Create namespaces",
            "4",
            "min",
            _minutes("Create namespaces"),
            at_least=3,
            at_most=5,
            note="The start-up time of one `oc` process is calibrated from this number; the others follow.",
        ),
        Check("Create secrets", "43", "min", _minutes("Create secrets"), at_least=32, at_most=54),
        Check("Create deployments", "34", "min", _minutes("Create deployments"), at_least=25, at_most=43),
        Check("Exchange data", "480", "min", _minutes("Exchange data"), at_least=475, at_most=500),
        Check(
            "Delete pods and namespaces",
            "29",
            "min",
            _minutes("Delete pods and namespaces"),
            at_least=20,
            at_most=40,
            note="Ten workers of the namespace controller, two requests for each of 110 resource types, twice over; "
            "the latency of a request to three masters is a guess.",
        ),
        Check(
            "Pods created per minute",
            "about 1,600",
            "pods/min",
            lambda runs: runs[RUN].metric("podsPerMinute.created"),
            at_least=1200,
            at_most=2000,
        ),
        Check(
            "Pods in ContainerCreating while pods are created",
            "about 270",
            "pods",
            lambda runs: runs[RUN].metric("containerCreating.mean"),
            at_least=200,
            at_most=340,
            note="Little's law: the rate, which follows from the driver's pace, times the ten seconds of the next line.",
        ),
        Check(
            "From scheduled to Running",
            "about 10",
            "s",
            lambda runs: runs[RUN].metric("podStarting.p50"),
            at_least=8,
            at_most=12,
            note="The runtime's time to start a pod is calibrated from this number, so that it comes out proves nothing.",
        ),
        Check(
            "Pods Running",
            "50,000",
            "pods",
            lambda runs: runs[RUN].metric("pods.running"),
            at_least=50_000,
            at_most=50_000,
        ),
        Check(
            "Part of the pods Running with the settings of 4.2, on a tenth of the nodes",
            "beyond 380 per node some remain Pending",
            "",
            lambda runs: runs[OLD].metric("pods.running.ratio"),
            at_most=0.99,
            note="Ten minutes after the last deployment was created.",
        ),
    ),
)
