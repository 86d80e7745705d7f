from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.dns.caching import Asked, steady_cache


def test_a_record_that_is_asked_for_often_is_fetched_once_in_its_time_to_live() -> None:
    cached = steady_cache([Asked(1000.0, 10.0)], 1000, 30.0)
    misses_per_second = 1000.0 * (1 - cached.hits[0])
    assert misses_per_second == pytest.approx(10 / 30, rel=0.01)
    assert cached.entries == pytest.approx(10, rel=0.01)


def test_a_record_that_is_asked_for_once_in_its_time_to_live_is_found_every_other_time() -> None:
    assert steady_cache([Asked(1.0, 30.0)], 1000, 30.0).hits == (0.5,)


def test_without_a_cache_nothing_is_found() -> None:
    assert steady_cache([Asked(1000.0, 10.0)], 0, 30.0) == ((0.0,), 0.0)


def test_a_cache_that_is_too_small_holds_what_it_can_and_finds_its_share() -> None:
    cached = steady_cache([Asked(1e6, 10_000.0)], 1000, 30.0)
    assert cached.entries == pytest.approx(1000)
    assert cached.hits[0] == pytest.approx(0.1, rel=0.01)


asked = st.builds(Asked, st.floats(0, 1e5), st.floats(0, 1e5))


@given(st.lists(asked, max_size=4), st.integers(0, 20_000), st.floats(0, 3600))
def test_a_cache_never_holds_more_than_its_size(streams: list[Asked], size: int, ttl_seconds: float) -> None:
    cached = steady_cache(streams, size, ttl_seconds)
    assert cached.entries <= size * (1 + 1e-6) + 1e-9
    assert all(0 <= hit <= 1 for hit in cached.hits)
