"""The API server as a station, held against queueing theory."""

from __future__ import annotations

from math import factorial
from random import Random

import pytest

from plimsoll.simcluster.apiserver import TOO_MANY_REQUESTS, ApiServer, Refusal, RequestCost
from plimsoll.simcluster.profile import load_profile
from plimsoll.simcluster.settings import ApiServerSettings

FREE = {
    "read_cpu_seconds": 0.01,
    "list_cpu_seconds": 0.02,
    "write_cpu_seconds": 0.04,
    "event_cpu_seconds": 0.005,
    "watch_cpu_seconds": 0.03,
    "etcd_read_seconds": 0.1,
    "etcd_write_seconds": 0.2,
    "network_seconds": 1.0,
}


def settings(**changes: float) -> ApiServerSettings:
    base = load_profile("ideal").apiserver
    return base.model_copy(update={"cores": 1, "flow_control": "maxInFlight", **changes})


def server(**changes: float) -> ApiServer:
    return ApiServer(settings(**changes), Random(1).random)


def cost(cpu_seconds: float = 0.0, latency_seconds: float = 0.0, *, mutating: bool = False) -> RequestCost:
    return RequestCost(cpu_seconds, latency_seconds, mutating=mutating, long_running=False)


def answered(result: float | Refusal) -> float:
    assert isinstance(result, float)
    return result


# --- what requests cost


@pytest.mark.parametrize(
    ("verb", "resource", "cpu", "latency", "mutating"),
    [
        ("GET", "pods", 0.01, 1.1, False),
        ("LIST", "pods", 0.02, 1.1, False),
        ("POST", "pods", 0.04, 1.2, True),
        ("DELETE", "pods", 0.04, 1.2, True),
        ("POST", "events", 0.005, 1.2, True),
        ("WATCH", "pods", 0.03, 1.0, False),
    ],
)
def test_a_verb_costs_cpu_and_the_time_of_etcd_and_the_network(
    verb: str,
    resource: str,
    cpu: float,
    latency: float,
    mutating: bool,  # noqa: FBT001
) -> None:
    priced = server(**FREE).cost(verb, resource)

    assert (priced.cpu_seconds, priced.latency_seconds) == pytest.approx((cpu, latency))
    assert priced.mutating is mutating
    assert priced.long_running is (verb == "WATCH")


def test_without_any_queue_a_request_takes_its_own_time() -> None:
    station = server(cores=2)

    assert station.admit(10.0, cost(0.5, 0.25)) == 10.75


def test_only_cpu_holds_a_core() -> None:
    station = server(cores=1)

    assert station.admit(0.0, cost(0.5, 100.0)) == 100.5
    assert station.admit(0.0, cost(0.5, 0.0)) == 1.0


# --- queueing


def erlang_c(cores: int, load: float) -> float:
    """Probability that an arrival has to wait, for an offered load in erlangs (Erlang 1917)."""
    last = load**cores / factorial(cores) * cores / (cores - load)
    return last / (sum(load**k / factorial(k) for k in range(cores)) + last)


def mean_wait(station: ApiServer, arrivals_per_second: float, service: list[float], seed: int) -> float:
    """Mean time in the queue of Poisson arrivals with these service times."""
    random = Random(seed)
    now = waited = 0.0
    for seconds in service:
        now += random.expovariate(arrivals_per_second)
        waited += answered(station.admit(now, cost(seconds))) - now - seconds
    return waited / len(service)


@pytest.mark.parametrize(("cores", "utilization"), [(1, 0.5), (1, 0.8), (4, 0.7), (16, 0.8)])
def test_with_exponential_service_the_mean_wait_is_erlang_s(cores: int, utilization: float) -> None:
    mean_service = 0.002
    rate = utilization * cores / mean_service
    random = Random(7)
    service = [random.expovariate(1 / mean_service) for _ in range(80_000)]
    theory = erlang_c(cores, utilization * cores) * mean_service / (cores * (1 - utilization))

    assert mean_wait(server(cores=cores), rate, service, seed=3) == pytest.approx(theory, rel=0.1)


@pytest.mark.parametrize("utilization", [0.3, 0.6, 0.8])
def test_with_constant_service_on_one_core_the_mean_wait_is_pollaczek_and_khinchine_s(utilization: float) -> None:
    service_seconds = 0.0025
    wait = mean_wait(server(), utilization / service_seconds, [service_seconds] * 50_000, seed=5)

    assert wait == pytest.approx(utilization * service_seconds / (2 * (1 - utilization)), rel=0.06)


@pytest.mark.parametrize(("cores", "utilization"), [(4, 0.8), (8, 0.85)])
def test_with_constant_service_on_several_cores_the_wait_is_about_half_of_the_exponential_one(
    cores: int, utilization: float
) -> None:
    service_seconds = 0.0025
    wait = mean_wait(server(cores=cores), utilization * cores / service_seconds, [service_seconds] * 60_000, seed=5)
    exponential = erlang_c(cores, utilization * cores) * service_seconds / (cores * (1 - utilization))

    assert 0.48 * exponential < wait < 0.62 * exponential


def test_requests_are_served_in_the_order_of_arrival() -> None:
    station = server(cores=3)
    random = Random(2)
    starts = []
    for index in range(500):
        seconds = random.random()
        starts.append(answered(station.admit(index * 0.1, cost(seconds))) - seconds)

    assert starts == sorted(starts)


# --- in flight


def test_requests_beyond_the_limit_in_flight_are_told_to_come_back_in_a_second() -> None:
    station = server(max_reads_in_flight=2)
    results = [station.admit(0.0, cost(0.0, 1.0)) for _ in range(3)]

    assert results == [1.0, 1.0, Refusal(429, 1.0)]
    assert station.refused == 1


