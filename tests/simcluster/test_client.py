from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from plimsoll.simcluster.apiserver import Refusal
from plimsoll.simcluster.client import MAX_RETRIES, Client, RequestKind, refused
from tests.simcluster.controlplane import ControlPlane

FREE = {
    "apiserver.readCpuSeconds": 0,
    "apiserver.listCpuSeconds": 0,
    "apiserver.etcdReadSeconds": 0,
    "apiserver.writeCpuSeconds": 0,
    "apiserver.etcdWriteSeconds": 0,
    "apiserver.networkSeconds": 0,
}


def answers(plane: ControlPlane, client: Client, kind: RequestKind, calls: int) -> list[tuple[float, int]]:
    """When each of several calls, made at once, is answered, in the order of the answers."""
    heard: list[tuple[float, int]] = []

    def done(index: int) -> None:
        heard.append((round(plane.kernel.now, 6), index))

    for index in range(calls):
        client.call(kind, done, index)
    plane.rest()
    return heard


def not_found() -> None:
    raise ApiError(404, "NotFound", "no such pod")


# --- limiter


def test_a_full_bucket_lets_a_burst_through_and_then_one_request_per_token() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user(qps=5, burst=3)
    heard = answers(plane, client, client.kind("GET", "pods"), 7)

    assert heard == [(1.0, 0), (1.0, 1), (1.0, 2), (1.2, 3), (1.4, 4), (1.6, 5), (1.8, 6)]


def test_all_kinds_of_requests_share_one_limiter_first_come_first_served() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user(qps=1, burst=1)
    heard: list[tuple[float, str]] = []
    for verb, resource in (("GET", "secrets"), ("PATCH", "pods/status"), ("LIST", "secrets")):
        client.call(client.kind(verb, resource), lambda verb=verb: heard.append((plane.kernel.now, verb)))
    plane.rest()

    assert heard == [(1.0, "GET"), (2.0, "PATCH"), (3.0, "LIST")]


def test_watches_pass_no_limiter() -> None:
    plane = ControlPlane(settings={**FREE, "apiserver.watchCpuSeconds": 0})
    client = plane.user(qps=1, burst=1)
    answers(plane, client, client.kind("GET", "pods"), 1)

    assert [seconds for seconds, _ in answers(plane, client, client.kind("WATCH", "pods"), 5)] == [1.0] * 5


def test_a_client_without_a_rate_is_unlimited() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user(qps=-1)

    assert {seconds for seconds, _ in answers(plane, client, client.kind("GET", "pods"), 1000)} == {1.0}


def test_several_requests_take_a_token_each_even_where_they_are_more_than_the_burst() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user(qps=10, burst=4)
    heard: list[float] = []
    client.call(client.kind("GET", "secrets"), lambda: heard.append(plane.kernel.now), count=14)
    client.call(client.kind("GET", "secrets"), lambda: heard.append(plane.kernel.now))
    plane.rest()

    assert heard == pytest.approx([2.0, 2.1])


def test_the_longest_wait_at_the_limiter_is_told_once() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user(qps=2, burst=1)
    answers(plane, client, client.kind("GET", "pods"), 4)

    assert client.take_worst_wait() == pytest.approx(1.5)
    assert client.take_worst_wait() == 0.0


# --- service


def test_requests_in_turn_each_wait_for_the_one_before() -> None:
    plane = ControlPlane(settings={**FREE, "apiserver.etcdReadSeconds": 0.1})
    client = plane.user()
    together: list[float] = []
    client.call(client.kind("GET", "pods"), lambda: together.append(plane.kernel.now), count=5)
    client.call(client.kind("GET", "pods"), lambda: together.append(plane.kernel.now), count=5, in_turn=True)
    plane.rest()

    assert together == pytest.approx([1.1, 1.5])


def test_a_request_takes_effect_when_it_is_answered_not_when_it_is_sent() -> None:
    plane = ControlPlane(settings={**FREE, "apiserver.etcdWriteSeconds": 3})
    plane.namespace()
    client = plane.user()
    created: list[Object] = []
    client.call(client.kind("POST", "pods"), lambda: created.append(plane.pod("a")))
    plane.run(2.9)
    before = len(created)
    plane.run(0.2)

    assert (before, len(created)) == (0, 1)


