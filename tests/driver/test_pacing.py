"""Arrival processes against their closed forms."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.driver.pacing import Rate, Shape, ShapePoint

rates = st.floats(0.01, 10_000)


def departures(pacer: Rate | Shape, claims: list[float]) -> list[float]:
    return [claim + pacer.reserve(claim) for claim in claims]


def test_a_full_bucket_lets_a_burst_through_at_once() -> None:
    pacer = Rate(5, burst=10)
    assert [pacer.reserve(0.0) for _ in range(10)] == [0.0] * 10


def test_after_the_burst_objects_leave_at_the_rate() -> None:
    pacer = Rate(5, burst=10)
    waits = [pacer.reserve(0.0) for _ in range(13)][10:]
    assert waits == pytest.approx([0.2, 0.4, 0.6])


def test_a_pause_refills_the_bucket_but_not_above_its_burst() -> None:
    pacer = Rate(5, burst=10)
    for _ in range(30):
        pacer.reserve(0.0)
    assert [pacer.reserve(1000.0) for _ in range(11)] == pytest.approx([0.0] * 10 + [0.2])


def test_a_call_of_more_objects_than_the_burst_waits_for_the_missing_tokens() -> None:
    assert Rate(2, burst=1).reserve(0.0, 5) == pytest.approx(2.0)


def test_a_client_that_is_always_late_still_keeps_the_rate() -> None:
    pacer = Rate(10, burst=1)
    now = 0.0
    for _ in range(10_000):
        now += pacer.reserve(now)
        now += 0.03  # the request itself: a sleep of 1/rate after it would drift to 7.7 a second
    assert 10_000 / now == pytest.approx(10, rel=0.001)


@pytest.mark.parametrize("rate", [0, -1, math.nan])
def test_a_rate_that_is_not_positive_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        Rate(rate)


@given(rate=rates, burst=st.integers(1, 100), gaps=st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_no_window_of_time_ever_lets_through_more_than_burst_and_rate_allow(
    rate: float, burst: int, gaps: list[float]
) -> None:
    claims = [sum(gaps[: index + 1]) for index in range(len(gaps))]
    out = departures(Rate(rate, burst), claims)
    assert out == sorted(out)
    for first in range(len(out)):
        for last in range(first, len(out)):
            allowed = burst + rate * (out[last] - out[first])
            assert last - first + 1 <= allowed + 1e-6 * max(1.0, allowed)


def test_a_flat_shape_sends_at_equal_distances() -> None:
    shape = Shape([ShapePoint(0, 4)])
    assert [shape.reserve(0.0) for _ in range(4)] == pytest.approx([0.25, 0.5, 0.75, 1.0])


def test_a_ramp_sends_the_integral_of_its_rate() -> None:
    shape = Shape([ShapePoint(0, 0), ShapePoint(10, 20)])  # rate 2t, so n objects by t = sqrt(n)
    assert [shape.due_seconds(n) for n in (1, 4, 81, 100)] == pytest.approx([1, 2, 9, 10])
    assert shape.due_seconds(120) == pytest.approx(11)  # the last rate, 20/s, goes on


def test_a_falling_ramp_slows_down() -> None:
    shape = Shape([ShapePoint(0, 10), ShapePoint(10, 0), ShapePoint(20, 0), ShapePoint(20, 1)])
    assert shape.due_seconds(50) == pytest.approx(10)
    assert shape.due_seconds(51) == pytest.approx(21)


def test_a_shape_counts_from_its_first_claim() -> None:
    shape = Shape([ShapePoint(0, 1)])
    assert shape.reserve(100.0) == pytest.approx(1)
    assert shape.reserve(105.0) == 0.0


def test_a_shape_that_begins_later_begins_with_its_first_rate() -> None:
    assert Shape([ShapePoint(60, 3)]).rate_at(10) == 3


def test_a_rate_between_two_points_is_interpolated() -> None:
    shape = Shape([ShapePoint(0, 10), ShapePoint(100, 30)])
    assert [shape.rate_at(t) for t in (0, 50, 100, 500)] == [10, 20, 30, 30]


def test_points_out_of_order_and_no_points_are_refused() -> None:
    with pytest.raises(ValueError, match="order"):
        Shape([ShapePoint(10, 1), ShapePoint(5, 1)])
    with pytest.raises(ValueError, match="at least one"):
        Shape([])


def test_a_shape_that_ends_at_rate_zero_would_never_send_the_rest_and_is_refused() -> None:
    with pytest.raises(ValueError, match="last rate"):
        Shape([ShapePoint(0, 2), ShapePoint(5, 0)])


def sent_by(points: list[ShapePoint], seconds: float) -> float:
    """The integral of a shape that begins at zero, by trapezoids."""
    total = 0.0
    for here, there in pairwise([*points, ShapePoint(math.inf, points[-1].rate_per_second)]):
        span = min(seconds, there.at_seconds) - here.at_seconds
        if span <= 0:
            continue
        whole = there.at_seconds - here.at_seconds
        rate_then = here.rate_per_second + (there.rate_per_second - here.rate_per_second) * span / whole
        total += span * (here.rate_per_second + rate_then) / 2
    return total


steps = st.lists(
    st.tuples(st.sampled_from([0.0, 0.5, 7.0, 60.0]), st.just(0.0) | st.floats(0.01, 50)), min_size=1, max_size=6
)


@given(steps=steps.filter(lambda steps: steps[-1][1] > 0))
def test_objects_of_any_shape_are_due_in_order_and_where_the_integral_says(steps: list[tuple[float, float]]) -> None:
    points = [ShapePoint(sum(gap for gap, _ in steps[:index]), rate) for index, (_, rate) in enumerate(steps)]
    shape = Shape(points)
    due = [shape.due_seconds(n) for n in range(1, 80)]
    assert due == sorted(due)
    for n, seconds in enumerate(due, start=1):
        assert sent_by(points, seconds) == pytest.approx(n)
