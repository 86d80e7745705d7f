"""Generated scenarios through the whole path, with and without faults, under the eyes of the invariants."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.archive.rows import TABLES
from plimsoll.experiment.liverun import Outcome
from plimsoll.experiment.running import Experiment
from plimsoll.kube.resources import NAMESPACES, PODS
from plimsoll.measurement.summary import Summary, summarise
from plimsoll.scenario.model import Scenario
from plimsoll.simcluster import invariants
from tests.experiment.small_scenarios import loaded_model
from tests.experiment.whole_path import Captured, run
from tests.strategies import scenario_fields, scenarios

CHECK_EVERY_SECONDS = 3.7  # no divisor of any period in the model


class Inspector(Captured):
    """Checks the invariants of a run again and again while it goes on."""

    def __call__(self, experiment: Experiment) -> Captured:
        kernel = experiment.cluster.kernel

        def inspect() -> None:
            invariants.check(experiment.cluster)
            kernel.after(CHECK_EVERY_SECONDS, inspect)

        kernel.after(CHECK_EVERY_SECONDS, inspect)
        return super().__call__(experiment)


def inspected(scenario: Scenario, runs: str) -> tuple[Outcome, Experiment]:
    inspector = Inspector()
    outcome = run(loaded_model(scenario), Path(runs), onlooker=inspector)
    return outcome, inspector.experiments[0]


def read_back(outcome: Outcome) -> Summary:
    archive = RunArchive.open(outcome.directory)
    archive.verify()
    for name, digest in outcome.manifest.tables.items():
        assert archive.table(name).num_rows == digest.rows
    assert set(outcome.manifest.tables) == set(TABLES)
    return summarise(archive)


@pytest.mark.slow
@settings(max_examples=40)
@given(scenario=scenarios())
def test_any_scenario_comes_to_its_end_and_reads_back(scenario: Scenario) -> None:
    with tempfile.TemporaryDirectory() as runs:
        outcome, experiment = inspected(scenario, runs)
        assert outcome.manifest.status is RunStatus.COMPLETE, outcome.shortfall
        assert not outcome.tally.given_up
        assert read_back(outcome).measured.pods.failed == 0
        if scenario.load.delete:
            assert not list(experiment.cluster.store.collection(NAMESPACES))
            assert not list(experiment.cluster.store.collection(PODS))
            assert not sum(experiment.observer.pods.totals())


@st.composite
def faults(draw: st.DrawFn) -> dict[str, Any]:
    fault: dict[str, Any] = {"at": draw(st.integers(0, 60)), "kind": draw(st.sampled_from(sorted(DETAILS)))}
    return {**fault, **draw(DETAILS[fault["kind"]])}


DETAILS: dict[str, st.SearchStrategy[Any]] = {
    "apiErrors": st.fixed_dictionaries(
        {"for": st.integers(1, 60), "fraction": st.sampled_from([0.1, 1.0]), "code": st.sampled_from([429, 500, 503])}
    ),
    "apiLatency": st.fixed_dictionaries({"for": st.integers(1, 60), "addSeconds": st.sampled_from([0.1, 5.0])}),
    "nodeLost": st.fixed_dictionaries({"node": st.sampled_from(["worker-0", "worker-1"]), "for": st.integers(1, 600)}),
    "componentRestart": st.sampled_from(["scheduler", "apiserver", "controllerManager"]).map(
        lambda component: {"component": component, "downSeconds": 20}
    ),
}


@pytest.mark.slow
@settings(max_examples=40)
@given(fields=scenario_fields(), wrong=st.lists(faults(), min_size=1, max_size=3))
def test_whatever_goes_wrong_a_run_ends_and_reads_back(fields: dict[str, Any], wrong: list[dict[str, Any]]) -> None:
    fields["cluster"]["faults"] = wrong
    with tempfile.TemporaryDirectory() as runs:
        outcome, _ = inspected(Scenario.model_validate(fields), runs)
        assert outcome.manifest.status in {RunStatus.COMPLETE, RunStatus.FAILED}
        assert bool(outcome.shortfall) is (outcome.manifest.status is RunStatus.FAILED)
        read_back(outcome)