def test_the_mean_time_of_poisson_requests_of_many_clients_is_that_of_one_queue() -> None:
    service_seconds, utilization = 0.01, 0.7
    plane = ControlPlane(settings={**FREE, "apiserver.cores": 1, "apiserver.readCpuSeconds": service_seconds})
    random = Random(3)
    clients = [plane.user() for _ in range(10)]
    kinds = [client.kind("GET", "pods") for client in clients]
    total = 0.0
    answered = 0

    def done(sent_seconds: float) -> None:
        nonlocal total, answered
        total += plane.kernel.now - sent_seconds
        answered += 1

    def send(number: int) -> None:
        clients[number].call(kinds[number], done, plane.kernel.now)

    now = plane.kernel.now
    for _ in range(30_000):
        now += random.expovariate(utilization / service_seconds)
        plane.kernel.at(now, send, random.randrange(10))
    plane.rest()
    wait = utilization * service_seconds / (2 * (1 - utilization))  # Pollaczek and Khinchine, constant service

    assert answered == 30_000
    assert total / answered == pytest.approx(service_seconds + wait, rel=0.05)


# --- refusals and errors


def test_an_error_of_the_api_goes_to_who_asked_and_is_counted_by_its_code() -> None:
    plane = ControlPlane()
    client = plane.user()
    errors: list[int] = []
    client.call(client.kind("GET", "pods"), not_found, failed=lambda error: errors.append(error.code))
    plane.rest()

    assert errors == [404]
    assert (plane.requests("user", code=404), plane.requests("user")) == (1, 1)


def test_an_error_that_nobody_deals_with_is_not_lost() -> None:
    plane = ControlPlane()
    client = plane.user()
    client.call(client.kind("GET", "pods"), not_found)

    with pytest.raises(ApiError, match="no such pod"):
        plane.rest()


def test_a_refused_request_is_repeated_after_what_the_server_said() -> None:
    limits = {"apiserver.flowControl": "maxInFlight", "apiserver.maxReadsInFlight": 1, "apiserver.etcdReadSeconds": 0.7}
    plane = ControlPlane(settings={**FREE, **limits})
    client = plane.user()
    heard = answers(plane, client, client.kind("GET", "pods"), 3)

    assert heard == [(1.7, 0), (2.7, 1), (3.7, 2)]  # the third is refused at 1 s and at 2 s
    assert plane.requests("user", code=429) == 3
    assert plane.requests("user", code=200) == 3


def test_every_retry_takes_a_token_of_its_own() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user(qps=0.5, burst=1)
    break_for(plane, 2.5, 429)
    heard = answers(plane, client, client.kind("GET", "pods"), 1)

    assert heard == [(5.0, 0)]  # refused at 1 s and at 3 s; tokens at 1, 3 and 5 s
    assert plane.requests("user", code=429) == 2
    throttled = [row for row in plane.telemetry.rows if row.measure == "throttle"]
    assert sum(row.count for row in throttled) == 2
    assert sum(row.seconds_sum for row in throttled) == pytest.approx(2.0)


def break_for(plane: ControlPlane, seconds: float, code: int) -> None:
    """Have every request fail for so long."""
    plane.server.error_fraction = 1.0
    plane.server.error = Refusal(code, 1.0 if code == 429 else None)

    def mend() -> None:
        plane.server.error_fraction = 0.0

    plane.kernel.after(seconds, mend)


def test_a_client_gives_up_after_ten_retries_and_its_component_tries_again_later() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user()
    break_for(plane, 10.5, 429)
    heard = answers(plane, client, client.kind("GET", "pods"), 1)

    assert client.gave_up == 1
    assert plane.requests("user", code=429) == MAX_RETRIES + 1
    assert heard == [(12.0, 0)]  # ten retries until second 11, and the component's back-off


def test_after_giving_up_a_request_has_ten_retries_again() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user()
    break_for(plane, 25, 429)
    answers(plane, client, client.kind("GET", "pods"), 1)

    assert client.gave_up == 2  # after 10 s and after 21 s


def test_a_failure_without_retry_after_is_left_to_the_component_whose_back_off_doubles_to_thirty_seconds() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user()
    plane.server.down = True
    client.call(client.kind("GET", "pods"), lambda: None)
    plane.run(1 + 2 + 4 + 8 + 16 + 30 + 30 + 0.5)

    assert plane.requests("user", code=503) == 8


def test_a_client_can_wait_for_a_server_that_stays_away_for_days() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user()
    plane.server.down = True
    heard: list[float] = []
    client.call(client.kind("GET", "pods"), lambda: heard.append(plane.kernel.now))
    plane.run(3 * 86_400)
    plane.server.down = False
    plane.rest(within_seconds=4 * 86_400)

    assert len(heard) == 1


