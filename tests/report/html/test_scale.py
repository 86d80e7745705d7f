from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.report.html.scale import Linear, Logarithmic, clock_label, compact, nice_step, rounded_up, time_axis

STEADY = (5000.0, 33_000.0)
END = 35_000.0


def _place(axis: object, value: float) -> float:
    return float(axis.place(np.array([value]))[0])  # type: ignore[attr-defined]


def test_an_axis_ends_on_a_round_number() -> None:
    scale = rounded_up(1603.0, 300.0, 0.0)

    assert [label for _, label in scale.ticks()] == ["0", "500", "1,000", "1,500", "2,000"]
    assert _place(scale, 2000.0) == 0.0
    assert _place(scale, 0.0) == 300.0


def test_an_axis_of_nothing_still_has_a_top() -> None:
    assert rounded_up(0.0, 300.0, 0.0).top > 0


@given(st.floats(min_value=1e-9, max_value=1e12))
def test_a_nice_step_is_the_next_round_number(at_least: float) -> None:
    step = nice_step(at_least)

    assert at_least * (1 - 1e-6) <= step <= 2.6 * at_least


def test_seconds_and_shares_are_labelled_as_such() -> None:
    assert [label for _, label in Linear(20.0, 0.0, 1.0, "s").ticks()] == ["0 s", "5 s", "10 s", "15 s", "20 s"]
    assert [label for _, label in Linear(0.4, 0.0, 1.0, "s").ticks()][-1] == "400 ms"
    assert [label for _, label in Linear(1.0, 0.0, 1.0, "%").ticks()][-1] == "100 %"


def test_a_logarithmic_axis_has_whole_decades() -> None:
    scale = Logarithmic(0.003, 31.0, 0.0, 500.0)

    assert [label for _, label in scale.ticks()] == ["1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"]
    assert _place(scale, 0.1) == pytest.approx(200.0)
    assert _place(scale, 0.0) == 0.0


def test_microseconds_are_labelled_too() -> None:
    assert [label for _, label in Logarithmic(2e-6, 2e-4, 0.0, 1.0).ticks()] == ["1 µs", "10 µs", "100 µs", "1 ms"]


def test_a_long_steady_stretch_is_drawn_narrower() -> None:
    axis = time_axis(END, STEADY, 0.0, 1000.0)

    assert axis.quiet is not None
    assert axis.quiet.end - axis.quiet.start == pytest.approx(220.0)
    assert _place(axis, STEADY[0]) == pytest.approx(axis.quiet.start)
    assert [_place(axis, 0.0), _place(axis, END)] == pytest.approx([0.0, 1000.0])


@pytest.mark.parametrize("steady", [None, (100.0, 200.0)])
def test_a_short_or_missing_steady_stretch_is_not(steady: tuple[float, float] | None) -> None:
    axis = time_axis(1000.0, steady, 0.0, 1000.0)

    assert axis.quiet is None
    assert _place(axis, 500.0) == 500.0


@given(st.floats(1, 1e6), st.floats(0, 1), st.floats(0, 1), st.floats(300, 1300))
def test_time_never_runs_backwards_on_an_axis(end: float, first: float, second: float, width: float) -> None:
    steady = (min(first, second) * end, max(first, second) * end)
    axis = time_axis(end, steady, 60.0, width)

    places = axis.place(np.linspace(0.0, end, 200))

    assert (np.diff(places) >= -1e-9).all()
    assert places[0] == pytest.approx(60.0)
    assert places[-1] == pytest.approx(width)


@given(st.floats(1, 1e6), st.floats(0, 1), st.floats(0, 1))
def test_labels_of_times_do_not_run_into_each_other(end: float, first: float, second: float) -> None:
    axis = time_axis(end, (min(first, second) * end, max(first, second) * end), 60.0, 1200.0)

    places = axis.place(np.array([value for value, _ in axis.ticks()]))

    assert places.size >= 1
    assert (np.diff(places) >= 43.9).all()


@given(st.floats(10, 1e6), st.floats(0.1, 60), st.floats(0, 1), st.floats(0, 1))
def test_bins_cover_the_run_and_hold_whole_intervals(end: float, interval: float, first: float, second: float) -> None:
    axis = time_axis(end, (min(first, second) * end, max(first, second) * end), 60.0, 1200.0)

    edges = axis.bins(interval)

    widths = np.diff(edges) / interval
    assert edges[0] == 0.0
    assert edges.size <= 1200
    assert np.allclose(widths, np.round(widths))
    assert (widths > 0.5).all()


def test_the_clock_counts_minutes_in_a_short_run_and_hours_in_a_long_one() -> None:
    assert clock_label(65.0, 600.0) == "1:05"
    assert clock_label(3900.0, 36_000.0) == "1:05"


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (2500, "2,500"), (50_000, "50k"), (1.5e6, "1.5M"), (0.25, "0.25")]
)
def test_numbers_on_an_axis_are_compact(value: float, text: str) -> None:
    assert compact(value) == text


def test_an_absurdly_long_run_has_as_few_ticks_as_any_other() -> None:
    axis = time_axis(1e18, None, 0.0, 600.0)

    assert len(axis.ticks()) <= 600 / 44
