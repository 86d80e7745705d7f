"""Every claim is complete: it has scenarios that exist, checks with bands, and a file named after it."""

from math import inf
from pathlib import Path

import pytest

from plimsoll.claims import catalogue
from plimsoll.claims.catalogue import load_claims
from plimsoll.claims.claim import Claim
from plimsoll.scenario import gallery

CLAIMS = load_claims()


def test_all_claims_of_the_openshift_article_are_there() -> None:
    assert {"R1", "R2", "R4", "R5", "R6", "R7", "R8"} <= {claim.id for claim in CLAIMS}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_names_scenarios_of_the_gallery(claim: Claim) -> None:
    assert set(claim.scenarios) <= set(gallery.names())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_check_says_what_was_published_and_has_a_band(claim: Claim) -> None:
    assert claim.checks
    for check in claim.checks:
        assert check.what
        assert check.published
        assert check.at_least > -inf or check.at_most < inf
        assert check.at_least <= check.at_most


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_lives_in_the_file_of_its_name(claim: Claim) -> None:
    assert (next(iter(catalogue.__path__)) + f"/{claim.id.lower()}.py") in _files()


def _files() -> set[str]:
    return {str(path) for folder in catalogue.__path__ for path in Path(folder).glob("*.py")}