def test_reads_and_writes_have_limits_of_their_own() -> None:
    station = server(max_reads_in_flight=1, max_mutating_in_flight=1)

    assert station.admit(0.0, cost(0.0, 1.0)) == 1.0
    assert station.admit(0.0, cost(0.0, 1.0, mutating=True)) == 1.0
    assert isinstance(station.admit(0.0, cost(0.0, 1.0, mutating=True)), Refusal)


def test_watches_are_exempt() -> None:
    station = server(max_reads_in_flight=1)
    watch = RequestCost(0.0, 1.0, mutating=False, long_running=True)

    assert [station.admit(0.0, watch) for _ in range(3)] == [1.0, 1.0, 1.0]
    assert station.in_flight(0.5) == (0, 0)


def test_a_place_is_free_again_when_its_request_is_answered() -> None:
    station = server(max_reads_in_flight=1)
    station.admit(0.0, cost(0.0, 1.0))

    assert isinstance(station.admit(0.999, cost(0.0, 1.0)), Refusal)
    assert station.admit(1.0, cost(0.0, 1.0)) == 2.0


def test_every_one_of_several_requests_at_once_takes_a_place() -> None:
    station = server(max_reads_in_flight=4)
    station.admit(0.0, cost(0.0, 1.0), 4)

    assert station.in_flight(0.5) == (4, 0)
    assert isinstance(station.admit(0.5, cost(0.0, 1.0)), Refusal)


def test_requests_in_turn_take_one_place_and_as_many_round_trips() -> None:
    station = server(max_reads_in_flight=1)

    assert station.admit(0.0, cost(0.5, 1.0), 4, in_turn=True) == 6.0
    assert station.in_flight(3.0) == (1, 0)


def test_the_mean_number_in_flight_is_arrival_rate_times_time_in_the_system() -> None:
    station = server(cores=4)
    random = Random(11)
    now = in_system = flying = 0.0
    samples = 10_000
    for _ in range(samples):
        now += random.expovariate(300.0)
        flying += station.in_flight(now)[0]
        in_system += answered(station.admit(now, cost(random.expovariate(100.0), 0.05))) - now

    assert flying / samples == pytest.approx(300.0 * in_system / samples, rel=0.03)


@pytest.mark.parametrize(("limit", "erlangs"), [(10, 5.0), (20, 20.0)])
def test_the_share_that_is_refused_is_erlang_s_loss(limit: int, erlangs: float) -> None:
    station = server(max_reads_in_flight=limit)
    random = Random(13)
    now, refused, arrivals = 0.0, 0, 40_000
    for _ in range(arrivals):
        now += random.expovariate(erlangs)
        refused += isinstance(station.admit(now, cost(0.0, 1.0)), Refusal)
    terms = [erlangs**k / factorial(k) for k in range(limit + 1)]

    assert refused / arrivals == pytest.approx(terms[-1] / sum(terms), rel=0.08)


# --- load that is not simulated one by one


def test_background_work_slows_every_core_by_its_share() -> None:
    station = server(cores=2)
    station.absorb(cpu_seconds=5.0, interval_seconds=10.0)  # a quarter of two cores

    assert station.admit(0.0, cost(0.3)) == pytest.approx(0.4)


def test_background_work_never_takes_everything() -> None:
    station = server()
    station.absorb(cpu_seconds=100.0, interval_seconds=10.0)

    assert station.admit(0.0, cost(1.0)) == pytest.approx(20.0)


def test_utilization_is_the_share_of_all_cores_since_it_was_last_asked() -> None:
    station = server(cores=4)
    station.admit(0.0, cost(8.0))

    assert station.take_utilization(10.0) == 0.2
    assert station.take_utilization(20.0) == 0.0
    assert station.take_utilization(20.0) == 0.0


# --- faults


def test_a_server_that_is_down_answers_nobody() -> None:
    station = server()
    station.down = True

    assert station.admit(0.0, cost()) == Refusal(503, None)


def test_the_stated_fraction_of_requests_fails() -> None:
    station = server()
    station.error, station.error_fraction = Refusal(500, None), 0.2
    failures = sum(isinstance(station.admit(0.0, cost()), Refusal) for _ in range(5_000))

    assert failures / 5_000 == pytest.approx(0.2, abs=0.02)


def test_added_latency_holds_no_core() -> None:
    station = server()
    station.added_latency_seconds = 2.0

    assert station.admit(0.0, cost(1.0)) == 3.0
    assert station.admit(0.0, cost(1.0)) == 4.0


def test_before_1_6_reads_and_writes_share_one_limit() -> None:
    api = server(max_reads_in_flight=2, shared_in_flight_limit=True)
    assert isinstance(api.admit(0.0, cost(latency_seconds=1.0)), float)
    assert isinstance(api.admit(0.0, cost(latency_seconds=1.0, mutating=True)), float)

    assert api.admit(0.0, cost(mutating=True)) is TOO_MANY_REQUESTS
    assert api.admit(0.0, cost()) is TOO_MANY_REQUESTS
    assert isinstance(api.admit(1.0, cost(mutating=True)), float)


def test_steady_requests_in_the_background_hold_slots_too() -> None:
    api = server(max_reads_in_flight=10)
    api.occupy(8.2, 0.0)
    admitted = [api.admit(0.0, cost(latency_seconds=1.0)) for _ in range(3)]

    assert [result is TOO_MANY_REQUESTS for result in admitted] == [False, False, True]
    assert api.in_flight(0.5) == (10, 0)
    assert api.refused == 1
