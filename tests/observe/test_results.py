from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.histogram import bucket_of
from plimsoll.observe.results import Client, Results
from plimsoll.telemetry import NullTelemetry
from plimsoll.workloads.programs.durations import Durations
from plimsoll.workloads.programs.reporting import line

EPOCH = 1_700_000_000.0


class Rows(NullTelemetry):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.results: dict[tuple[Client, str], float] = {}
        self.counted: list[tuple[str, str, str, int, int, float]] = []
        self.events: list[tuple[str, str, str, str]] = []

    def result(self, seconds: float, client: Client, job: str, kind: str, measure: str, value: float) -> None:
        assert (seconds, job, kind) == (12.5, "job", "exchange")
        self.results[client, measure] = value

    def durations(self, job: str, kind: str, measure: str, bucket: int, count: int, seconds_sum: float) -> None:
        self.counted.append((job, kind, measure, bucket, count, seconds_sum))

    def event(self, *told: Any, **_: Any) -> None:
        self.events.append((told[1], told[2], told[5], told[7]))


class Desk:
    """Results under test."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.finished: list[tuple[str, str]] = []
        self.results = Results(self.rows, EPOCH, lambda *pod: self.finished.append(pod))

    def take(self, record: str, **fields: Any) -> None:
        self.results.take("job", line(record, fields).rstrip("\n").encode())


def result(client: int = 0, container: str = "c", **fields: Any) -> dict[str, Any]:
    trips = Durations()
    for milliseconds in (1, 1, 40):
        trips.add(milliseconds * 1_000_000)
    return {
        "namespace": "ns", "pod": "client", "container": container, "client": client, "clients": 2, "containers": "2",
        "kind": "exchange", "complete": True, "late": False, "createdSeconds": EPOCH + 1, "begunSeconds": EPOCH + 3,
        "endedSeconds": EPOCH + 12.5, "processorSeconds": 0.5, "measures": {"attempts": 3},
        "durations": {"roundTrip": trips.summary()}, **fields,
    }  # fmt: skip


def test_a_result_is_a_row_for_each_of_its_numbers() -> None:
    desk = Desk()

    desk.take("result", **result(clockErrorSeconds=0.001))

    client = ("ns", "client", "c", 0)
    numbers = {measure: value for (of, measure), value in desk.rows.results.items() if of == client}
    assert numbers["attempts"] == 3
    assert numbers["waitedSeconds"] == 2
    assert (numbers["complete"], numbers["late"], numbers["clockErrorSeconds"]) == (1, 0, 0.001)
    assert numbers["roundTrip.count"] == 3
    assert numbers["roundTrip.maxSeconds"] == pytest.approx(0.04)


def test_durations_are_counted_in_the_archives_buckets_and_keep_their_sum() -> None:
    desk = Desk()

    desk.take("result", **result())

    counts = {bucket: count for _, _, _, bucket, count, _ in desk.rows.counted}
    assert counts == {bucket_of(0.001): 2, bucket_of(0.04): 1}
    assert sum(row[5] for row in desk.rows.counted) == pytest.approx(0.042)


def test_a_result_counts_once_however_often_it_is_read() -> None:
    desk = Desk()
    for _ in range(3):
        desk.take("result", **result())

    assert desk.results.clients == 1


def test_a_pod_is_through_when_all_clients_of_all_its_containers_are() -> None:
    desk = Desk()
    for container in ("c", "d"):
        for client in (0, 1):
            assert desk.finished == []
            desk.take("result", **result(client, container))

    assert desk.finished == [("ns", "client")]


def test_a_start_tells_who_was_there_and_who_was_lost() -> None:
    desk = Desk()
    start = {"reason": "quorum", "present": 9, "expected": 10, "lost": 1, "lostWorkers": ["ns/pod-3/c"]}

    for _ in range(2):
        desk.take("start", startSeconds=EPOCH + 5, **start)

    message = "9 of 10 workers begin together (quorum); lost: ns/pod-3/c"
    assert desk.rows.events == [("Warning", "WorkersStarted", "job", message)]
    assert desk.results.began_seconds == {"job": 5.0}


def test_a_lost_worker_is_named() -> None:
    desk = Desk()

    desk.take("lost", worker="ns/pod-3/c", seconds=EPOCH + 7, begun=True)

    assert desk.rows.events == [("Warning", "WorkerLost", "pod-3", "Container c was lost at work")]


def test_without_a_barrier_work_begins_with_the_first_worker() -> None:
    desk = Desk()
    desk.take("joined", worker="ns/a/c", seconds=EPOCH + 4)
    desk.take("joined", worker="ns/b/c", seconds=EPOCH + 6)

    assert desk.results.began_seconds == {"job": 4.0}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.binary(max_size=50) | st.dictionaries(st.sampled_from(list(result())), JSON),
    st.sampled_from(["result", "start"]),
)
def test_what_pods_print_besides_is_passed_over(told: Any, record: str) -> None:
    desk = Desk()
    if isinstance(told, bytes):
        desk.results.take("job", told)
    else:
        desk.results.take("job", json.dumps({"plimsoll": 1, "record": record, **told}).encode())

    assert desk.rows.results == {}


@given(st.sampled_from(sorted(result().keys() - {"kind", "endedSeconds"})), JSON)
def test_a_result_that_makes_no_sense_is_taken_as_a_whole_or_not_at_all(field: str, value: Any) -> None:
    desk = Desk()

    desk.take("result", **{**result(), field: value})

    measures = {measure for _, measure in desk.rows.results}
    assert not measures or "complete" in measures
