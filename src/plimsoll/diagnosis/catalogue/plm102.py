"""A controller holds its own requests back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.gauges import plateau
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

WAITS, QPS, BURST = "controllers.limiterWaitSeconds", "controllers.qps", "controllers.burst"
WITHOUT_THIS_LIMIT = frozenset({"namespace-controller", "garbage-collector", "node-lifecycle-controller"})
"""Controllers whose client has a multiple of the limit, or whose requests do not come in bursts."""


def _observe(evidence: Evidence) -> Sighting | None:
    limit = evidence.gauges.setting(QPS)
    if limit is None or limit <= 0:
        return None
    waits = evidence.gauges.steps(WAITS)
    if waits.seconds.size:
        return _measured(evidence, limit)
    return _by_plateau(evidence, limit)


def _measured(evidence: Evidence, limit: float) -> Sighting | None:
    waits = evidence.gauges.steps(WAITS)
    found = plateau(waits, WAIT.value, 0.0, evidence.run_seconds)
    if found.seconds < LASTING.value:
        return None
    return Sighting(
        cause=(
            f"Controllers wait {found.mean:.1f} s on average for their own limit of {limit:g} requests a second, "
            f"for {found.seconds:.0f} s on end."
        ),
        confidence=0.95,
        evidence=(
            Fact.of(WAITS, "mean wait of the controllers' requests", found.mean),
            Fact.of(f"config.{QPS}", "limit of each controller", limit),
        ),
        effect=Effect(len(evidence.pods), found.mean),
        plot=Plot.of(waits, "Mean wait at the controllers' limiters", "s", WAIT.value),
    )


def _by_plateau(evidence: Evidence, limit: float) -> Sighting | None:
    """Without the metric: a controller whose rate of requests stands exactly at the limit."""
    burst = evidence.gauges.setting(BURST) or limit
    for client in evidence.clients.names:
        if not client.endswith("-controller") or client in WITHOUT_THIS_LIMIT:
            continue
        rate = evidence.clients.requests(client).rate
        found = plateau(rate, limit, AT_LIMIT.value, evidence.run_seconds)
        highest = limit * (1 + AT_LIMIT.value) + burst / max(found.seconds, 1.0)
        if found.seconds >= LASTING.value and found.mean <= highest:
            return Sighting(
                cause=f"The {client} makes {found.mean:.1f} requests a second for {found.seconds:.0f} s: its limit is {limit:g}.",
                confidence=0.75,
                evidence=(
                    Fact(f"requests of {client} while at the limit", found.mean, "1/s", "audit log"),
                    Fact.of(f"config.{QPS}", "limit of each controller", limit),
                ),
                effect=Effect(len(evidence.pods), found.seconds / 2),
                plot=Plot.of(rate, f"Requests of {client}", "1/s", limit),
            )
    return None


def _raised(setting: str, evidence: Evidence) -> float | None:
    value = evidence.gauges.setting(setting)
    return None if value is None else MARGIN.value * value


FINDING = Finding(
    code="PLM102",
    name="controller-throttled",
    claim="A controller's own client-side limit holds its requests back, so that objects are created or removed late.",
    asks=(WAITS, f"config.{QPS}", f"config.{BURST}", "requests by controller"),
    thresholds=(WAIT, LASTING, AT_LIMIT, MARGIN),
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
