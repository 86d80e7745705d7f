"""From a run that fails to one that passes: diagnose, apply the remedy of the first cause, run again.

What limits next is what the next run's diagnosis says, so that each step is proved by a run. In the end stands the smallest
set of changes that matters: each of those that are left is shown to break the scenario when it is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.archive.reader import RunArchive
from plimsoll.campaign.trial import Trial
from plimsoll.diagnosis.diagnose import diagnose
from plimsoll.errors import InputError, Place, RunError
from plimsoll.tuning.application import applied, present
from plimsoll.tuning.judging import WORST, Judge, Judged, Listener, shortfall, verdict_of
from plimsoll.tuning.knob import spelled
from plimsoll.tuning.search.descent import polished
from plimsoll.tuning.search.questions import Point, Probe, drive

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew
    from plimsoll.campaign.trial import TrialResult
    from plimsoll.diagnosis.finding import Flavor, Found, Settings, SettingValue
    from plimsoll.scenario.loading import LoadedScenario

MOST_STEPS = 12
"""Remedies in a row after which it is not a matter of settings any more."""

PROGRESS = 0.95
"""A remedy helps if it brings the run at least a twentieth nearer to its objectives; less may be chance."""

PLACE = Place("a remedy")
Archived = Callable[[Trial], "TrialResult"]
"""Makes a trial and keeps its archive, for diagnosis."""


@dataclass(frozen=True, slots=True)
class Change:
    """The remedy of one finding: settings that are changed together."""

    code: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Step:
    """One run on the way: what came out, what limited, and what is changed because of it."""

    judged: Judged
    limits: Found | None
    """The first cause that has a remedy; None where the scenario passes, or where no cause has one."""
    change: Change | None
    others: tuple[Found, ...]
    """What else was found."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The way from a failing run until it passes, or until nothing helps."""

    steps: tuple[Step, ...]

    @property
    def passed(self) -> bool:
        """Whether the last run met its objectives."""
        return bool(self.steps) and self.steps[-1].judged.verdict.holds

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change that was made, in order."""
        return tuple(step.change for step in self.steps if step.change is not None)


@dataclass(frozen=True, slots=True)
class Needed:
    """A change that matters, and a trial that shows it."""

    change: Change
    lesser: Change | None
    """What the failing trial had in its place: nothing, or what the same finding asked for at first."""
    failing: Judged


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest set of changes that matters."""

    changes: tuple[Change, ...]
    needless: tuple[Change, ...]
    needed: tuple[Needed, ...]
    """Each of the changes, with a trial that lacks it and fails."""
    confirmed: bool
    """Whether all objectives hold with fresh seeds, too."""
    fresh_seeds: tuple[int, ...]
    judged: tuple[Judged, ...]


def walk(
    loaded: LoadedScenario,
    flavor: Flavor,
    seed: int,
    archived: Archived,
    on_step: Callable[[Step], None],
    keep: frozenset[str] = frozenset(),
) -> Walk:
    """Apply the remedy of the first cause and run again, until the scenario passes or nothing helps.

    A cause whose remedy did not help gives way to the next, until something else has helped. A remedy that needs a setting
    of ``keep`` is none: those are not to be changed, or cannot be.

    Raises :class:`plimsoll.errors.RunError` where a run could not be completed.
    """
    steps: list[Step] = []
    fruitless: set[str] = set()
    while len(steps) <= MOST_STEPS:
        trial = Trial.of(loaded.scenario, seed, f"{loaded.scenario.name} after {len(steps)} changes, seed {seed}")
        result = archived(trial)
        if steps:
            fruitless = _still_fruitless(fruitless, steps[-1], result)
        judged = Judged(Probe((len(steps),), 0), trial, result, verdict_of(result))
        step = _step(loaded, flavor, judged, fruitless, keep)
        steps.append(step)
        on_step(step)
        if step.change is None:
            break
        loaded = applied(loaded, step.change.settings, PLACE)
    return Walk(tuple(steps))


def _still_fruitless(fruitless: set[str], step: Step, result: TrialResult) -> set[str]:
    """The findings whose remedies have not helped since something last did; whatever helps gives all another chance."""
    if distance(result) < PROGRESS * distance(step.judged.result):
        return set()
    return fruitless | ({step.change.code} if step.change is not None else set())


def distance(result: TrialResult) -> float:
    """How far a run is from its objectives: by which parts of their limits they are missed, all together."""
    return sum(map(shortfall, result.objectives)) if result.objectives else WORST


