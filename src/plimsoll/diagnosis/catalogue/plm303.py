"""The API servers answer 429 because as many requests are in flight as they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.gauges import Plateau, plateau
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere
from plimsoll.measurement.traffic import TOO_MANY_REQUESTS

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence
    from plimsoll.measurement.columns import Steps

IN_FLIGHT, READS, WRITES = "apiserver.inflight", "apiserver.maxReadsInFlight", "apiserver.maxMutatingInFlight"
SEATS = "apiserver.seats"
READING = ("GET", "LIST")

NEAR = Threshold("nearness to the limit", 0.3, "share", "a limit that is met for moments shows less in a window's mean")
LASTING = Threshold("time near it", 20, "s", "two windows of measurement; a burst of creations is over by then")
REFUSED = Threshold("refused", 0.001, "of the requests", "clients retry a few, and nobody notices")
RETRY = Threshold("wait for each 429", 1, "s", "Retry-After: 1, which the API server sends and client-go obeys")
MORE = Threshold("factor of the remedy", 5, "x", "published: 400 refused, and 2000 was workable")


@dataclass(frozen=True, slots=True)
class AtLimit:
    """An in-flight limit that requests stood at."""

    setting: str
    limit: float
    steps: Steps
    reached: Plateau
    source: str
    """Where the number of requests in flight is from."""


def limits_reached(evidence: Evidence) -> tuple[AtLimit, ...]:
    """The limits that refused requests: of reads, of writes, or the one for both that there was before 1.6."""
    if evidence.gauges.by_instance(SEATS):
        return ()  # both limits are one pool of seats, which priority levels share: PLM304
    found = (_look_at(evidence, setting) for setting in (READS, WRITES))
    return tuple(one for one in found if one is not None)


def _look_at(evidence: Evidence, setting: str) -> AtLimit | None:
    limit = evidence.gauges.setting(setting)
    if not limit or not _refused(evidence, setting):
        return None
    steps, source = evidence.clients.in_flight(), "requests a second times their mean time, of the audit log"
    kind = "readonly" if setting == READS else "mutating"
    if (sampled := evidence.gauges.steps(IN_FLIGHT, kind)).values.size:
        steps, source = sampled, "apiserver_current_inflight_requests"
    reached = plateau(steps, limit, NEAR.value, evidence.run_seconds) if steps.values.size else Plateau(limit)
    return AtLimit(setting, limit, steps, reached, source) if reached.seconds >= LASTING.value else None


def _refused(evidence: Evidence, setting: str) -> int:
    """Requests answered with 429 that this limit could have refused."""
    every = evidence.clients.refused().count
    reads = sum(evidence.clients.requests(verb=verb, code=TOO_MANY_REQUESTS).count for verb in READING)
    if not evidence.gauges.setting(WRITES):
        return every
    return reads if setting == READS else every - reads


def raised(evidence: Evidence, setting: str) -> int | None:
    """A limit that is several times as high, where requests stood at it."""
    limits = {one.setting: one.limit for one in limits_reached(evidence)}
    return round(MORE.value * limits[setting]) if setting in limits else None


def _observe(evidence: Evidence) -> Sighting | None:
    refused = evidence.clients.refused()
    if not refused.count or refused.count < REFUSED.value * evidence.clients.requests().count:
        return None
    limits = limits_reached(evidence)
    if not limits:
        return None
    worst = max(limits, key=lambda one: one.reached.seconds)
    pods = len(evidence.pods)
    return Sighting(
        cause=(
            f"The API servers answered {refused.count:,} requests with 429: {worst.reached.mean:,.0f} were in flight where "
            f"{worst.limit:,.0f} may be, for {worst.reached.seconds:,.0f} s."
        ),
        confidence=0.9,
        evidence=(
            Fact("requests answered with 429", refused.count, "requests", 'apiserver_request_total{code="429"}'),
            Fact("requests in flight while at the limit, mean", worst.reached.mean, "requests", worst.source),
            Fact.of(f"config.{worst.setting}", "limit of all API servers together", worst.limit),
            Fact("time at the limit", worst.reached.seconds, "s", worst.source),
        ),
        effect=Effect(pods, RETRY.value * refused.count / pods if pods else 0.0),
        plot=Plot.of(worst.steps, "Requests in flight", "requests", worst.limit),
    )


FINDING = Finding(
    code="PLM303",
    name="in-flight-limit",
    claim="The API servers refuse requests with 429 because as many are in flight as they take.",
    asks=(IN_FLIGHT, SEATS, f"config.{READS}", f"config.{WRITES}", "requests by verb and code, with their times"),
    thresholds=(NEAR, LASTING, REFUSED, RETRY, MORE),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Raise --max-requests-inflight (and --max-mutating-requests-inflight) of the API servers, if their cores and "
            "memory allow it.",
            {READS: lambda evidence: raised(evidence, READS), WRITES: lambda evidence: raised(evidence, WRITES)},
        )
    ),
    not_when=(
        "The API servers have no core left (PLM302): then more requests in flight only wait longer. 429 with few requests "
        "in flight comes from something else: a full priority level, or an eviction that a budget forbids."
    ),
    measure_if_unsure=(
        "apiserver_current_inflight_requests against the two flags; before 1.6, where it is not shown, the rate of "
        "requests that are no watches times their mean time, which is the same by Little's law."
    ),
    sources=(
        "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ (--max-requests-inflight: 400)",
        "https://github.com/kubernetes/apiserver/blob/master/pkg/server/filters/maxinflight.go",
        "OpenStack on Kubernetes with close to 1000 nodes (Mirantis, 2017)",
    ),
    observe=_observe,
    symptom_of=("PLM302", "PLM305"),
    background=(
        "An API server counts requests that are neither watches nor logs nor the like, and refuses those beyond its limit at "
        "once: it has no queue (since 1.20 priority and fairness has one). Requests in flight are their rate times their "
        "time, so that a slow etcd fills the slots though the cores are idle. Clients try again after a second, ten times; "
        "what does not bear that comes to harm: bindings are late, and events get lost."
    ),
)
