"""Every `-before` of the gallery misses its objectives, and its `-after` meets them."""

from __future__ import annotations

import pytest

from plimsoll.campaign.trial import Trial
from plimsoll.scenario import gallery
from plimsoll.scenario.loading import load_scenario
from tests.sharing import SharingCrew

SEED = 1
PAIRS = [name.removesuffix("-before") for name in gallery.names() if name.endswith("-before")]


def test_every_after_has_a_before() -> None:
    afters = {name.removesuffix("-after") for name in gallery.names() if name.endswith("-after")}

    assert afters <= set(PAIRS)
    assert all(gallery.read(f"{pair}-after") for pair in PAIRS)


@pytest.mark.hours
@pytest.mark.parametrize("pair", PAIRS)
def test_before_misses_its_objectives_and_after_meets_them(pair: str, gallery_crew: SharingCrew) -> None:
    names = (f"{pair}-before", f"{pair}-after")
    results = [gallery_crew.result(Trial.of(load_scenario(name).scenario, SEED, name)) for name in names]

    assert [result.verdict for result in results] == ["fail", "pass"]
