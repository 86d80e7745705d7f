"""Bounding the offset between two clocks by timestamps of whole seconds."""

from __future__ import annotations

from email.utils import formatdate

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.cluster.http.clock import ClockEstimate
from plimsoll.kube.timestamps import rfc3339

EPOCH = 1_800_000_000.0
ANSWERS = st.lists(st.tuples(st.floats(0, 1000), st.floats(0.001, 0.2), st.floats(0, 1)), min_size=1, max_size=50)


@given(st.floats(-100, 100), ANSWERS)
def test_the_true_offset_is_always_between_the_bounds(offset: float, answers: list[tuple[float, float, float]]) -> None:
    estimate = ClockEstimate(EPOCH)
    for sent, trip, share in answers:
        written = EPOCH + offset + sent + trip * share
        estimate.created(rfc3339(written).encode(), sent, sent + trip)
    found = estimate.offset
    assert found is not None
    assert found.lowest_seconds - 1e-6 <= offset <= found.highest_seconds + 1e-6
    assert (found.stamps, found.contradictions) == (len(answers), 0)


def test_many_answers_leave_little_doubt() -> None:
    estimate = ClockEstimate(EPOCH)
    for number in range(500):
        sent = number * 0.0137
        estimate.created(rfc3339(EPOCH + 7.25 + sent + 0.001).encode(), sent, sent + 0.002)
    assert estimate.offset is not None
    assert abs(estimate.offset.seconds - 7.25) <= estimate.offset.uncertainty_seconds < 0.01


def test_dates_that_are_none_tell_nothing() -> None:
    estimate = ClockEstimate(EPOCH)
    estimate.date(b"nonsense", 0.0, 0.1)
    estimate.created(b"", 0.0, 0.1)
    assert estimate.offset is None


def test_dates_of_answers_count_until_an_object_tells_more() -> None:
    estimate = ClockEstimate(EPOCH)
    estimate.date(formatdate(EPOCH + 50, usegmt=True).encode(), 0.0, 0.1)
    by_date = estimate.offset
    estimate.created(rfc3339(EPOCH + 10).encode(), 0.0, 0.1)
    by_object = estimate.offset
    assert by_date is not None
    assert by_object is not None
    assert (by_date.lowest_seconds, by_date.highest_seconds) == (49.9, 51.0)
    assert (by_object.lowest_seconds, by_object.highest_seconds) == (9.9, 11.0)


def test_a_clock_that_was_set_is_noticed_and_believed_from_then_on() -> None:
    estimate = ClockEstimate(EPOCH)
    estimate.created(rfc3339(EPOCH).encode(), 0.0, 0.1)
    estimate.created(rfc3339(EPOCH + 3600).encode(), 1.0, 1.1)
    assert estimate.offset is not None
    assert estimate.offset.contradictions == 1
    assert 3598 < estimate.offset.seconds < 3600
