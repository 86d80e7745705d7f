"""Finding verdicts out: probes become trials, trials are carried out, and their objectives say whether a point holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.errors import RunError
from plimsoll.scenario.objectives import parse_objective
from plimsoll.tuning.search.questions import Point, Probe, Verdict, Verdicts

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew
    from plimsoll.campaign.trial import Trial, TrialResult
    from plimsoll.measurement.objectives import Judgement

WORST = 1e6
"""The shortfall of what cannot be measured: larger than that of whatever can."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A trial that was made, and what it says of its point."""

    probe: Probe
    trial: Trial
    result: TrialResult
    verdict: Verdict


Listener = Callable[[Judged], None]
"""Told of every trial as soon as it is done, or found in the notebook."""


class Judge:
    """Answers the rounds of a search, and remembers all that it was told.

    Within a round a point that failed with one seed is not tried with the others that have not begun: it has failed.
    """

    def __init__(self, crew: Crew, trial_at: Callable[[Probe], Trial], listener: Listener = lambda _: None) -> None:
        self._crew = crew
        self._trial_at = trial_at
        self._listener = listener
        self.verdicts: dict[Probe, Verdict] = {}
        self.results: dict[Probe, TrialResult] = {}

    def __call__(self, probes: Sequence[Probe]) -> Verdicts:
        """Find out the verdicts of a round. Raises :class:`plimsoll.errors.RunError` where that cannot be done."""
        asked: dict[str, Probe] = {}
        failed: set[Point] = {probe.point for probe in probes if self._fails(probe)}
        for trial, result in self._crew.results(self._trials(probes, failed, asked)):
            judged = self._judged(asked[trial.key], trial, result)
            if not judged.verdict.holds:
                failed.add(judged.probe.point)
        return {probe: self.verdicts.get(probe, Verdict(holds=False, shortfall=WORST)) for probe in probes}

    def _trials(self, probes: Sequence[Probe], failed: set[Point], asked: dict[str, Probe]) -> Iterator[Trial]:
        """The trials still to be made, looked at again whenever somebody is free to make one."""
        for probe in sorted(set(probes) - self.verdicts.keys(), key=lambda probe: (probe.seed, probes.index(probe))):
            if probe.point not in failed:
                trial = self._trial_at(probe)
                asked[trial.key] = probe
                yield trial

    def _fails(self, probe: Probe) -> bool:
        verdict = self.verdicts.get(probe)
        return verdict is not None and not verdict.holds

    def _judged(self, probe: Probe, trial: Trial, result: TrialResult) -> Judged:
        if result.verdict == "lost":
            raise RunError(f"{trial.label}: {result.shortfall}")
        judged = Judged(probe, trial, result, verdict_of(result))
        self.verdicts[probe] = judged.verdict
        self.results[probe] = result
        self._listener(judged)
        return judged


def verdict_of(result: TrialResult) -> Verdict:
    """Whether a trial's point holds. A run that did not come to its end does not: the load never got there."""
    if result.passed:
        return Verdict(holds=True)
    if result.verdict != "fail":
        return Verdict(holds=False, shortfall=WORST)
    return Verdict(holds=False, shortfall=max(map(shortfall, result.objectives), default=WORST))


def shortfall(judgement: Judgement) -> float:
    """By which part of its limit an objective is missed: 0 if it is met, 0.5 for 90 s instead of 60 s."""
    if judgement.met:
        return 0.0
    if judgement.value is None:
        return WORST
    limit = parse_objective(judgement.expression).limit
    distance = abs(judgement.value - limit) / (abs(limit) or 1.0)
    return min(WORST, distance)


def worst_missed(objectives: Sequence[Judgement]) -> Judgement | None:
    """The objective that is missed by most; None where all are met."""
    return max((each for each in objectives if not each.met), key=shortfall, default=None)
