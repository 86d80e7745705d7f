from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import InputError, Place
from plimsoll.tuning.grids import parse_grid, spread

PLACE = Place("--knob kubelet.kubeAPIQPS")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5:100", tuple(range(5, 101, 5))),
        ("100:5", tuple(range(5, 101, 5))),
        ("5:30:10", (5, 15, 25)),
        ("1:8:x2", (1, 2, 4, 8)),
        ("50,5,10,5", (5, 10, 50)),
        ("7", (7,)),
        ("7:7", (7,)),
        ("1:3", (1, 2, 3)),
        ("0:1", (0, 1)),
        ("0.5:1.5:0.25", (0.5, 0.75, 1.0, 1.25, 1.5)),
        ("1:100", (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)),
    ],
)
def test_a_range_or_a_list_stands_for_its_values(text: str, values: tuple[float, ...]) -> None:
    assert parse_grid(text, PLACE) == values


@pytest.mark.parametrize(
    "text", ["", "five", "1:2:3:4", "1:10:0", "1:10:-1", "1:10:x1", "0:10:x2", "1:", "nan", "1:inf", "1:1e12:1"]
)
def test_what_is_no_range_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(InputError, match=r"--knob kubelet.kubeAPIQPS: .* is no range.*LOW:HIGH"):
        parse_grid(text, PLACE)


@given(low=st.integers(0, 10_000), span=st.integers(0, 1_000_000))
def test_a_spread_has_both_ends_rises_and_is_short(low: int, span: int) -> None:
    values = spread(low, low + span)
    assert (values[0], values[-1]) == (low, low + span)
    assert all(isinstance(value, int) for value in values)
    assert list(values) == sorted(set(values))
    assert len(values) <= 75


@given(low=st.floats(0.001, 10), factor=st.floats(1, 1e4))
def test_a_spread_of_fractions_rises_too(low: float, factor: float) -> None:
    values = spread(low, low * factor)
    assert (values[0], values[-1]) == (low, low * factor) or low == low * factor
    assert list(values) == sorted(set(values))
