"""The workers of a controller are all busy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.gauges import plateau
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

WAIT = Threshold("mean wait in the queue", 10, "s", "twice what the whole start of a pod may take")
LASTING = Threshold("time of it", 60, "s", "a queue that a burst fills empties within seconds")
MARGIN = Threshold(
    "factor of the remedy", 2, "x", "how many workers are needed does not show; twice as many is a first step"
)

QUEUE, DEPTH = "controller.queueSeconds", "controller.queue"
WORKERS = {"deployment": "controllers.deploymentWorkers", "replicaset": "controllers.replicasetWorkers"}
"""Controllers that pods wait for, and the settings of how many workers they have."""


def _observe(evidence: Evidence) -> Sighting | None:
    stretches = {
        controller: plateau(steps, WAIT.value, 0.0, evidence.run_seconds)
        for controller, steps in evidence.gauges.by_instance(QUEUE).items()
        if controller in WORKERS
    }
    lasting = {name: found for name, found in stretches.items() if found.seconds >= LASTING.value}
    if not lasting:
        return None
    worst = max(lasting, key=lambda name: lasting[name].mean)
    found = lasting[worst]
    return Sighting(
        cause=f"Keys wait {found.mean:.0f} s on average in the queue of the {worst} controller, for {found.seconds:.0f} s on end.",
        confidence=0.8,
        evidence=(
            Fact.of(QUEUE, f"mean wait in the queue of {worst}", found.mean),
            Fact.of(DEPTH, f"most keys in the queue of {worst}", evidence.gauges.highest(DEPTH).get(worst, 0.0)),
        ),
        effect=Effect(len(evidence.pods), found.mean),
        plot=Plot.of(evidence.gauges.steps(QUEUE, worst), f"Mean wait in the queue of {worst}", "s", WAIT.value),
    )


def _more(controller: str, evidence: Evidence) -> int | None:
    steps = evidence.gauges.steps(QUEUE, controller)
    workers = evidence.gauges.setting(WORKERS[controller])
    waited = plateau(steps, WAIT.value, 0.0, evidence.run_seconds).seconds >= LASTING.value
    return int(MARGIN.value * workers) if waited and workers else None


FINDING = Finding(
    code="PLM113",
    name="controller-workers-busy",
    claim="Work waits in a controller's queue because all of its workers are busy.",
    asks=(QUEUE, DEPTH, *(f"config.{setting}" for setting in WORKERS.values())),
    thresholds=(WAIT, LASTING, MARGIN),
    severity="warning",
    remedies=everywhere(
        Remedy(
            "Raise the controller's --concurrent-…-syncs.",
            {
                setting: lambda evidence, controller=controller: _more(controller, evidence)  # type: ignore[misc]
                for controller, setting in WORKERS.items()
            },
        )
    ),
    not_when="The controller waits at its own limiter (PLM102): more workers then wait there together.",
    measure_if_unsure="workqueue_queue_duration_seconds and workqueue_unfinished_work_seconds by name.",
    sources=("https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/",),
    observe=_observe,
    symptom_of=("PLM102", "PLM302", "PLM303"),
    background="A worker takes one key and works on it until it is done, requests and waits at the limiter included.",
)
