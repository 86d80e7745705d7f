"""Claims evaluated: each scenario and point once, the longest first, and what the measures get to see."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from plimsoll.campaign.crew import Results, SerialCrew, lost
from plimsoll.campaign.trial import Trial, TrialResult
from plimsoll.claims import evaluation
from plimsoll.claims.claim import NOT_PUBLISHED, Check, Claim
from plimsoll.errors import RunError

ONE, OTHER = "openshift/one-namespace", "openshift/host-prefix-after"
SWEEP = "future/f4-containers-per-pod"


class Pretending(SerialCrew):
    """Runs nothing, and gives every trial a number."""

    def __init__(self, *, loses: bool = False) -> None:
        super().__init__()
        self.labels: list[str] = []
        self._loses = loses

    def results(self, trials: Iterable[Trial]) -> Results:
        for number, trial in enumerate(trials):
            self.labels.append(trial.label)
            result = TrialResult(
                trial.key, "pass", "", {"number": float(number)}, (), (), Path("somewhere"), 1.0, 1.0, "hash"
            )
            yield trial, lost(trial) if self._loses else result


def claim(name: str, *scenarios: str, sweeps: tuple[str, ...] = (), seen: str = ONE) -> Claim:
    check = Check("a number", NOT_PUBLISHED, "", lambda runs: runs[seen].metric("number"))
    return Claim(name, "title", scenarios, (check,), sweeps)


def test_a_scenario_of_several_claims_is_run_once() -> None:
    crew = Pretending()
    results = evaluation.evaluate([claim("A1", ONE), claim("A2", ONE, OTHER)], seed=1, crew=crew)

    assert sorted(crew.labels) == [OTHER, ONE]
    assert [(result.claim.id, result.verdict) for result in results] == [("A1", "measured"), ("A2", "measured")]


def test_the_longest_runs_are_begun_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_durations", lambda: {OTHER: 60.0, ONE: 1.0})
    crew = Pretending()
    evaluation.evaluate([claim("A1", ONE, "quickstart", OTHER)], seed=1, crew=crew)

    assert crew.labels == [OTHER, "quickstart", ONE]


def test_every_point_of_a_sweep_is_known_by_its_values() -> None:
    crew = Pretending()
    evaluation.evaluate([claim("A1", sweeps=(SWEEP,), seen=f"{SWEEP} containersPerPod=20")], seed=1, crew=crew)

    assert crew.labels[0] == f"{SWEEP} containersPerPod=1"


def test_a_run_that_was_lost_is_named() -> None:
    with pytest.raises(RunError, match=f"{ONE}: lost"):
        evaluation.evaluate([claim("A1", ONE)], seed=1, crew=Pretending(loses=True))


def test_every_run_is_heard_of() -> None:
    heard: list[tuple[str, int, int]] = []
    evaluation.evaluate(
        [claim("A1", ONE)],
        seed=1,
        crew=Pretending(),
        on_run=lambda name, _result, done, of: heard.append((name, done, of)),
    )

    assert heard == [(ONE, 1, 1)]
