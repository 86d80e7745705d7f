"""A controller holds its own requests back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.gauges import plateau
from plimsoll.diagnosis.evidence.stations import busy_stretch
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

WAIT = Threshold("mean wait at the limiters", 1, "s", "client-go logs waits over a second at its default verbosity")
LASTING = Threshold(
    "time of it", 60, "s", "a burst of creations may wait for a moment; a minute of it delays every pod"
)
AT_LIMIT = Threshold("nearness to the limit", 0.1, "share", "a saturated token bucket passes exactly its rate")
MARGIN = Threshold(
    "factor of the remedy", 2, "x", "demand above a limit does not show; twice the limit is a first step"
)

PART = Threshold(
    "creating, of the time until all run", 0.5, "share", "otherwise what comes after it takes longer, and limits"
)

WAITS, QPS, BURST, QUEUE = (
    "controllers.limiterWaitSeconds",
    "controllers.qps",
    "controllers.burst",
    "controller.queueSeconds",
)
MAKERS = ("deployment", "replicaset", "replicationcontroller", "statefulset", "daemonset", "job", "cronjob")
"""Controllers that pods wait for; others (of tokens, namespaces, garbage) may take their time."""


def _observe(evidence: Evidence) -> Sighting | None:
    limit = evidence.gauges.setting(QPS)
    if limit is None or limit <= 0 or _created_soon(evidence):
        return None
    waits = plateau(evidence.gauges.steps(WAITS), WAIT.value, 0.0, evidence.run_seconds)
    measured = bool(evidence.gauges.by_instance(WAITS))
    if measured and waits.seconds < LASTING.value:
        return None
    busy = [maker for maker in MAKERS if _is_busy(evidence, maker, limit, by_queue=measured)]
    if not busy:
        return None
    rate = evidence.clients.requests(f"{busy[0]}-controller").rate
    slow = evidence.pods.created_span_seconds
    return Sighting(
        cause=(
            f"The {busy[0]} controller waits for its own limit of {limit:g} requests a second"
            + (
                f", {waits.mean:.1f} s for each request on average."
                if measured
                else ", at which its rate stands still."
            )
        ),
        confidence=0.95 if measured else 0.75,
        evidence=(
            Fact.of(WAITS, "mean wait of controllers' requests", waits.mean)
            if measured
            else Fact(f"most requests of the {busy[0]} controller", float(rate.values.max()), "1/s", "audit log"),
            Fact.of(f"config.{QPS}", "limit of each controller", limit),
        ),
        effect=Effect(len(evidence.pods), slow / 2),
        plot=Plot.of(rate, f"Requests of the {busy[0]} controller", "1/s", limit),
    )


def _created_soon(evidence: Evidence) -> bool:
    """Whether the pods were all there long before they all ran: then a later station limits."""
    return evidence.pods.created_span_seconds < PART.value * busy_stretch(evidence).seconds


def _is_busy(evidence: Evidence, maker: str, limit: float, *, by_queue: bool) -> bool:
    """Whether a controller's requests stand at the limit, or, where waits are measured, its keys wait in the queue."""
    burst = evidence.gauges.setting(BURST) or limit
    rate = evidence.clients.requests(f"{maker}-controller").rate
    found = plateau(rate, limit, AT_LIMIT.value, evidence.run_seconds)
    highest = limit * (1 + AT_LIMIT.value) + burst / max(found.seconds, 1.0)
    if found.seconds >= LASTING.value and found.mean <= highest:
        return True
    queued = plateau(evidence.gauges.steps(QUEUE, maker), WAIT.value, 0.0, evidence.run_seconds)
    return by_queue and queued.seconds >= LASTING.value


def _raised(setting: str, evidence: Evidence) -> float | None:
    value = evidence.gauges.setting(setting)
    return None if value is None else MARGIN.value * value


FINDING = Finding(
    code="PLM102",
    name="controller-throttled",
    claim="A controller's own client-side limit holds its requests back, so that objects are created or removed late.",
    asks=(WAITS, QUEUE, f"config.{QPS}", f"config.{BURST}", "requests by controller"),
    thresholds=(WAIT, LASTING, PART, AT_LIMIT, MARGIN),
    severity="warning",
    remedies=everywhere(
        Remedy(
            "Raise --kube-api-qps and --kube-api-burst of kube-controller-manager.",
            {
                "controllers.qps": lambda evidence: _raised(QPS, evidence),
                "controllers.burst": lambda evidence: _raised(BURST, evidence),
            },
        )
    ),
    not_when="The API server answers 429 at the same time: then a higher limit makes it worse, so see PLM303 first.",
    measure_if_unsure=(
        "rate(rest_client_requests_total) and rest_client_rate_limiter_duration_seconds of kube-controller-manager."
    ),
    sources=(
        "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ (--kube-api-qps: 20)",
        "https://github.com/kubernetes/client-go/blob/master/util/flowcontrol/throttle.go",
    ),
    observe=_observe,
    background=(
        "Every controller of kube-controller-manager has a client of its own with the same limit, 20 requests a second with a "
        "burst of 30. A replica set's controller needs one request for each pod and one for each status, so it brings "
        "about 15 to 20 pods a second at most, whatever the API server could do."
    ),
)