def test_a_client_that_leaves_retries_to_its_user_passes_refusals_on() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user(retries=False)
    break_for(plane, 5, 429)
    errors: list[ApiError] = []
    client.call(client.kind("GET", "pods"), lambda: None, failed=errors.append)
    plane.rest()

    assert [(error.code, error.reason, error.retry_after_seconds) for error in errors] == [
        (429, "TooManyRequests", 1.0)
    ]
    assert plane.requests("user") == 1


@pytest.mark.parametrize(
    ("code", "reason"), [(429, "TooManyRequests"), (503, "ServiceUnavailable"), (500, "InternalError")]
)
def test_a_refusal_reads_as_the_api_s_status(code: int, reason: str) -> None:
    assert refused(Refusal(code, None)).reason == reason


# --- accounting


def test_requests_that_nobody_waits_for_are_served_and_counted_all_the_same() -> None:
    plane = ControlPlane(settings={**FREE, "apiserver.cores": 1, "apiserver.eventCpuSeconds": 0.5})
    client = plane.user(qps=2, burst=2)
    client.post(client.kind("POST", "events"), count=2)
    client.post(client.kind("POST", "events"))
    plane.rest()

    assert plane.requests("user", "POST", "events", 201) == 3
    assert plane.server.busy_seconds == 1.5


def test_what_nobody_waits_for_is_repeated_too_when_it_is_refused() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user()
    break_for(plane, 2.5, 429)
    client.post(client.kind("POST", "events"))
    plane.rest()

    assert (plane.requests("user", code=429), plane.requests("user", code=201)) == (3, 1)


def test_latency_leaves_out_the_wait_at_the_limiter_which_is_counted_by_itself() -> None:
    plane = ControlPlane(settings={**FREE, "apiserver.etcdReadSeconds": 0.25})
    client = plane.user(qps=2, burst=1)
    answers(plane, client, client.kind("GET", "pods"), 3)
    plane.requests()
    seconds = {
        measure: sum(row.seconds_sum for row in plane.telemetry.rows if row.measure == measure)
        for measure in ("latency", "throttle")
    }
    throttled = sum(row.count for row in plane.telemetry.rows if row.measure == "throttle")

    assert seconds == pytest.approx({"latency": 0.75, "throttle": 1.5})
    assert throttled == 2


def test_the_latency_of_requests_in_turn_is_that_of_each_of_them() -> None:
    plane = ControlPlane(settings={**FREE, "apiserver.etcdReadSeconds": 0.25})
    client = plane.user()
    client.call(client.kind("GET", "pods"), lambda: None, count=4, in_turn=True)
    plane.rest()
    plane.requests()

    assert sum(row.seconds_sum for row in plane.telemetry.rows) == pytest.approx(1.0)


# --- log lines


def log_lines(profile: str, verbosity: int, waits: int) -> list[tuple[float, int, str]]:
    plane = ControlPlane(profile=profile, settings=FREE)
    client = plane.user(qps=1, burst=1, log_verbosity=verbosity)
    answers(plane, client, client.kind("GET", "secrets"), waits + 1)
    return plane.telemetry.logs


def test_throttling_can_be_read_only_at_verbosity_four_in_openshift_4_2() -> None:
    assert log_lines("openshift-4.2", 3, 5) == []
    lines = log_lines("openshift-4.2", 4, 2)
    assert [message for _, _, message in lines] == [
        "Throttling request took 1.000s, request: GET:/api/v1/secrets",
        "Throttling request took 2.000s, request: GET:/api/v1/secrets",
    ]


def test_throttling_can_be_read_at_verbosity_three_in_openshift_4_3() -> None:
    assert len(log_lines("openshift-4.3", 3, 5)) == 5


def test_today_s_clients_print_a_long_wait_at_most_once_in_ten_seconds_whatever_the_verbosity() -> None:
    plane = ControlPlane(settings=FREE)
    client = plane.user(qps=1, burst=1, log_verbosity=0)
    kind = client.kind("GET", "secrets")
    send: Callable[..., None] = client.call
    for second in range(25):
        for _ in range(2):
            plane.kernel.at(1.0 + second, send, kind, _ignore)
    plane.rest()

    assert [round(seconds) for seconds, _, _ in plane.telemetry.logs] == [2, 12, 22]


def _ignore() -> None:
    pass
