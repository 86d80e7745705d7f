import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel import Kernel, TokenBucket
from plimsoll.kernel.processes import Script

ARRIVALS = st.lists(st.floats(0, 20), max_size=80).map(
    lambda gaps: [sum(gaps[: number + 1]) for number in range(len(gaps))]
) | st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.05, 0.2, 1.0, 60.0]), max_size=80).map(
    lambda gaps: [sum(gaps[: number + 1]) for number in range(len(gaps))]
)
RATES = st.sampled_from([0.1, 1.0, 5.0, 50.0, 1 / 3])
BURSTS = st.sampled_from([1, 2, 10, 100])


def grants(bucket: TokenBucket, arrivals_seconds: list[float]) -> list[float]:
    return [now_seconds + bucket.reserve(now_seconds) for now_seconds in arrivals_seconds]


def test_a_full_bucket_lets_a_burst_through_at_once_and_the_rest_at_its_rate() -> None:
    bucket = TokenBucket(rate_per_second=5, burst=10)

    waits_seconds = [bucket.reserve(100.0) for _ in range(14)]

    assert waits_seconds[:10] == [0.0] * 10
    assert waits_seconds[10:] == pytest.approx([0.2, 0.4, 0.6, 0.8])


def test_a_bucket_never_holds_more_than_its_burst_however_long_it_rests() -> None:
    bucket = TokenBucket(rate_per_second=5, burst=3)

    assert [bucket.reserve(1e6) for _ in range(4)] == [0.0, 0.0, 0.0, pytest.approx(0.2)]


def test_a_client_that_asks_exactly_at_the_rate_never_waits() -> None:
    bucket = TokenBucket(rate_per_second=5, burst=1)

    assert [bucket.reserve(number / 5) for number in range(10_000)] == [0.0] * 10_000


def test_a_debt_is_paid_before_anything_else() -> None:
    bucket = TokenBucket(rate_per_second=5, burst=10)
    for _ in range(20):
        bucket.reserve(0.0)

    assert bucket.tokens(0.0) == -10
    assert bucket.tokens(1.0) == -5
    assert bucket.reserve(1.0) == pytest.approx(1.2)


def test_several_tokens_can_be_taken_at_once() -> None:
    bucket = TokenBucket(rate_per_second=2, burst=10)

    assert [bucket.reserve(0.0, tokens=7), bucket.reserve(0.0, tokens=7)] == [0.0, 2.0]


def test_more_tokens_than_fit_are_refused_and_take_nothing() -> None:
    bucket = TokenBucket(rate_per_second=2, burst=10)

    with pytest.raises(ValueError, match="11 tokens never fit"):
        bucket.reserve(0.0, tokens=11)
    assert bucket.tokens(0.0) == 10


@pytest.mark.parametrize("rate_per_second", [0, -1])
def test_a_rate_of_zero_or_less_means_no_limit(rate_per_second: float) -> None:
    bucket = TokenBucket(rate_per_second, burst=0)

    assert [bucket.reserve(0.0, tokens=1000) for _ in range(3)] == [0.0] * 3
    assert bucket.try_take(0.0)
    assert bucket.tokens(0.0) == math.inf


def test_a_bucket_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="never let anything through"):
        TokenBucket(rate_per_second=5, burst=0)


def test_taking_without_waiting_takes_only_what_is_there() -> None:
    bucket = TokenBucket(rate_per_second=5, burst=2)

    assert [bucket.try_take(0.0) for _ in range(3)] == [True, True, False]
    assert [bucket.try_take(seconds) for seconds in (0.1, 0.2, 0.3, 0.4)] == [False, True, False, True]


@given(ARRIVALS, RATES, BURSTS)
def test_waits_equal_the_closed_form_of_the_token_bucket(
    arrivals_seconds: list[float], rate: float, burst: int
) -> None:
    """The n-th request goes at max over k ≤ n of a_k + (n - k + 1 - burst) / rate, and not before it arrives."""
    expected = [
        max(
            now_seconds,
            *(since + (n - k + 1 - burst) / rate for k, since in enumerate(arrivals_seconds[: n + 1])),
        )
        for n, now_seconds in enumerate(arrivals_seconds)
    ]

    assert grants(TokenBucket(rate, burst), arrivals_seconds) == pytest.approx(expected, rel=1e-9, abs=1e-8)


@given(ARRIVALS, RATES, BURSTS)
def test_requests_go_in_the_order_of_arrival(arrivals_seconds: list[float], rate: float, burst: int) -> None:
    granted = grants(TokenBucket(rate, burst), arrivals_seconds)

    assert all(earlier <= later + 1e-9 for earlier, later in pairwise(granted))


@given(ARRIVALS, RATES, BURSTS)
def test_no_interval_sees_more_requests_than_burst_and_rate_allow(
    arrivals_seconds: list[float], rate: float, burst: int
) -> None:
    granted = grants(TokenBucket(rate, burst), arrivals_seconds)

    for first, since in enumerate(granted):
        for last, until in enumerate(granted[first:], first):
            assert last - first + 1 <= burst + rate * (until - since) + 1e-6


def go_limiter(rate: float, burst: int, arrivals_seconds: list[float]) -> list[float]:
    """Go's limiter as its documentation describes it: tokens are added, one is taken, and a debt is waited for."""
    tokens, last_seconds = float(burst), 0.0
    waits_seconds = []
    for now_seconds in arrivals_seconds:
        tokens = min(float(burst), tokens + (now_seconds - last_seconds) * rate) - 1
        last_seconds = now_seconds
        waits_seconds.append(int(max(0.0, -tokens / rate) * 1e9) / 1e9)
    return waits_seconds


@given(ARRIVALS, RATES, BURSTS)
def test_waits_equal_those_of_go_s_limiter_to_the_nanosecond(
    arrivals_seconds: list[float], rate: float, burst: int
) -> None:
    bucket = TokenBucket(rate, burst)

    waits_seconds = [bucket.reserve(now_seconds) for now_seconds in arrivals_seconds]

    assert waits_seconds == pytest.approx(go_limiter(rate, burst, arrivals_seconds), abs=2e-9)


def test_processes_wait_for_tokens_in_the_order_in_which_they_asked() -> None:
    kernel = Kernel()
    bucket = TokenBucket(rate_per_second=2, burst=1)
    log: list[tuple[float, int]] = []

    def client(number: int) -> Script:
        yield bucket.reserve(kernel.now)
        log.append((kernel.now, number))

    for number in range(4):
        kernel.spawn(client(number))
    kernel.run()

    assert log == [(0, 0), (0.5, 1), (1, 2), (1.5, 3)]
