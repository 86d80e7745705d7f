"""The kernel against queueing theory: Poisson arrivals at c servers, and the mean time that customers wait in the queue.

The bands are four standard errors of the mean over independent replications (fixed seeds, so a verdict never changes).
"""

from math import factorial
from random import Random
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel import FifoResource, Kernel, Streams
from plimsoll.kernel.processes import Script

REPLICATIONS = 10
WARM_UP = 500
CUSTOMERS = 6_000


class Station:
    """Poisson arrivals at equal servers with one queue."""

    def __init__(self, seed: int, arrivals_per_second: float, servers: int, *, service: str) -> None:
        self.kernel = Kernel()
        self.arrivals_per_second = arrivals_per_second
        self.servers = FifoResource(self.kernel, servers)
        self.service = service
        self.waits_seconds: list[float] = []
        streams = Streams(seed)
        self.kernel.spawn(self.arrive(streams.stream("arrivals"), streams.stream("service")))

    def arrive(self, arrivals: Random, service: Random) -> Script:
        for _ in range(WARM_UP + CUSTOMERS):
            yield arrivals.expovariate(self.arrivals_per_second)
            self.kernel.spawn(self.customer(service.expovariate(1.0) if self.service == "exponential" else 1.0))

    def customer(self, service_seconds: float) -> Script:
        arrived_seconds = self.kernel.now
        with self.servers.request() as server:
            yield server
            self.waits_seconds.append(self.kernel.now - arrived_seconds)
            yield service_seconds

    def mean_wait_seconds(self) -> float:
        self.kernel.run()
        return mean(self.waits_seconds[WARM_UP:])


def erlang_c(servers: int, offered_load: float) -> float:
    """The probability that a customer of M/M/c has to wait (Erlang, 1917)."""
    waiting = offered_load**servers / factorial(servers) * servers / (servers - offered_load)
    return waiting / (sum(offered_load**k / factorial(k) for k in range(servers)) + waiting)


def assert_mean_wait(expected_seconds: float, arrivals_per_second: float, servers: int, service: str) -> None:
    means = [
        Station(seed, arrivals_per_second, servers, service=service).mean_wait_seconds() for seed in range(REPLICATIONS)
    ]
    standard_error = stdev(means) / REPLICATIONS**0.5

    assert standard_error < 0.05 * expected_seconds
    assert mean(means) == pytest.approx(expected_seconds, abs=4 * standard_error)


@pytest.mark.parametrize("utilisation", [0.3, 0.6])
def test_m_m_1_waits_as_long_as_theory_says(utilisation: float) -> None:
    """W = ρ / (μ - λ), with μ = 1/s."""
    assert_mean_wait(utilisation / (1 - utilisation), utilisation, 1, "exponential")


@pytest.mark.parametrize("utilisation", [0.3, 0.6])
def test_m_d_1_waits_half_as_long_as_m_m_1(utilisation: float) -> None:
    """Pollaczek and Khinchine: W = ρ / (2 (μ - λ)) for a constant time of service."""
    assert_mean_wait(utilisation / (2 * (1 - utilisation)), utilisation, 1, "constant")


@pytest.mark.parametrize(("servers", "offered_load"), [(2, 1.2), (4, 2.8)])
def test_m_m_c_waits_as_long_as_erlang_c_says(servers: int, offered_load: float) -> None:
    """W = C(c, a) / (c μ - λ), with Erlang's C."""
    expected_seconds = erlang_c(servers, offered_load) / (servers - offered_load)

    assert_mean_wait(expected_seconds, offered_load, servers, "exponential")


GAPS_SECONDS = st.one_of(st.floats(0, 3), st.sampled_from([0.0, 0.5, 1.0]))
CUSTOMERS_OF_A_DAY = st.lists(st.tuples(GAPS_SECONDS, GAPS_SECONDS), min_size=1, max_size=40)


def kiefer_wolfowitz(servers: int, customers: list[tuple[float, float]]) -> list[float]:
    """What each customer waits, by recursion over the servers' remaining work (for one server: Lindley's equation)."""
    remaining_seconds = [0.0] * servers
    waits_seconds = []
    for gap_seconds, service_seconds in customers:
        remaining_seconds = sorted(max(0.0, remaining - gap_seconds) for remaining in remaining_seconds)
        waits_seconds.append(remaining_seconds[0])
        remaining_seconds[0] += service_seconds
    return waits_seconds


@given(st.integers(1, 4), CUSTOMERS_OF_A_DAY)
def test_every_single_wait_is_that_of_the_recursion_of_kiefer_and_wolfowitz(
    servers: int, customers: list[tuple[float, float]]
) -> None:
    kernel = Kernel()
    resource = FifoResource(kernel, servers)
    waits_seconds: list[float] = []

    def customer(service_seconds: float) -> Script:
        arrived_seconds = kernel.now
        with resource.request() as server:
            yield server
            waits_seconds.append(kernel.now - arrived_seconds)
            yield service_seconds

    def arrive() -> Script:
        for gap_seconds, service_seconds in customers:
            yield gap_seconds
            kernel.spawn(customer(service_seconds))

    kernel.spawn(arrive())
    kernel.run()

    assert waits_seconds == pytest.approx(kiefer_wolfowitz(servers, customers), abs=1e-9)
