"""Running small scenarios from end to end in tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plimsoll.experiment.liverun import Outcome
from plimsoll.experiment.running import Experiment, Onlooker
from plimsoll.experiment.running import run as run_experiment
from plimsoll.scenario.loading import LoadedScenario


def run(scenario: LoadedScenario, runs_directory: Path, *, seed: int = 1, onlooker: Onlooker | None = None) -> Outcome:
    watched: dict[str, Any] = {"onlooker": onlooker} if onlooker else {}
    return run_experiment(scenario, seed=seed, runs_directory=runs_directory, **watched)


class Captured:
    """An onlooker that keeps the experiment it was shown."""

    def __init__(self) -> None:
        self.experiments: list[Experiment] = []

    def __call__(self, experiment: Experiment) -> Captured:
        self.experiments.append(experiment)
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass
