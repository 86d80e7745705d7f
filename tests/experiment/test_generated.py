"""Generated scenarios through the whole path."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.archive.rows import TABLES
from plimsoll.kube.resources import NAMESPACES, PODS
from plimsoll.report.summary import summarise
from plimsoll.scenario.model import Scenario
from tests.experiment.small_scenarios import loaded_model
from tests.experiment.whole_path import Captured, run
from tests.strategies import scenarios


@pytest.mark.slow
@settings(max_examples=60)
@given(scenario=scenarios())
def test_any_scenario_ends_keeps_the_invariants_and_reads_back(scenario: Scenario) -> None:
    with tempfile.TemporaryDirectory() as runs:
        captured = Captured()
        outcome = run(loaded_model(scenario), Path(runs), onlooker=captured)
        (experiment,) = captured.experiments
        assert outcome.manifest.status is RunStatus.COMPLETE, outcome.shortfall
        assert not outcome.tally.given_up
        archive = RunArchive.open(outcome.directory)
        archive.verify()
        assert {name: archive.table(name).num_rows for name in TABLES} == {
            name: digest.rows for name, digest in outcome.manifest.tables.items()
        }
        pods = archive.table("pods").num_rows
        assert pods >= experiment.plan.pods
        assert summarise(archive).measured.pods.failed == 0
        if scenario.load.delete:
            assert not list(experiment.cluster.store.collection(NAMESPACES))
            assert not list(experiment.cluster.store.collection(PODS))
            assert not sum(experiment.observer.pods.totals())
