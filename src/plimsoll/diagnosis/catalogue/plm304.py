"""A priority level of the API servers has no seat left: its requests wait, or are refused with 429."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.gauges import plateau
from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

REJECTED, QUEUE, SEATS, LIMIT = (
    "apiserver.rejectedPerSecond",
    "apiserver.seatQueue",
    "apiserver.seats",
    "apiserver.seatLimit",
)
READS, WRITES = "apiserver.maxReadsInFlight", "apiserver.maxMutatingInFlight"

SOME = Threshold(
    "requests refused", 1, "1/s", "levels refuse only what has waited for 15 s or found a flow's queues full"
)
LONG = Threshold(
    "time with a queue", 60, "s", "levels lend each other seats every ten seconds: a queue that stays needs more"
)
MARGIN = Threshold("margin", 2, "x", "a level without a free seat does not show how many are wanted")
CLIENTS = 3
"""How many of those that ask the most are named."""


def _fullest(evidence: Evidence) -> str:
    """The level that refuses the most, or else has the longest queue; empty where no level is short."""
    gauges = evidence.gauges
    rejected = gauges.highest(REJECTED)
    worst = max(rejected, key=lambda level: rejected[level], default="")
    if rejected.get(worst, 0.0) >= SOME.value:
        return worst
    queued = {
        level: plateau(steps, 1.0, 0.0, evidence.run_seconds).seconds
        for level, steps in gauges.by_instance(QUEUE).items()
    }
    longest = max(queued, key=lambda level: queued[level], default="")
    return longest if queued.get(longest, 0.0) >= LONG.value else ""


def _busiest(evidence: Evidence) -> str:
    """The clients whose requests were refused most often, or else took the most time."""
    clients = evidence.clients
    refused = {name: float(clients.refused(name).count) for name in clients.names}
    weights = refused if any(refused.values()) else {name: clients.requests(name).seconds for name in clients.names}
    heaviest = sorted((name for name in weights if weights[name]), key=lambda name: weights[name], reverse=True)
    return ", ".join(heaviest[:CLIENTS])


def _observe(evidence: Evidence) -> Sighting | None:
    level = _fullest(evidence)
    if not level:
        return None
    gauges = evidence.gauges
    rejected, queue = gauges.highest(REJECTED).get(level, 0.0), gauges.highest(QUEUE).get(level, 0.0)
    seats = gauges.highest(SEATS).get(level, 0.0)
    limit = gauges.highest(LIMIT).get(level, seats)
    busiest = _busiest(evidence)
    return Sighting(
        cause=(
            f"The priority level {level} had {limit:,.0f} seats at most, and up to {queue:,.0f} requests waited for one; "
            f"{rejected:,.0f} a second were refused with 429 at worst"
            + (f". Most of what was refused, or else took the longest, came from {busiest}." if busiest else ".")
        ),
        confidence=0.95 if rejected >= SOME.value else 0.8,
        evidence=(
            Fact.of(LIMIT, f"seats of {level}, at most", limit),
            Fact.of(SEATS, f"seats of {level} in use, at most", seats),
            Fact.of(QUEUE, f"requests that waited for a seat of {level}, at most", queue),
            Fact.of(REJECTED, f"requests of {level} refused, at worst", rejected),
        ),
        plot=Plot.of(gauges.steps(QUEUE, level), f"Requests that wait for a seat of {level}", "requests"),
    )


def _more(setting: str, evidence: Evidence) -> int | None:
    now = evidence.gauges.setting(setting)
    return round(MARGIN.value * now) if now else None


FINDING = Finding(
    code="PLM304",
    name="seat-limit",
    claim="All seats of a priority level are taken, so that its requests queue and are refused with 429.",
    asks=(REJECTED, QUEUE, SEATS, LIMIT, f"config.{READS}", f"config.{WRITES}"),
    thresholds=(SOME, LONG, MARGIN),
    severity="warning",
    remedies=everywhere(
        Remedy(
            "Raise --max-requests-inflight and --max-mutating-requests-inflight, whose sum the levels share, if the API "
            "servers have cores to spare; or give the level more nominalConcurrencyShares in its "
            "PriorityLevelConfiguration; or have the client that floods it ask less often.",
            {
                READS: lambda evidence: _more(READS, evidence),
                WRITES: lambda evidence: _more(WRITES, evidence),
            },
        )
    ),
    not_when=(
        "Without free cores (PLM302) more seats only mean that more requests wait inside. Seats that one client's flood has "
        "taken protect all others: then refusals are what the level is for."
    ),
    measure_if_unsure=(
        "apiserver_flowcontrol_rejected_requests_total by priority_level, flow_schema and reason (queue-full, time-out, "
        "concurrency-limit); kubectl get --raw /debug/api_priority_and_fairness/dump_queues names the flows that wait."
    ),
    sources=(
        "https://kubernetes.io/docs/concepts/cluster-administration/flow-control/",
        "https://kubernetes.io/docs/reference/debug-cluster/flow-control/",
    ),
    observe=_observe,
    symptom_of=("PLM302",),
    background=(
        "Since 1.20 the in-flight limits are one pool of seats, divided among priority levels by their shares: of 600, 245 "
        "are for service accounts, 98 for nodes' status and leases. A LIST of many objects takes up to ten seats. Who finds "
        "none waits in one of its flow's queues, 50 requests each, for 15 s at most. Seats in use are requests a second "
        "times the time that one takes: slow answers fill a level as surely as many requests."
    ),
)
