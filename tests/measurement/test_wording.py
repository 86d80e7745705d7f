from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.measurement import wording


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0, "0"),
        (0.000_2, "0.000"),
        (0.512_3, "0.512"),
        (9.996, "10.0"),
        (12.34, "12.3"),
        (99.96, "100"),
        (1603.4, "1,603"),
    ],
)
def test_a_rate_has_three_digits_that_matter(number: float | None, text: str) -> None:
    assert wording.rate(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.0, "0 s"),
        (0.000_85, "850 µs"),
        (0.000_999_9, "1.00 ms"),
        (0.003_2, "3.20 ms"),
        (0.999_9, "1.00 s"),
        (31.04, "31.0 s"),
        (119.0, "119 s"),
        (300.0, "5.0 min"),
        (7500.0, "2 h 05 min"),
    ],
)
def test_a_latency_is_in_the_unit_that_needs_the_fewest_digits(seconds: float | None, text: str) -> None:
    assert wording.seconds(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (240.0, "4.0 min"),
        (2580.0, "43 min"),
        (7198.0, "2 h 00 min"),
        (28_800.0, "8 h 00 min"),
        (30.0, "30.0 s"),
        (0.25, "250 ms"),
    ],
)
def test_a_phase_takes_minutes_as_in_the_article(seconds: float, text: str) -> None:
    assert wording.elapsed(seconds) == text


def test_hours_of_the_runs_clock_go_on_beyond_a_day() -> None:
    assert wording.clock(100 * 3600 + 61.9) == "100:01:01"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(1.0, "100 %"), (0.999_98, "99.998 %"), (0.9998, "99.98 %"), (0.000_4, "0.04 %"), (0.5, "50 %"), (None, "–")],
)
def test_a_share_says_more_where_it_is_almost_all_or_almost_nothing(fraction: float | None, text: str) -> None:
    assert wording.percent(fraction) == text


def test_large_quantities_get_a_prefix() -> None:
    assert wording.quantity(9e9, "B/s") == "9.00 GB/s"
    assert wording.quantity(12, "B") == "12.0 B"
    assert wording.quantity(None, "B") == "–"


@given(st.floats(min_value=1e-9, max_value=1e9))
def test_any_duration_has_words(seconds: float) -> None:
    assert wording.seconds(seconds)
    assert wording.elapsed(seconds)


def test_what_is_not_a_number_is_not_measured() -> None:
    assert wording.seconds(float("nan")) == wording.elapsed(float("inf")) == wording.NOT_MEASURED
