"""The scheduler holds its own requests back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.evidence.gauges import plateau
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

SLOW = Threshold("time until bound", 5, "s", "the objective of Kubernetes for the whole start of a pod")
SHARE = Threshold("slow pods", 0.1, "share", "fewer may have met something else")
WAIT = Threshold("mean wait at the limiter", 1, "s", "client-go logs waits over a second at its default verbosity")
LASTING = Threshold("time at the limit", 30, "s", "the burst is used up within seconds")
AT_LIMIT = Threshold("nearness to the limit", 0.1, "share", "a saturated token bucket passes exactly its rate")
MARGIN = Threshold(
    "factor of the remedy", 2, "x", "demand above a limit does not show; twice the limit is a first step"
)

WAITS, QPS, BURST = "scheduler.limiterWaitSeconds", "scheduler.qps", "scheduler.burst"


def _observe(evidence: Evidence) -> Sighting | None:
    limit = evidence.gauges.setting(QPS)
    delays = evidence.pods.scheduled - evidence.pods.created
    slow = int((delays > SLOW.value).sum())
    if limit is None or limit <= 0 or slow < SHARE.value * len(evidence.pods) or not slow:
        return None
    bindings = evidence.clients.requests("scheduler", "POST", "pods/binding").rate
    waits = evidence.gauges.steps(WAITS)
    measured = bool(waits.seconds.size)
    found = (
        plateau(waits, WAIT.value, 0.0, evidence.run_seconds)
        if measured
        else plateau(bindings, limit, AT_LIMIT.value, evidence.run_seconds)
    )
    if found.seconds < LASTING.value or (not measured and found.mean > limit * (1 + 2 * AT_LIMIT.value)):
        return None
    typical = float(np.nanmean(delays[delays > SLOW.value]))
    return Sighting(
        cause=f"The scheduler binds as fast as its limit of {limit:g} requests a second allows, and {slow} pods waited for it.",
        confidence=0.95 if measured else 0.8,
        evidence=(
            Fact.of(f"config.{QPS}", "limit of the scheduler", limit),
            Fact("most bindings", float(bindings.values.max(initial=0.0)), "1/s", "audit log: POST pods/binding"),
            Fact(f"pods bound later than {SLOW.value:g} s after creation", slow, "pods", "watch of pods"),
        ),
        effect=Effect(slow, typical),
        plot=Plot.of(bindings, "Bindings", "1/s", limit),
    )


def _raised(setting: str, evidence: Evidence) -> float | None:
    value = evidence.gauges.setting(setting)
    return None if value is None else MARGIN.value * value


FINDING = Finding(
    code="PLM103",
    name="scheduler-throttled",
    claim="The scheduler's own client-side limit holds its bindings back.",
    asks=(WAITS, f"config.{QPS}", "POST pods/binding of the scheduler", "time from created to scheduled"),
    thresholds=(SLOW, SHARE, WAIT, LASTING, AT_LIMIT, MARGIN),
    severity="warning",
    remedies=everywhere(
        Remedy(
            "Raise clientConnection.qps and .burst of kube-scheduler.",
            {
                "scheduler.qps": lambda evidence: _raised(QPS, evidence),
                "scheduler.burst": lambda evidence: _raised(BURST, evidence),
            },
        )
    ),
    not_when="Pods wait because no node takes them (PLM202, PLM203), or a scheduling cycle itself is slow (PLM401).",
    measure_if_unsure="rest_client_rate_limiter_duration_seconds of kube-scheduler, and its rate of POST pods/binding.",
    sources=("https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/ (clientConnection: 50/100)",),
    observe=_observe,
    background="Each binding is a request; events go through another client. 50 requests a second bind 3,000 pods a minute.",
)
