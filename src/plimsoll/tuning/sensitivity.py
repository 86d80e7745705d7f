"""How far a prediction moves when the constants move that are only guesses.

Cheap by default: the guesses of each component that takes part are halved together, and doubled together, two runs for a
component. A component whose guesses change nothing when they move together may still hold two that cancel out; the
thorough way varies them one by one, and ranks them by elementary effects (Morris, Factorial Sampling Plans for
Preliminary Computational Experiments, 1991; the absolute mean of Campolongo et al., 2007).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, pstdev
from typing import TYPE_CHECKING

from plimsoll.campaign.trial import Trial
from plimsoll.errors import Place, RunError
from plimsoll.kernel.randomness import Streams
from plimsoll.simcluster.profile import Constant, Knowledge, ProfileError, load_profile
from plimsoll.tuning.application import applied, profile_of
from plimsoll.tuning.participation import takes_part

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew
    from plimsoll.campaign.trial import TrialResult
    from plimsoll.measurement.objectives import Judgement
    from plimsoll.scenario.loading import LoadedScenario

LOW, HIGH = 0.5, 2.0
"""How far a guess may be off, as ratios: whoever guesses a duration is glad of the right power of two."""
TRAJECTORIES = 4
"""Walks through all guesses; each gives one elementary effect for every one. Morris' own examples take 3 to 10."""
_LEVELS = (LOW, 1.0, HIGH)


@dataclass(frozen=True, slots=True)
class Guesses:
    """Constants that are varied together."""

    name: str
    """A component, or a constant that is alone."""
    constants: tuple[Constant, ...]

    def scaled(self, factor: float) -> dict[str, int | float]:
        """The constants at ``factor`` times their values."""
        return {constant.name: _scaled(constant.value, factor) for constant in self.constants}


@dataclass(frozen=True, slots=True)
class Reaction:
    """What came out with some guesses at half, and at twice, their values."""

    guesses: Guesses
    low: TrialResult
    high: TrialResult

    def moves(self, base: TrialResult) -> bool:
        """Whether the verdict is another with one of them."""
        return any(each.passed != base.passed for each in (self.low, self.high))


