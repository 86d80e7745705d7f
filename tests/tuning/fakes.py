"""A crew whose runs are a formula, for tests of searches."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any, Self

from plimsoll.campaign.trial import Trial, TrialResult
from plimsoll.measurement.objectives import judge
from plimsoll.scenario.loading import LoadedScenario, parse_scenario

SCENARIO = """
name: tiny
cluster: {profile: openshift-4.2, nodes: 2}
load: {jobs: [{name: many, namespaces: 10, objects: [{kind: Pod, name: pause}]}]}
expect: ["podRunning.p99 <= 60s"]
"""

Seconds = Callable[[dict[str, Any], int], float]
"""podRunning.p99 of a run, from its scenario's document and its seed."""


def tiny() -> LoadedScenario:
    return parse_scenario(SCENARIO, "tiny.yaml")


def settings(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["cluster"]["settings"]
    return found


class FormulaCrew:
    """Answers trials by a formula and keeps them."""

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self.trials: list[Trial] = []

    def results(self, trials: Iterable[Trial]) -> Generator[tuple[Trial, TrialResult], None, None]:
        for trial in trials:
            self.trials.append(trial)
            yield trial, result_of(trial, self._seconds(dict(trial.scenario), trial.seed))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def result_of(trial: Trial, seconds: float) -> TrialResult:
    metrics = {"podRunning.p99": seconds}
    objectives = judge(trial.scenario, metrics)
    verdict = "pass" if all(each.met for each in objectives) else "fail"
    return TrialResult(trial.key, verdict, "", metrics, objectives, (), None, 100.0, 0.1, "")  # type: ignore[arg-type]


class LosingCrew(FormulaCrew):
    """A crew whose workers end in every trial."""

    def results(self, trials: Iterable[Trial]) -> Generator[tuple[Trial, TrialResult], None, None]:
        for trial in trials:
            yield trial, TrialResult.without_run(trial, "lost", "its process ended 3 times")
