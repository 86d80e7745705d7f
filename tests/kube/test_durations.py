from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kube.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", 600),
        (28_800, 28_800),
        ("28800", 28_800),
        ("1h30m", 5400),
        ("300ms", 0.3),
        ("0.36", 0.36),
        ("1d", 86_400),
        ("1.5h", 5400),
        (0, 0),
    ],
)
def test_a_duration_is_seconds(text: str | float, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "m", "10 m", "10x", "-5", -5, "1h30", True, float("nan"), float("inf"), "1h" * 50]
)
def test_what_is_no_duration_is_refused(text: str | float) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (0.36, "0.36s"), (60, "1m"), (5400, "1h30m"), (3661.5, "1h1m1.5s")]
)
def test_a_duration_is_spelled_with_few_units(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(0, 10**9))
def test_a_duration_comes_back_from_its_spelling(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)
