"""The lowest safe values of some knobs, and values with a margin that are then tried afresh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.campaign.trial import Trial
from plimsoll.errors import Place
from plimsoll.tuning.application import applied
from plimsoll.tuning.judging import Judge, Judged, Listener
from plimsoll.tuning.knob import Knob, Number, changes_at, spelled
from plimsoll.tuning.patience import cut_short
from plimsoll.tuning.search.descent import minimal
from plimsoll.tuning.search.monotony import Violation, checked, violations
from plimsoll.tuning.search.optimising import optimum
from plimsoll.tuning.search.questions import Point, Probe, Search, drive

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew
    from plimsoll.scenario.loading import LoadedScenario


@dataclass(frozen=True, slots=True)
class Demands:
    """How sure one wants to be, and how to get there."""

    seeds: int = 3
    """A value is safe if every objective holds with so many seeds."""
    first_seed: int = 1
    margin: float = 2.0
    """The values to use are so many times as safe as the lowest that hold."""
    width: int = 1
    """Trials at the same time that a search may count on."""
    optimise: bool = False
    """Search without assuming that safer values are safer."""


@dataclass(frozen=True, slots=True)
class Safest:
    """What a search for the lowest safe values found."""

    knobs: tuple[Knob, ...]
    demands: Demands
    lowest: Point | None
    """None where not even the safest values hold."""
    chosen: Point | None
    """With the margin; None where nothing safe was confirmed with fresh seeds."""
    judged: tuple[Judged, ...]
    """Every trial, in the order in which they came in."""
    contradictions: tuple[Violation, ...]

    def changes(self, point: Point) -> dict[str, Number]:
        """What is set at a point."""
        return changes_at(self.knobs, point)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the search."""
        return tuple(self.demands.first_seed + number for number in range(self.demands.seeds))

    @property
    def fresh_seeds(self) -> tuple[int, ...]:
        """The seeds with which the chosen values were tried, which the search had not seen."""
        return tuple(seed + self.demands.seeds for seed in self.seeds)


def find_safest(
    loaded: LoadedScenario, knobs: Sequence[Knob], demands: Demands, crew: Crew, listener: Listener = lambda _: None
) -> Safest:
    """Search the lowest safe values of the knobs, add the margin, and confirm that with fresh seeds.

    Raises :class:`plimsoll.errors.RunError` where a trial could not be completed.
    """
    judged: list[Judged] = []

    def note(each: Judged) -> None:
        judged.append(each)
        listener(each)

    judge = Judge(crew, lambda probe: _trial(loaded, knobs, demands, probe), note)
    sizes = [knob.size for knob in knobs]
    lowest = drive(_search(sizes, demands), judge)
    if lowest is not None and not demands.optimise:
        lowest = _trusted(lowest, sizes, demands, judge)
    chosen = _confirmed(_with_margin(knobs, lowest, demands.margin), sizes, demands, judge) if lowest else None
    return Safest(tuple(knobs), demands, lowest, chosen, tuple(judged), violations(judge.verdicts))


def _trial(loaded: LoadedScenario, knobs: Sequence[Knob], demands: Demands, probe: Probe) -> Trial:
    changes = changes_at(knobs, probe.point)
    seed = demands.first_seed + probe.seed
    scenario = applied(loaded, changes, Place("--knob")).scenario
    return Trial.of(cut_short(scenario), seed, f"{scenario.name} with {spelled(changes)}, seed {seed}")


def _search(sizes: Sequence[int], demands: Demands) -> Search[Point | None]:
    if demands.optimise:
        return optimum(sizes, seeds=demands.seeds, width=demands.width)
    return minimal(sizes, seeds=demands.seeds, width=demands.width)


def _trusted(lowest: Point, sizes: Sequence[int], demands: Demands, judge: Judge) -> Point | None:
    """The answer, if safer points hold, too; or else the optimum, since the assumption behind the search was wrong."""
    if drive(checked(lowest, sizes, judge.verdicts), judge):
        return lowest
    return drive(optimum(sizes, seeds=demands.seeds, width=demands.width), judge)


def _with_margin(knobs: Sequence[Knob], lowest: Point, margin: float) -> Point:
    return tuple(
        knob.values.index(knob.with_margin(knob.values[index], margin))
        for knob, index in zip(knobs, lowest, strict=True)
    )


def _confirmed(point: Point, sizes: Sequence[int], demands: Demands, judge: Judge) -> Point | None:
    """The point, or the next safer one that holds with seeds that the search has not seen; None where none does."""
    while True:
        probes = [Probe(point, demands.seeds + number) for number in range(demands.seeds)]
        verdicts = judge(probes)
        if all(verdicts[probe].holds for probe in probes):
            return point
        safer = tuple(min(index + 1, size - 1) for index, size in zip(point, sizes, strict=True))
        if safer == point:
            return None
        point = safer
