"""The gallery against the catalogue: each scenario raises its findings and no others, healthy ones none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from plimsoll.campaign.trial import Trial
from plimsoll.scenario.gallery import names
from plimsoll.scenario.loading import LoadedScenario, load_scenario, scenario_of
from tests.sharing import SharingCrew

SEED = 1

MATRIX: Mapping[str, list[str]] = yaml.safe_load((Path(__file__).parent / "matrix.yaml").read_text(encoding="utf-8"))

QUICK = ("quickstart", "openshift/host-prefix-before", "openshift/stall-before", "openshift/stall-after")
"""Those that take a second or two; the others are for whoever has the time."""

COMBINED = yaml.safe_load((Path(__file__).parent / "combinations.yaml").read_text(encoding="utf-8"))


def _marked(name: str) -> Any:
    return pytest.param(name, marks=() if name in QUICK else pytest.mark.hours)


def codes(scenario: LoadedScenario, name: str, crew: SharingCrew) -> set[str]:
    """What is found in a run of a scenario."""
    return set(crew.result(Trial.of(scenario.scenario, SEED, name)).findings)


def test_every_scenario_of_the_gallery_says_what_it_raises() -> None:
    assert set(MATRIX) == set(names())


@pytest.mark.parametrize("name", [_marked(name) for name in MATRIX])
def test_a_scenario_of_the_gallery_raises_its_findings_and_no_others(name: str, gallery_crew: SharingCrew) -> None:
    assert codes(load_scenario(name), name, gallery_crew) == set(MATRIX[name])


@pytest.mark.parametrize("name", list(COMBINED))
def test_two_matters_in_one_scenario_are_both_named(name: str, gallery_crew: SharingCrew) -> None:
    document = COMBINED[name]

    assert codes(scenario_of(document["scenario"], name), name, gallery_crew) >= set(document["raises"])
