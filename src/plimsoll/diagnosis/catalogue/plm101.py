"""The kubelet holds its own requests back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.gauges import Plateau, plateau
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere
from plimsoll.diagnosis.observable import shown_by

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence
    from plimsoll.diagnosis.evidence.pods import NodePods

AT_LIMIT = Threshold(
    "nearness to the limit", 0.1, "share", "a saturated token bucket passes exactly its rate; counting windows cut it"
)
PLATEAU = Threshold(
    "time at the limit", 30, "s", "a burst is over within seconds; three full passes of the status manager"
)
LONG_PLATEAU = Threshold(
    "time at the limit, where only late starts tell",
    180,
    "s",
    "starting many pods keeps a kubelet busy for a minute or two",
)
LAG = Threshold("time from Started to Running in the API", 30, "s", "likewise: the kubelet knew, and could not say so")
LATE = Threshold("late pods", 0.02, "share", "one slow pod in fifty can have other reasons")
WAIT = Threshold("wait at the limiter", 1, "s", "client-go itself logs waits over a second at its default verbosity")
SAFETY = Threshold("margin", 2, "x", "the article's own: 25/50 held, and 50/100 was recommended")

LOGGED = r"Throttling request took|client-side throttling"
"""In words of client-go until 1.20, and since; the verbosity that it takes changed several times."""

REQUESTS, QPS, WAITS = "kubelet.requestsPerSecond", "kubelet.kubeAPIQPS", "kubelet.limiterWaitSeconds"


@dataclass(frozen=True, slots=True)
class _Throttled:
    """A node whose kubelet is at its limit while its pods are late."""

    pods: NodePods
    limit: Plateau
    wait_seconds: float
    """Zero where the kubelet has no metric about it."""


def _observe(evidence: Evidence) -> Sighting | None:
    nodes_pods = late_by_node(evidence)
    throttled = [found for node in nodes_pods.values() if (found := _look_at(evidence, node))]
    if not throttled:
        return None
    worst = max(throttled, key=lambda node: (node.pods.late, node.limit.seconds))
    late = sum(node.pods.late for node in throttled)
    nodes = frozenset(node.pods.node for node in throttled)
    logged = len(evidence.logs.matching(LOGGED, "kubelet"))
    measured = logged or any(node.wait_seconds for node in throttled)
    return Sighting(
        cause=(
            f"The kubelets of {len(throttled)} nodes ask the API server as often as their limit of "
            f"{worst.limit.limit:g} requests a second allows, and {late} of their pods are late to run in the API."
        ),
        confidence=0.95 if measured else 0.85,
        evidence=_facts(worst, throttled, logged),
        effect=Effect(pods=late, seconds=evidence.pods.start_delay_seconds(nodes)),
        plot=Plot.of(
            evidence.gauges.steps(REQUESTS, worst.pods.node),
            f"Requests of the kubelet of {worst.pods.node}",
            "1/s",
            worst.limit.limit,
        ),
    )


def late_by_node(evidence: Evidence) -> Mapping[str, NodePods]:
    """The pods of each node, counted as late where the API heard late that they run; or else, where they started late."""
    lagging = evidence.pods.by_node_with(evidence.reporting.behind(LAG.value))
    return {
        node: lagging[node] if _has_late(lagging[node]) else started_late
        for node, started_late in evidence.pods.by_node.items()
    }


def time_at_limit(evidence: Evidence, node: NodePods) -> Plateau | None:
    """How long the kubelet of a node with late pods stood at its limit; None where not long enough to explain them."""
    limit = evidence.gauges.setting(QPS, node.node)
    if limit is None or limit <= 0 or not _has_late(node):
        return None
    found = plateau(evidence.gauges.steps(REQUESTS, node.node), limit, AT_LIMIT.value, evidence.run_seconds)
    started_late = node is evidence.pods.by_node[node.node]
    return found if found.seconds >= (LONG_PLATEAU if started_late else PLATEAU).value else None


def _has_late(node: NodePods) -> bool:
    return node.late > 0 and node.late >= LATE.value * node.pods


def _look_at(evidence: Evidence, node: NodePods) -> _Throttled | None:
    found = time_at_limit(evidence, node)
    waits = evidence.gauges.steps(WAITS, node.node).values
    wait_seconds = float(waits.max()) if waits.size else 0.0
    if found is None or (waits.size and wait_seconds < WAIT.value):
        return None  # where the kubelet measures its limiter, something must wait there
    return _Throttled(node, found, wait_seconds)


def _facts(worst: _Throttled, throttled: list[_Throttled], logged: int) -> tuple[Fact, ...]:
    node = worst.pods.node
    facts = [
        Fact.of(f"config.{QPS}", f"limit of the kubelet on {node}", worst.limit.limit),
        Fact(f"longest time at that limit on {node}", worst.limit.seconds, "s", shown_by(REQUESTS)),
        Fact(f"pods late on {node}, of {worst.pods.pods}", worst.pods.late, "pods", "watch of pods"),
        Fact("nodes in this state", len(throttled), "nodes", "watch of pods"),
    ]
    if worst.wait_seconds:
        facts.append(Fact.of(WAITS, f"longest mean wait at the limiter on {node}", worst.wait_seconds))
    if logged:
        facts.append(Fact("lines of kubelets about throttling", logged, "lines", "journalctl -u kubelet"))
    return tuple(facts)


def _doubled(evidence: Evidence) -> int:
    limits = [evidence.gauges.setting(QPS, node) or 0.0 for node in evidence.pods.by_node]
    return max(50, round(SAFETY.value * max(limits, default=0.0)))


FINDING = Finding(
    code="PLM101",
    name="kubelet-throttled",
    claim="The kubelet's own client-side limit holds its requests back, so that running pods are not reported as such.",
    asks=(REQUESTS, f"config.{QPS}", WAITS, "log lines about throttling", "pods that are late to run, by node"),
    thresholds=(AT_LIMIT, PLATEAU, LONG_PLATEAU, LAG, LATE, WAIT, SAFETY),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Raise kubeAPIQPS and kubeAPIBurst of the kubelet; the burst is twice the rate.",
            {"kubelet.kubeAPIQPS": _doubled, "kubelet.kubeAPIBurst": lambda evidence: 2 * _doubled(evidence)},
        )
    ),
    not_when=(
        "Kubelets from 1.27 on (OpenShift from 4.3 on) have 50/100 already. A kubelet that is busy for a minute while many "
        "pods start at once is no matter."
    ),
    measure_if_unsure=(
        "rate(rest_client_requests_total) of the kubelet against kubeAPIQPS of its /configz; from 1.17 on "
        "rest_client_rate_limiter_duration_seconds; or run the kubelet with --v=4 and look for 'Throttling request took'."
    ),
    sources=(
        "https://github.com/kubernetes/client-go/blob/master/util/flowcontrol/throttle.go",
        "https://github.com/kubernetes/kubernetes/pull/116121",
        "https://www.redhat.com/en/blog/500_pods_per_node",
    ),
    observe=_observe,
    symptom_of=("PLM110",),
    background=(
        "All requests of the kubelet's main client but watches pass one token bucket: pods, secrets, config maps, tokens. "
        "It is a queue without priorities and without a limit: as soon as more is asked than it lets through, everything "
        "waits longer and longer. The status manager needs two requests for each status and sends one after the other, so "
        "pods that run for long are still ContainerCreating to everybody else. Kubelets before 1.17 have neither a metric "
        "nor a log line about it at the usual verbosity; what shows is a request rate that stands exactly at the limit."
    ),
)
