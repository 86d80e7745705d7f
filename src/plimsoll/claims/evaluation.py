"""Runs the scenarios, sweeps and searches of claims, each once, whatever the number of claims, and takes the measures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from plimsoll.campaign.sweeping import spelled
from plimsoll.campaign.trial import Trial, TrialResult
from plimsoll.claims.claim import Claim, Result
from plimsoll.claims.evidence import Evidence
from plimsoll.claims.frontiers import frontier_evidence
from plimsoll.errors import RunError
from plimsoll.scenario.loading import load_scenario
from plimsoll.scenario.sweep import load_sweep

if TYPE_CHECKING:
    from plimsoll.campaign.crew import Crew

DURATIONS = "durations.json"
"""Beside this file: wall-clock seconds of runs by name, as `make claims` last saw them."""
UNKNOWN_SECONDS = 5.0

OnRun = Callable[[str, TrialResult, int, int], None]
"""Hears of every finished run: its name, what came out, how many there are by now and how many there will be."""


def evaluate(
    claims: Sequence[Claim],
    *,
    seed: int,
    crew: Crew,
    on_run: OnRun = lambda _name, _result, _done, _of: None,
) -> list[Result]:
    """Run all that the claims name, on a crew that keeps archives, and check each claim.

    Raises:
        RunError: a scenario could not be run.

    """
    trials = sorted(_trials(claims, seed), key=lambda trial: -_expected_seconds(trial.label))
    evidence: dict[str, Evidence] = {}
    for done, (trial, result) in enumerate(crew.results(trials), start=1):
        evidence[trial.label] = _evidence(trial, result)
        on_run(trial.label, result, done, len(trials))
    for name in dict.fromkeys(name for claim in claims for name in claim.frontiers):
        evidence.update(frontier_evidence(name, seed, crew))
    return results(claims, evidence)


def results(claims: Iterable[Claim], evidence: Mapping[str, Evidence]) -> list[Result]:
    """Take every claim's measures from runs that are there already."""
    return [Result(claim, check, check.measure(evidence)) for claim in claims for check in claim.checks]


def _trials(claims: Sequence[Claim], seed: int) -> Iterator[Trial]:
    """One for each scenario and each point of a sweep, labelled with the name that measures know it by."""
    for name in dict.fromkeys(name for claim in claims for name in claim.scenarios):
        yield Trial.of(load_scenario(name).scenario, seed, name)
    for name in dict.fromkeys(name for claim in claims for name in claim.sweeps):
        loaded = load_sweep(name)
        for point in loaded.sweep.points:
            yield Trial.of(loaded.scenario_at(point), seed, f"{name} {spelled(point)}")


def _expected_seconds(name: str) -> float:
    """How long a run takes: the longest are begun first, so that no core is left alone with one at the end."""
    return _durations().get(name, UNKNOWN_SECONDS)


@cache
def _durations() -> dict[str, float]:
    text = (resources.files(__package__) / DURATIONS).read_text(encoding="utf-8")
    return {name: float(seconds) for name, seconds in json.loads(text).items()}


def _evidence(trial: Trial, result: TrialResult) -> Evidence:
    if result.directory is None:
        raise RunError(f"{trial.label}: {result.verdict}: {result.shortfall or 'its archive was not kept'}")
    return Evidence(result.metrics, result.directory, result.verdict)
