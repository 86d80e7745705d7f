"""A check's band, its verdict, and how both are written."""

from math import inf, nan

import pytest

from plimsoll.claims.claim import Check
from plimsoll.measurement.wording import number


def check(at_least: float = -inf, at_most: float = inf) -> Check:
    return Check("what", "published", "s", lambda _runs: 0.0, at_least=at_least, at_most=at_most)


@pytest.mark.parametrize(("value", "verdict"), [(3.0, "holds"), (2.0, "holds"), (5.0, "holds"), (1.9, "differs")])
def test_a_claim_holds_inside_its_band_and_on_its_edges(value: float, verdict: str) -> None:
    assert check(2, 5).verdict(value) == verdict


def test_a_number_that_nothing_measured_confirms_nothing() -> None:
    assert check().verdict(nan) == "differs"


def test_where_nothing_was_published_there_is_nothing_to_confirm() -> None:
    assert check().verdict(7.0) == "measured"
    assert check().band == ""


@pytest.mark.parametrize(
    ("found", "text"),
    [(check(2, 5), "2–5"), (check(at_least=600), "≥ 600"), (check(at_most=30), "≤ 30"), (check(9, 9), "9")],
)
def test_a_band_is_written_as_people_write_it(found: Check, text: str) -> None:
    assert found.band == text


@pytest.mark.parametrize(("value", "text"), [(50_000, "50,000"), (0.7741, "0.774"), (36.94, "36.9"), (nan, "–")])
def test_numbers_are_rounded_to_what_matters(value: float, text: str) -> None:
    assert number(value) == text
