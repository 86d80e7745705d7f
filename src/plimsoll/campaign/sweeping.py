"""Carrying a sweep out: every point's trials, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.campaign.trial import Trial, TrialResult, Verdict

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew
    from plimsoll.scenario.sweep import LoadedSweep, Point

FIRST_SEED = 1
DEFAULT_COLUMNS = ("podRunning.p99", "podsPerMinute", "throttle.kubelet.max")
"""What is shown besides the objectives' metrics where a sweep does not say."""

OnResult = Callable[[Trial, TrialResult, int, int], None]
"""Hears of every result: how many there are by now, and how many there will be."""


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """A point of a sweep and what came out with each seed."""

    values: Point
    results: tuple[TrialResult, ...]

    @property
    def verdict(self) -> Verdict:
        """``pass`` where every seed passed, else the first other verdict."""
        return next((result.verdict for result in self.results if not result.passed), "pass")

    @property
    def problem(self) -> str:
        """Why the first seed that did not pass has no verdict on the objectives, if it has none."""
        return next((result.shortfall for result in self.results if result.shortfall), "")

    @property
    def missed(self) -> tuple[str, ...]:
        """The objectives that some seed missed, each once."""
        expressions = (each.expression for result in self.results for each in result.objectives if not each.met)
        return tuple(dict.fromkeys(expressions))

    def metric(self, name: str) -> tuple[float, ...]:
        """A metric's value with each seed that measured it."""
        return tuple(result.metrics[name] for result in self.results if name in result.metrics)


def spelled(values: Point) -> str:
    """A point as people write it: ``nodes=25 podsPerNode=500``."""
    return " ".join(f"{name}={value}" for name, value in values.items())


def trials(loaded: LoadedSweep, seeds: int) -> Iterator[tuple[int, Trial]]:
    """The trials of every point, with the number of the point; ``InputError`` where a point is no scenario."""
    for number, point in enumerate(loaded.sweep.points):
        scenario = loaded.scenario_at(point)
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            label = spelled(point) or scenario.name
            yield number, Trial.of(scenario, seed, label if seeds == 1 else f"{label} seed={seed}")


def sweep(
    loaded: LoadedSweep,
    crew: Crew,
    seeds: int | None = None,
    on_result: OnResult = lambda _trial, _result, _done, _of: None,
) -> list[SweepPoint]:
    """Carry a sweep out, and return its points in their order.

    Raises:
        InputError: a point is no scenario; nothing has been run then.
        ProfileError: a point's profile or one of its settings does not exist; nothing has been run then.

    """
    planned = list(trials(loaded, seeds or loaded.sweep.seeds))
    found: dict[str, TrialResult] = {}
    unique = {trial.key: trial for _, trial in planned}
    for done, (trial, result) in enumerate(crew.results(unique.values()), start=1):
        found[trial.key] = result
        on_result(trial, result, done, len(unique))
    return [
        SweepPoint(point, tuple(found[trial.key] for of, trial in planned if of == number))
        for number, point in enumerate(loaded.sweep.points)
    ]


def columns(loaded: LoadedSweep) -> tuple[str, ...]:
    """The metrics to show: those that the sweep names; else those of the objectives, and the usual ones."""
    objectives = (objective.key for objective in loaded.base.objectives)
    return loaded.sweep.show or tuple(dict.fromkeys((*objectives, *DEFAULT_COLUMNS)))
