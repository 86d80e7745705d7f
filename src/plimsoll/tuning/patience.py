"""Cutting trials short that are known to fail: nobody needs to wait for what cannot become a success any more.

Only where that is certain. A run whose pods are waited for longer than ``run.seconds`` may be has failed. So has one whose
pods are waited for longer than the slowest pod (``podRunning.max``, ``podReady.max``) may take, since all of them were
asked for before the wait began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.scenario.model import Job, Scenario
    from plimsoll.scenario.objectives import Objective

_CEILINGS = ("<", "<=")
_OF_WAITS = {"running": ("run.seconds", "podRunning.max"), "ready": ("run.seconds", "podReady.max", "podRunning.max")}
SLACK_SECONDS = 1.0
"""A wait that takes exactly as long as allowed is none too long."""


def cut_short(scenario: Scenario) -> Scenario:
    """The scenario with no wait longer than its objectives can bear."""
    jobs = tuple(_hurried(job, scenario.objectives) for job in scenario.load.jobs)
    return scenario.model_copy(update={"load": scenario.load.model_copy(update={"jobs": jobs})})


def _hurried(job: Job, objectives: tuple[Objective, ...]) -> Job:
    metrics = _OF_WAITS.get(job.wait.for_, ())
    limits = [each.limit for each in objectives if each.metric in metrics and each.comparison in _CEILINGS]
    if not limits or min(limits) + SLACK_SECONDS >= job.wait.timeout_seconds:
        return job
    wait = job.wait.model_copy(update={"timeout_seconds": min(limits) + SLACK_SECONDS})
    return job.model_copy(update={"wait": wait})
