"""The largest load that holds, and how it moves with something else: the frontier, such as most pods per node against nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from plimsoll.campaign.trial import Trial
from plimsoll.errors import Place
from plimsoll.tuning.application import applied
from plimsoll.tuning.judging import Judge, Judged, Listener
from plimsoll.tuning.knob import Knob, Number, spelled
from plimsoll.tuning.patience import cut_short
from plimsoll.tuning.search.bisection import lowest, near
from plimsoll.tuning.search.monotony import Violation, violations
from plimsoll.tuning.search.questions import Probe, drive

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew
    from plimsoll.scenario.loading import LoadedScenario


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter that is varied, and its values in the order in which they are gone through."""

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """One point of the frontier: where the varied parameters stand, and how far the load can go there."""

    at: Mapping[str, Any]
    largest: Number | None
    """The largest load that holds with every seed; None where not even the smallest of the range does."""
    first_failing: Judged | None
    """The trial of the next larger load: why it is no more. None where the largest of the range holds."""
    judged: tuple[Judged, ...]
    contradictions: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Frontier:
    """The limits along the varied parameters."""

    knob: Knob
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    limits: tuple[Limit, ...]

    @property
    def holds_somewhere(self) -> bool:
        """Whether any load holds anywhere."""
        return any(limit.largest is not None for limit in self.limits)

    def first_limit(self) -> dict[str, Any] | None:
        """The parameters of the first limit that has one above it that fails, or else of the first that there is."""
        known = [limit for limit in self.limits if limit.largest is not None]
        chosen = next((limit for limit in known if limit.first_failing is not None), next(iter(known), None))
        if chosen is None or chosen.largest is None:
            return None
        return {**chosen.at, **self.knob.changes(chosen.largest)}

    def curves(self) -> Iterator[tuple[str, list[tuple[Any, Number]]]]:
        """The frontier along the first axis: a curve for each combination of the others, with a name for it."""
        if not self.axes:
            return
        first = self.axes[0].name
        named: dict[str, list[tuple[Any, Number]]] = {}
        for limit in self.limits:
            others = spelled({name: value for name, value in limit.at.items() if name != first})
            named.setdefault(others, []).append((limit.at[first], limit.largest or 0))
        yield from named.items()


@dataclass(frozen=True, slots=True)
class Survey:
    """How to look for a frontier."""

    knob: Knob
    """The load, its values from the heaviest to the lightest."""
    axes: tuple[Axis, ...] = ()
    seeds: int = 1
    first_seed: int = 1
    width: int = 1


def find_frontier(
    loaded: LoadedScenario,
    survey: Survey,
    crew: Crew,
    listener: Listener = lambda _: None,
    on_limit: Callable[[Limit], None] = lambda _: None,
) -> Frontier:
    """Find the largest load that holds at every combination of the axes' values.

    The first search bisects the range. Each further one begins at what its neighbour found, since frontiers have few
    cliffs: where the neighbour's answer is right here, too, two loads settle the matter. ``on_limit`` is told of each
    limit as it is found. Raises :class:`plimsoll.errors.RunError` where a trial could not be completed.
    """
    limits: list[Limit] = []
    guesses: dict[tuple[Any, ...], int] = {}
    for values in product(*(axis.values for axis in survey.axes)):
        at = dict(zip((axis.name for axis in survey.axes), values, strict=True))
        limit, index = _limit(loaded, survey, at, _nearest(values, guesses), crew, listener)
        guesses[values] = index
        limits.append(limit)
        on_limit(limit)
    seeds = tuple(survey.first_seed + number for number in range(survey.seeds))
    return Frontier(survey.knob, survey.axes, seeds, tuple(limits))


def _limit(
    loaded: LoadedScenario,
    survey: Survey,
    at: Mapping[str, Any],
    guess: int | None,
    crew: Crew,
    listener: Listener,
) -> tuple[Limit, int]:
    """The limit at one combination, and the index of its load in the knob's values."""
    judged: list[Judged] = []

    def note(each: Judged) -> None:
        judged.append(each)
        listener(each)

    knob, effort = survey.knob, {"seeds": survey.seeds, "width": survey.width}
    judge = Judge(crew, lambda probe: _trial(loaded, survey, at, probe), note)
    search = lowest(_at, knob.size, **effort) if guess is None else near(_at, knob.size, guess, **effort)
    index = drive(search, judge)
    failing = knob.size - 1 if index is None else index - 1
    why = next((each for each in judged if each.probe.point == (failing,) and not each.verdict.holds), None)
    largest = None if index is None else knob.values[index]
    limit = Limit(at, largest, why, tuple(judged), violations(judge.verdicts))
    return limit, knob.size - 1 if index is None else index


def _at(index: int, seed: int) -> Probe:
    return Probe((index,), seed)


def _trial(loaded: LoadedScenario, survey: Survey, at: Mapping[str, Any], probe: Probe) -> Trial:
    changes = {**at, **survey.knob.changes(survey.knob.values[probe.point[0]])}
    seed = survey.first_seed + probe.seed
    scenario = applied(loaded, changes, Place("--find")).scenario
    return Trial.of(cut_short(scenario), seed, f"{spelled(changes)}, seed {seed}")


def _nearest(values: tuple[Any, ...], guesses: Mapping[tuple[Any, ...], int]) -> int | None:
    """What was found at the combination that shares most values, and of those the latest."""
    ranked = [
        (sum(mine == others for mine, others in zip(values, known, strict=True)), number, guess)
        for number, (known, guess) in enumerate(guesses.items())
    ]
    return max(ranked)[2] if ranked else None


def check_axes(loaded: LoadedScenario, axes: Sequence[Axis]) -> None:
    """Try every value of every axis on the scenario; ``InputError`` names the first that it cannot have."""
    for axis in axes:
        for value in axis.values:
            applied(loaded, {axis.name: value}, Place(f"--vary {axis.name}"))
