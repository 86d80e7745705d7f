from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.workloads.programs.durations import Durations, bucket_bounds, bucket_middle_seconds, bucket_of

NANOSECONDS = st.integers(0, 10**15)


@given(NANOSECONDS)
def test_every_duration_is_within_the_bounds_of_its_bucket(nanoseconds: int) -> None:
    lower, upper = bucket_bounds(bucket_of(nanoseconds))

    assert lower <= nanoseconds < upper


@given(st.integers(0, 1500))
def test_buckets_follow_one_another_without_a_gap(bucket: int) -> None:
    assert bucket_bounds(bucket)[1] == bucket_bounds(bucket + 1)[0]


@given(st.integers(64, 10**15))
def test_the_middle_of_a_bucket_is_within_two_percent_of_what_it_holds(nanoseconds: int) -> None:
    assert bucket_middle_seconds(bucket_of(nanoseconds)) == pytest.approx(nanoseconds / 1e9, rel=0.016)


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=200), st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]))
def test_quantiles_are_those_of_the_durations_themselves(values: list[int], share: float) -> None:
    durations = Durations()
    for value in values:
        durations.add(value)

    rank = max(1, -(-int(len(values) * share * 1000) // 1000))
    exact = sorted(values)[rank - 1] / 1e9
    assert durations.quantile_seconds(share) == pytest.approx(exact, rel=0.016, abs=1e-9)
    assert durations.summary()["count"] == len(values)


def test_no_durations_have_quantiles_of_nothing() -> None:
    summary = Durations().summary()

    assert (summary["count"], summary["meanSeconds"], summary["p99Seconds"], summary["buckets"]) == (0, 0.0, 0.0, {})


def test_a_clock_that_was_set_back_counts_as_nothing() -> None:
    durations = Durations()
    durations.add(-5)

    assert (durations.count, durations.max_nanoseconds) == (1, 0)
