"""Pods wait because the scheduler needs long for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.evidence.gauges import Plateau, plateau
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

CYCLE, QUEUE = "scheduler.algorithmSeconds", "scheduler.queue"
PAIR_COST, POD_COST, SHARE = (
    "scheduler.antiAffinityCostSeconds",
    "scheduler.antiAffinityPodCostSeconds",
    "scheduler.percentageOfNodesToScore",
)

SLOW = Threshold("a cycle", 0.1, "s", "ten pods a second; scheduler_perf asks for 60 and more with 5000 nodes")
LASTING = Threshold("time with pods in the queue", 120, "s", "a burst of creations is over by then")
GROWTH = Threshold(
    "growth",
    2,
    "x",
    "from the first quarter of the time until then to the last: nothing but pods that are there adds to it",
)
PARALLEL = Threshold("goroutines", 16, "", "among which the scheduler divides the work on nodes")
PARSED = Threshold(
    "CPU for a node and a pod that keeps others away",
    7e-6,
    "s",
    "between 20e-6 of 1.5.1, which parses its selectors each time, and 2.4e-6 from 1.5.2 on",
)
PAIR_SECONDS, POD_SECONDS = 2.4e-6, 1.04e-4
"""What a pair costs from 1.5.2 on, and what a pod costs from 1.11 on, where pairs cost nothing: as in the profiles."""

SHARE_PERCENT = 50
"""Of the nodes: what 1.12 and 1.13 looked at by default."""


@dataclass(frozen=True, slots=True)
class _Slow:
    """A queue that does not become empty, before a scheduler whose cycles are long."""

    waiting: Plateau
    cycle_seconds: float
    growth: float
    """How many times as long a cycle takes in the end."""
    pair_seconds: float
    """CPU for each node and pod, if that is what grows."""


def _look_at(evidence: Evidence) -> _Slow | None:
    steps = evidence.gauges.steps(CYCLE)
    waiting = plateau(evidence.gauges.steps(QUEUE), 1.0, 0.0, evidence.run_seconds)
    if waiting.seconds < LASTING.value or not steps.values.size or not evidence.pods.late_to_schedule.any():
        return None
    began, end = waiting.began_seconds, waiting.began_seconds + waiting.seconds
    mean = steps.within(began, end).mean(end)
    if mean < SLOW.value:
        return None
    start = float(steps.seconds[0])
    quarter = (end - start) / 4
    first = steps.within(start, start + quarter).mean(start + quarter)
    last = steps.within(end - quarter, end).mean(end)
    placed = np.searchsorted(np.sort(evidence.pods.scheduled), [start + quarter / 2, end - quarter / 2])
    pairs = max(len(evidence.pods.by_node), 1) * max(int(placed[1] - placed[0]), 1)
    return _Slow(waiting, mean, last / first if first else 1.0, PARALLEL.value * max(last - first, 0.0) / pairs)


def _repelled(evidence: Evidence, slow: _Slow) -> bool:
    """Whether it is the anti-affinity of pods that costs the time."""
    return evidence.load.anti_affinity and slow.growth >= GROWTH.value


def _observe(evidence: Evidence) -> Sighting | None:
    slow = _look_at(evidence)
    if slow is None:
        return None
    late = evidence.pods.late_to_schedule
    scheduling = evidence.pods.stages[0]
    repelled = _repelled(evidence, slow)
    why = (
        f", {slow.growth:.1f} times as long in the end as at first: it compares nodes with all pods that keep others away"
        if repelled
        else ""
    )
    return Sighting(
        cause=(
            f"The scheduler needs {slow.cycle_seconds:.2g} s for a pod{why}; {int(late.sum()):,} pods waited for over a minute."
        ),
        confidence=0.9 if repelled else 0.7,
        evidence=(
            Fact.of(CYCLE, "mean of a scheduling cycle while pods waited", slow.cycle_seconds),
            Fact("growth of a cycle in that time", slow.growth, "x", "scheduler_scheduling_algorithm_duration_seconds"),
            Fact.of(QUEUE, "pods in the queue, mean", slow.waiting.mean),
            Fact("time in which pods waited", slow.waiting.seconds, "s", "scheduler_pending_pods"),
        ),
        effect=Effect(int(late.sum()), scheduling.mean_seconds if scheduling.left else evidence.run_seconds),
        plot=Plot.of(evidence.gauges.steps(CYCLE), "A scheduling cycle, mean", "s"),
    )


def _pair_cost(evidence: Evidence) -> float | None:
    """The next version's: 1.5.2's where selectors are parsed anew each time, else that of 1.11, which knows no pairs."""
    slow = _look_at(evidence)
    if slow is None or not _repelled(evidence, slow):
        return None
    return PAIR_SECONDS if slow.pair_seconds > PARSED.value else 0.0


def _pod_cost(evidence: Evidence) -> float | None:
    return POD_SECONDS if _pair_cost(evidence) == 0.0 else None


def _share(evidence: Evidence) -> int | None:
    slow = _look_at(evidence)
    return None if slow is None or _repelled(evidence, slow) else SHARE_PERCENT


FINDING = Finding(
    code="PLM401",
    name="slow-scheduler",
    claim="The scheduler needs so long for a pod that others wait for it.",
    asks=(CYCLE, QUEUE, "pods that are late to be bound", "anti-affinity in the load"),
    thresholds=(SLOW, LASTING, GROWTH, PARALLEL, PARSED),
    severity="warning",
    remedies=everywhere(
        Remedy(
            "Where pods keep others away: upgrade the scheduler, to 1.5.2 at least (ten times as fast as 1.5.1), to 1.11 or "
            "later if possible; or take a preferred anti-affinity, or a DaemonSet for what runs once on each node. Else let "
            "it look at fewer nodes (percentageOfNodesToScore, since 1.12).",
            {PAIR_COST: _pair_cost, POD_COST: _pod_cost, SHARE: _share},
        )
    ),
    not_when=(
        "Its machine has no CPU left (PLM402): then each cycle waits for a CPU, and a machine of its own helps. Thousands of "
        "pods at once wait for some minutes whatever the scheduler does."
    ),
    measure_if_unsure=(
        "scheduler_scheduling_algorithm_duration_seconds over the number of pods that are there; a CPU profile of the "
        "scheduler, in which inter-pod affinity and the parsing of selectors stand out."
    ),
    sources=(
        "https://github.com/kubernetes/kubernetes/pull/37691",
        "https://github.com/kubernetes/kubernetes/pull/62211",
        "https://kubernetes.io/docs/concepts/scheduling-eviction/scheduler-perf-tuning/",
        "OpenStack on Kubernetes with close to 1000 nodes (Mirantis, 2017)",
    ),
    observe=_observe,
    symptom_of=("PLM402",),
    background=(
        "The scheduler places one pod after the other. A pod with required anti-affinity keeps others off its node also if "
        "they do not ask for it, so that up to 1.10 every cycle compared each node with each such pod: the time of a cycle "
        "grows with their number, and the time for all with its square. Up to 1.5.1 the selector was parsed anew for each "
        "pair. Since 1.11 such pods are counted once for each cycle, into a map from topology to number."
    ),
)
