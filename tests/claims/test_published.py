"""The published claims, run: what holds goes on holding, what differs is said to differ, and the page shows it all."""

from pathlib import Path

import pytest

from plimsoll.claims import table
from plimsoll.claims.catalogue import load_claims
from plimsoll.claims.claim import Result
from plimsoll.claims.evaluation import evaluate
from tests.sharing import SharingCrew

PAGE = Path(__file__).parents[2] / "docs" / "claims.md"
SEED = 1

pytestmark = pytest.mark.hours


@pytest.fixture(scope="module")
def results(gallery_crew: SharingCrew) -> list[Result]:
    return evaluate(load_claims(), seed=SEED, crew=gallery_crew)


def test_every_claim_holds_but_those_that_are_explained(results: list[Result]) -> None:
    surprises = [
        f"{result.claim.id} {result.check.what}: {result.value} {result.check.unit}, {result.verdict}"
        for result in results
        if (result.verdict == "differs") != bool(result.check.disagreement)
    ]

    assert not surprises, "\n".join(surprises)


def test_the_documentation_shows_these_very_results(results: list[Result]) -> None:
    assert table.markdown(results) in PAGE.read_text(encoding="utf-8"), "run `make claims` to write the page anew"