@dataclass(frozen=True, slots=True)
class Effect:
    """How much the watched number moves with one guess, over the whole range of the others.

    In units of the number for a step by a factor of two. ``mean`` is that of the absolute effects; a ``spread`` as large
    as the mean tells of a threshold, or of an interplay with other guesses.
    """

    constant: Constant
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a prediction rests on."""

    profile: str
    base: TrialResult
    watched: str | None
    """The objective whose number is followed; None where no run measured any."""
    reactions: tuple[Reaction, ...]
    effects: tuple[Effect, ...]
    """The greatest first; only of the thorough way."""
    idle: tuple[Constant, ...]
    """Guesses of components that take no part in the scenario."""
    unvaried: tuple[Constant, ...]
    """Guesses that are no number, or nought, so that nothing can be said of them."""

    @property
    def moving(self) -> tuple[Reaction, ...]:
        """The guesses with which the verdict changes."""
        return tuple(each for each in self.reactions if each.moves(self.base))

    def value(self, result: TrialResult) -> float | None:
        """The watched number of a run."""
        return next((each.value for each in result.objectives if each.expression == self.watched), None)


def assess(loaded: LoadedScenario, *, seed: int, crew: Crew, thorough: bool = False) -> Sensitivity:
    """Run a scenario with its guesses varied. Raises :class:`plimsoll.errors.RunError` where a run could not be completed."""
    profile = profile_of(loaded)
    guessed = [constant for constant in profile.constants if constant.status is Knowledge.GUESSED]
    busy = [each for each in guessed if takes_part(loaded.scenario, profile, each.name.partition(".")[0])]
    varied = [each for each in busy if _can_vary(loaded, each)]
    groups = list(_alone(varied) if thorough else _by_component(varied))
    designs = [_walk(varied, seed, number) for number in range(TRAJECTORIES)] if thorough else []
    points = [
        {},
        *(group.scaled(factor) for group in groups for factor in (LOW, HIGH)),
        *(p for d in designs for p in d),
    ]
    base, *results = _results(loaded, points, seed, crew)
    reactions = tuple(
        Reaction(group, results[2 * number], results[2 * number + 1]) for number, group in enumerate(groups)
    )
    watched = _watched(base.objectives)
    effects = _effects(varied, designs, results[2 * len(groups) :], watched)
    idle = tuple(each for each in guessed if each not in busy)
    unvaried = tuple(each for each in busy if each not in varied)
    return Sensitivity(profile.name, base, watched, reactions, effects, idle, unvaried)


def _results(
    loaded: LoadedScenario, points: Sequence[Mapping[str, int | float]], seed: int, crew: Crew
) -> list[TrialResult]:
    """What comes out with each of some sets of constants, in their order; those that are the same are run once."""
    trials = [_trial(loaded, point, seed) for point in points]
    found = {trial.key: result for trial, result in crew.results({trial.key: trial for trial in trials}.values())}
    lost = next((result for result in found.values() if result.verdict == "lost"), None)
    if lost is not None:
        raise RunError(lost.shortfall)
    return [found[trial.key] for trial in trials]


def _trial(loaded: LoadedScenario, constants: Mapping[str, int | float], seed: int) -> Trial:
    scenario = applied(loaded, constants, Place("a guess")).scenario if constants else loaded.scenario
    return Trial.of(scenario, seed)


def _by_component(constants: Sequence[Constant]) -> Iterator[Guesses]:
    for component in dict.fromkeys(constant.name.partition(".")[0] for constant in constants):
        yield Guesses(component, tuple(each for each in constants if each.name.startswith(f"{component}.")))


def _alone(constants: Sequence[Constant]) -> Iterator[Guesses]:
    return (Guesses(constant.name, (constant,)) for constant in constants)


def _can_vary(loaded: LoadedScenario, constant: Constant) -> bool:
    """Whether it is a number that is not nought, and may be half and twice as large."""
    if isinstance(constant.value, bool) or not isinstance(constant.value, int | float) or not constant.value:
        return False
    cluster = loaded.scenario.cluster
    try:
        for factor in (LOW, HIGH):
            load_profile(cluster.profile, {**cluster.settings, constant.name: _scaled(constant.value, factor)})
    except ProfileError:
        return False
    return True


def _scaled(value: float, factor: float) -> int | float:
    return max(1, round(value * factor)) if isinstance(value, int) else value * factor


def _walk(constants: Sequence[Constant], seed: int, number: int) -> list[dict[str, int | float]]:
    """One trajectory of Morris' design: from a random corner of the grid, every guess is moved by one step, once."""
    random = Streams(seed).stream(f"sensitivity/{number}")
    levels = [random.randrange(len(_LEVELS)) for _ in constants]
    points = [_at(constants, levels)]
    for index in random.sample(range(len(constants)), len(constants)):
        levels[index] += 1 if levels[index] == 0 or (levels[index] == 1 and random.random() < 0.5) else -1  # noqa: PLR2004
        points.append(_at(constants, levels))
    return points


def _at(constants: Sequence[Constant], levels: Sequence[int]) -> dict[str, int | float]:
    return {
        each.name: _scaled(each.value, _LEVELS[level])
        for each, level in zip(constants, levels, strict=True)
        if _LEVELS[level] != 1.0
    }


def _effects(
    constants: Sequence[Constant],
    designs: Sequence[Sequence[Mapping[str, int | float]]],
    results: Sequence[TrialResult],
    watched: str | None,
) -> tuple[Effect, ...]:
    """The elementary effects of all trajectories: what the watched number did when one guess moved a step."""
    moved: dict[str, list[float]] = {}
    values = iter([_value(result, watched) for result in results])
    for design in designs:
        measured = [next(values) for _ in design]
        for (before, after), (was, became) in zip(pairwise(design), pairwise(measured), strict=True):
            (name,) = {name for name in {*before, *after} if before.get(name) != after.get(name)}
            if was is not None and became is not None:
                moved.setdefault(name, []).append(became - was)
    named = {constant.name: constant for constant in constants}
    effects = [Effect(named[name], fmean(map(abs, each)), pstdev(each)) for name, each in moved.items()]
    return tuple(sorted(effects, key=lambda effect: (-effect.mean, effect.constant.name)))


def _value(result: TrialResult, watched: str | None) -> float | None:
    return next((each.value for each in result.objectives if each.expression == watched), None)


def _watched(objectives: Sequence[Judgement]) -> str | None:
    """The first objective that is not a share of all, since those stand at 100 % until it is too late."""
    measured = [each for each in objectives if each.value is not None]
    chosen = next((each for each in measured if each.unit != "%"), measured[0] if measured else None)
    return chosen.expression if chosen is not None else None
