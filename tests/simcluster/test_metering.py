from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.histogram import bucket_of
from plimsoll.simcluster.metering import Metering
from tests.simcluster.controlplane import Recorder

Requests = st.lists(
    st.tuples(
        st.sampled_from(["kubelet", "scheduler"]),
        st.sampled_from(["GET", "POST"]),
        st.sampled_from([200, 429]),
        st.floats(0, 1000),
        st.sampled_from([0.0, 0.3, 40.0]),
        st.integers(1, 5),
    )
)


@given(requests=Requests, windows=st.integers(1, 4))
def test_no_request_is_lost_or_counted_twice_whatever_the_windows(
    requests: list[tuple[str, str, int, float, float, int]], windows: int
) -> None:
    recorder = Recorder()
    metering = Metering(recorder)
    sent: Counter[tuple[str, str, int]] = Counter()
    throttled = 0
    seconds = 0.0
    for index, (client, verb, code, latency, throttle, count) in enumerate(requests):
        if index % windows == 0:
            metering.close_window(float(index))
        metering.meter(client, verb, "pods", code).add(latency, throttle, count)
        sent[(client, verb, code)] += count
        throttled += count * (throttle > 0)
        seconds += latency * count
    metering.close_window(float(len(requests)))
    latencies = [row for row in recorder.rows if row.measure == "latency"]
    told: Counter[tuple[str, str, int]] = Counter()
    for row in latencies:
        told[(row.client, row.verb, row.code)] += row.count

    assert told == sent
    assert sum(row.count for row in recorder.rows if row.measure == "throttle") == throttled
    assert sum(row.seconds_sum for row in latencies) == pytest.approx(seconds)


def test_a_row_says_which_window_and_which_bucket() -> None:
    recorder = Recorder()
    metering = Metering(recorder)
    metering.close_window(10.0)
    metering.meter("kubelet", "GET", "pods", 200).add(0.5, 2.0)
    metering.meter("kubelet", "GET", "pods", 200).add(0.5)
    metering.close_window(25.0)

    assert recorder.rows == [
        (10.0, 15.0, "kubelet", "GET", "pods", 200, "latency", bucket_of(0.5), 2, 1.0),
        (10.0, 15.0, "kubelet", "GET", "pods", 200, "throttle", bucket_of(2.0), 1, 2.0),
    ]


def test_a_quiet_window_has_no_rows() -> None:
    recorder = Recorder()
    metering = Metering(recorder)
    metering.meter("kubelet", "GET", "pods", 200).add(0.5)
    metering.close_window(10.0)
    recorder.rows.clear()
    metering.close_window(20.0)

    assert recorder.rows == []


def test_the_requests_of_an_open_window_can_be_asked_for() -> None:
    metering = Metering(Recorder())
    metering.meter("kubelet", "GET", "pods", 200).add(0.5, count=3)
    metering.meter("kubelet", "GET", "pods", 429).add(0.1)
    metering.meter("scheduler", "POST", "pods/binding", 201).add(0.1)

    assert metering.totals("kubelet") == 4
