from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.decoding import canonical
from plimsoll.kube.quantities import parse_quantity

# As a Kubernetes 1.36 server wrote them back.
WRITTEN_BACK = {
    "1000m": "1",
    "1": "1",
    "0.5": "500m",
    ".5": "500m",
    "1.5Gi": "1536Mi",
    "0.5Gi": "512Mi",
    "1024Ki": "1Mi",
    "12Ki": "12Ki",
    "2048": "2048",
    "2000": "2k",
    "1e3": "1e3",
    "1E3": "1E3",
    "0.1Ki": "102400m",
    "1.500": "1.500",
    "1.": "1.",
    "+5": "+5",
    "-5": "-5",
    "100000000Ki": "100000000Ki",
    "0": "0",
    "0Mi": "0",
    "0.1n": "1n",
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN_BACK.items())
def test_quantities_are_written_as_the_server_writes_them(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize("text", ["", "abc", "1Kb", "e3", ".", "1 Gi", "Ki", "1i", "--1", "1" * 65])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantit"):
        canonical(text)


amounts = st.builds(
    "{}{}".format,
    st.one_of(st.integers(0, 10**12), st.decimals(0, 10**6, places=3, allow_nan=False).map("{:f}".format)),
    st.sampled_from(["", "m", "k", "M", "G", "Ki", "Mi", "Gi", "Ti"]),
)


@given(amounts)
def test_the_canonical_form_is_the_same_amount(text: str) -> None:
    assert parse_quantity(canonical(text)) == parse_quantity(text)


@given(amounts)
def test_the_canonical_form_of_a_canonical_form_is_itself(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(st.integers(1, 10**6), st.integers(10, 20))
def test_what_is_smaller_than_a_billionth_is_rounded_up(digits: int, places: int) -> None:
    rounded = parse_quantity(canonical(f"0.{digits:0{places}d}"))
    exact = Fraction(digits, 10**places)
    assert exact <= rounded < exact + Fraction(1, 10**9)
