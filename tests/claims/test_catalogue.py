"""Every claim is complete: it has scenarios that exist, checks with bands, and a file named after it."""

from pathlib import Path

import pytest

from plimsoll.claims import catalogue
from plimsoll.claims.catalogue import load_claims
from plimsoll.claims.claim import NOT_PUBLISHED, Claim
from plimsoll.scenario import gallery

CLAIMS = load_claims()
OPENSHIFT = [f"R{number}" for number in range(1, 10)]
OPENSTACK = [f"M{number}" for number in range(1, 12)]
FUTURE = [f"F{number}" for number in range(1, 9)]


def test_every_row_of_the_published_claims_is_there_and_what_they_left_to_the_future() -> None:
    assert [claim.id for claim in CLAIMS] == [*OPENSHIFT, *OPENSTACK, *FUTURE]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_names_scenarios_and_sweeps_of_the_gallery(claim: Claim) -> None:
    assert set(claim.scenarios) <= set(gallery.names())
    assert {*claim.sweeps, *claim.frontiers} <= set(gallery.sweeps())
    assert claim.scenarios or claim.sweeps or claim.frontiers


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_check_says_what_was_published_and_has_a_band(claim: Claim) -> None:
    assert claim.checks
    for check in claim.checks:
        assert check.what
        assert check.at_least <= check.at_most
        assert check.band or check.published == NOT_PUBLISHED


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_lives_in_the_file_of_its_name(claim: Claim) -> None:
    assert (next(iter(catalogue.__path__)) + f"/{claim.id.lower()}.py") in _files()


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim.id[0] != "F"], ids=lambda claim: claim.id)
def test_a_published_claim_is_shown_before_and_after_its_remedy(claim: Claim) -> None:
    before = [name for name in claim.scenarios if name.endswith("-before")]

    assert before
    for name in before:
        assert gallery.read(name) is not None
        assert gallery.read(name.removesuffix("-before") + "-after") is not None


def _files() -> set[str]:
    return {str(path) for folder in catalogue.__path__ for path in Path(folder).glob("*.py")}
