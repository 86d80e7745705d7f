"""Buckets against their edges, and quantiles against the exact ones."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.histogram import (
    BUCKET_COUNT,
    BUCKETS_PER_DOUBLING,
    RELATIVE_ERROR,
    bucket_bounds,
    bucket_of,
    quantile,
    representative,
)

TOLD_APART = st.floats(min_value=1e-6, max_value=86_400.0)


@given(st.floats(min_value=0, allow_nan=False))
def test_a_duration_lies_within_the_bounds_of_its_bucket(seconds: float) -> None:
    lower, upper = bucket_bounds(bucket_of(seconds))

    assert lower <= seconds < upper or seconds == upper == math.inf


@given(st.floats(min_value=1e-6, max_value=43_200.0))
def test_a_doubling_is_eight_buckets(seconds: float) -> None:
    assert bucket_of(2 * seconds) == bucket_of(seconds) + BUCKETS_PER_DOUBLING


def test_buckets_join_without_a_gap() -> None:
    bounds = [bucket_bounds(bucket) for bucket in range(BUCKET_COUNT)]

    assert all(below[1] == above[0] for below, above in pairwise(bounds))


def test_the_buckets_reach_from_below_a_microsecond_to_beyond_a_day() -> None:
    assert bucket_of(0.0) == bucket_of(0.9e-6) == 0
    assert bucket_of(86_400.0) < BUCKET_COUNT - 1
    assert bucket_of(1e9) == BUCKET_COUNT - 1


def test_every_bucket_holds_the_duration_that_stands_for_it() -> None:
    assert [bucket_of(representative(bucket)) for bucket in range(BUCKET_COUNT)] == list(range(BUCKET_COUNT))


@pytest.mark.parametrize("bucket", [-1, BUCKET_COUNT])
def test_a_bucket_that_does_not_exist_has_no_bounds(bucket: int) -> None:
    with pytest.raises(ValueError, match=f"no bucket {bucket}"):
        bucket_bounds(bucket)


@given(st.lists(TOLD_APART, min_size=1), st.floats(min_value=0, max_value=1))
def test_a_quantile_is_within_the_stated_error_of_the_exact_one(durations: list[float], q: float) -> None:
    exact = sorted(durations)[max(1, math.ceil(q * len(durations))) - 1]

    assert quantile(Counter(map(bucket_of, durations)), q) == pytest.approx(exact, rel=RELATIVE_ERROR * 1.0001)


def test_nothing_counted_has_no_quantile() -> None:
    assert quantile({}, 0.99) is None


@pytest.mark.parametrize("q", [-0.1, 1.1, math.nan])
def test_a_quantile_outside_0_to_1_is_refused(q: float) -> None:
    with pytest.raises(ValueError, match="fraction from 0 to 1"):
        quantile({3: 1}, q)