def _step(
    loaded: LoadedScenario, flavor: Flavor, judged: Judged, fruitless: Container[str], keep: frozenset[str]
) -> Step:
    result = judged.result
    if result.verdict == "lost":
        raise RunError(f"{judged.trial.label}: {result.shortfall}")
    if judged.verdict.holds or result.directory is None:
        return Step(judged, None, None, ())
    findings = diagnose(RunArchive.open(result.directory)).findings
    for found in findings:
        settings = _new(loaded, found.remedy.get(flavor, {}))
        if settings and found.code not in fruitless and keep.isdisjoint(settings):
            others = tuple(other for other in findings if other is not found)
            return Step(judged, found, Change(found.code, settings), others)
    return Step(judged, None, None, findings)


def _new(loaded: LoadedScenario, settings: Settings) -> Settings:
    """What of a remedy is not so already; nothing where the scenario cannot have it."""
    try:
        different = {name: value for name, value in settings.items() if present(loaded, name, PLACE) != value}
        applied(loaded, different, PLACE)
    except InputError:
        return {}
    return different


def smallest_set(
    loaded: LoadedScenario,
    changes: Sequence[Change],
    *,
    seeds: int,
    first_seed: int,
    crew: Crew,
    listener: Listener = lambda _: None,
) -> Smallest | None:
    """Take away what is not needed until everything that is left is, and confirm the rest with fresh seeds.

    None where even all changes together fail with one of the seeds. Raises :class:`plimsoll.errors.RunError` where a
    trial could not be completed.
    """
    judged: list[Judged] = []

    def note(each: Judged) -> None:
        judged.append(each)
        listener(each)

    ladders = _ladders(changes)
    judge = Judge(crew, lambda probe: _trial(loaded, _chosen(ladders, probe.point), probe.seed + first_seed), note)
    everything = tuple(len(ladder) for ladder in ladders)
    if not _holds(judge, everything, range(seeds)):
        return None
    least = drive(polished(everything, seeds=seeds), judge)
    return Smallest(
        changes=_chosen(ladders, least),
        needless=tuple(ladder[-1] for ladder, rung in zip(ladders, least, strict=True) if not rung),
        needed=tuple(_needed(ladders, least, judged)),
        confirmed=_holds(judge, least, range(seeds, 2 * seeds)),
        fresh_seeds=tuple(first_seed + number for number in range(seeds, 2 * seeds)),
        judged=tuple(judged),
    )


def together(changes: Sequence[Change]) -> dict[str, SettingValue]:
    """The settings of several changes; where two set the same, the later."""
    merged: dict[str, SettingValue] = {}
    for change in changes:
        merged |= change.settings
    return merged


def _ladders(changes: Sequence[Change]) -> list[tuple[Change, ...]]:
    """For each finding what it asked for, from its first remedy to all of them: a higher limit takes a lower one's place."""
    ladders: dict[str, tuple[Change, ...]] = {}
    for change in changes:
        before = ladders.get(change.code, ())
        ladders[change.code] = (*before, Change(change.code, together((*before[-1:], change))))
    return list(ladders.values())


def _trial(loaded: LoadedScenario, chosen: Sequence[Change], seed: int) -> Trial:
    settings = together(chosen)
    scenario = applied(loaded, settings, PLACE).scenario
    return Trial.of(scenario, seed, f"{scenario.name} with {spelled(settings) or 'no change'}, seed {seed}")


def _holds(judge: Judge, point: Point, seeds: Sequence[int]) -> bool:
    verdicts = judge([Probe(point, seed) for seed in seeds])
    return all(verdict.holds for verdict in verdicts.values())


def _chosen(ladders: Sequence[tuple[Change, ...]], point: Point) -> tuple[Change, ...]:
    return tuple(ladder[rung - 1] for ladder, rung in zip(ladders, point, strict=True) if rung)


def _needed(ladders: Sequence[tuple[Change, ...]], least: Point, judged: Sequence[Judged]) -> Iterator[Needed]:
    """Each change that is needed, with the first failing trial that has a rung less of it and all the others."""
    for number, (ladder, rung) in enumerate(zip(ladders, least, strict=True)):
        point = (*least[:number], rung - 1, *least[number + 1 :])
        failing = next((each for each in judged if each.probe.point == point and not each.verdict.holds), None)
        if failing is not None:
            yield Needed(ladder[rung - 1], ladder[rung - 2] if rung > 1 else None, failing)
