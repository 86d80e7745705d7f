"""The program that makes the load holds itself back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

SHARE = Threshold(
    "requests that waited", 0.1, "share", "the first requests of a burst wait for a moment, as a limiter is for"
)
WAIT = Threshold("mean wait", 1, "s", "client-go logs waits over a second at its default verbosity")


def _observe(evidence: Evidence) -> Sighting | None:
    waits, requests = evidence.load.own_waits, evidence.load.requests
    if waits.count < SHARE.value * max(requests.count, 1) or waits.mean_seconds < WAIT.value:
        return None
    return Sighting(
        cause=(
            f"{waits.count} of the driver's {requests.count} requests waited {waits.mean_seconds:.1f} s on average at the "
            "driver's own limiter: the load was slower than wanted, whatever the cluster could do."
        ),
        confidence=1.0,
        evidence=(
            Fact("mean wait at the driver's own limiter", waits.mean_seconds, "s", "the driver's own count"),
            Fact("requests that waited", waits.count, "requests", "the driver's own count"),
        ),
        effect=Effect(evidence.load.pods, waits.mean_seconds),
        plot=Plot.of(requests.rate, "Requests of the driver", "1/s"),
    )


FINDING = Finding(
    code="PLM104",
    name="driver-throttled",
    claim="The driver's own limiter holds the load back, so the cluster was not asked for what the scenario says.",
    asks=("waits at the driver's own limiter",),
    thresholds=(SHARE, WAIT),
    severity="warning",
    remedies=everywhere(Remedy("Raise the driver's limit of requests, or ask for a slower pace.")),
    not_when="The pace of the scenario is meant to be that slow.",
    measure_if_unsure="Compare the rate of the driver's POSTs in the audit log with the pace of the scenario.",
    sources=("https://github.com/kubernetes/client-go/blob/master/rest/config.go (5/10 where nothing is set)",),
    observe=_observe,
    background="A client library limits itself: client-go to 5 requests a second unless told otherwise, as kubectl to 50.",
)
