"""Every `-before` of the gallery misses its objectives, and its `-after` meets them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from plimsoll.campaign.hiring import hire
from plimsoll.campaign.trial import Trial, TrialResult
from plimsoll.scenario import gallery
from plimsoll.scenario.loading import load_scenario

SEED = 1
PAIRS = [name.removesuffix("-before") for name in gallery.names() if name.endswith("-before")]


def test_every_after_has_a_before() -> None:
    afters = {name.removesuffix("-after") for name in gallery.names() if name.endswith("-after")}

    assert afters <= set(PAIRS)
    assert all(gallery.read(f"{pair}-after") for pair in PAIRS)


@pytest.fixture(scope="module")
def results() -> Mapping[str, TrialResult]:
    names = [f"{pair}-{when}" for pair in PAIRS for when in ("before", "after")]
    with hire() as crew:
        found = crew.results(Trial.of(load_scenario(name).scenario, SEED, name) for name in names)
        return {trial.label: result for trial, result in found}


@pytest.mark.slow
@pytest.mark.xdist_group("claims")
@pytest.mark.parametrize("pair", PAIRS)
def test_before_misses_its_objectives_and_after_meets_them(pair: str, results: Mapping[str, TrialResult]) -> None:
    assert (results[f"{pair}-before"].verdict, results[f"{pair}-after"].verdict) == ("fail", "pass")
