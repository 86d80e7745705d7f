"""Workers that begin together, or without those that are lost."""

from __future__ import annotations

import json
import signal
import socket

import pytest

from tests.workloads.programs import Program, coordinator


def worker(where: str, pod: str, *arguments: str) -> Program:
    """A worker that has nothing to do once it may begin."""
    options = ("--coordinator", where, "--start-within", "60", "--seconds", "0.01", *arguments)
    return Program("pause", *options, pod=pod)


def test_workers_begin_together_when_all_are_there() -> None:
    with coordinator(2) as (leader, where), worker(where, "a") as a:
        leader.until("joined")
        with worker(where, "b") as b:
            starts = [program.end()[0] for program in (a, b)]
        start = leader.until("start")
        leader.until("finished")
        results = {record["pod"]: record for record in leader.records if record["record"] == "result"}

    assert (start["reason"], start["present"], start["expected"], start["lost"]) == ("all", 2, 2, 0)
    for result in starts:
        assert result["startReason"] == "all"
        assert not result["late"]
        offset = result["clockOffsetSeconds"] + result["clockErrorSeconds"]
        assert result["begunSeconds"] + offset >= start["startSeconds"]
    assert {pod: result["complete"] for pod, result in results.items()} == {"a": True, "b": True}


def test_who_is_missing_does_not_keep_the_others_from_beginning() -> None:
    with coordinator(3, "--quorum", "0.6", "--patience", "0.2") as (leader, where):
        with worker(where, "a") as a, worker(where, "b") as b:
            reasons = [program.end()[0]["startReason"] for program in (a, b)]
        start = leader.until("start")

    assert reasons == ["quorum", "quorum"]
    assert (start["present"], start["expected"]) == (2, 3)


def test_the_deadline_begins_with_however_few_there_are() -> None:
    with coordinator(3, "--timeout", "0.3") as (leader, where), worker(where, "a") as a:
        assert a.end()[0]["startReason"] == "deadline"
        assert leader.until("start")["present"] <= 1


def test_a_worker_that_dies_while_waiting_is_named_and_counted() -> None:
    with coordinator(2, "--quorum", "0.5", "--patience", "0.3") as (leader, where):
        with worker(where, "doomed") as doomed:
            leader.until("joined")
            doomed.process.kill()
            lost = leader.until("lost")
        with worker(where, "other") as other:
            other.end()
        start = leader.until("start")

    assert lost["worker"] == "ns/doomed/c"
    assert (start["lost"], start["lostWorkers"]) == (1, ["ns/doomed/c"])


def test_a_worker_that_dies_at_work_is_named() -> None:
    with coordinator(1) as (leader, where), worker(where, "doomed", "--seconds", "600") as doomed:
        doomed.until("begun")
        doomed.process.kill()
        lost = leader.until("lost")

    assert (lost["worker"], lost["begun"]) == ("ns/doomed/c", True)


def test_who_comes_late_begins_late_and_says_so() -> None:
    with coordinator(1) as (leader, where):
        with worker(where, "a") as a:
            a.end()
        leader.until("finished")
        with worker(where, "late") as late:
            (result,) = late.end()

    assert result["late"]


def test_workers_outlast_a_restart_of_the_coordinator_before_the_start() -> None:
    with coordinator(2) as (first, where), worker(where, "a") as a:
        first.until("joined")
        first.process.kill()
        first.process.wait()
        with coordinator(2, port=int(where.rpartition(":")[2])) as (second, _), worker(where, "b") as b:
            reasons = [program.end()[0]["startReason"] for program in (a, b)]
            second.until("finished")

    assert reasons == ["all", "all"]


def test_results_reach_a_coordinator_that_was_restarted_while_they_were_made() -> None:
    with coordinator(1) as (first, where), worker(where, "a", "--seconds", "600") as a:
        a.until("begun")
        first.process.kill()
        first.process.wait()
        with coordinator(2, port=int(where.rpartition(":")[2])) as (second, _):
            start = second.until("start")
            a.end(signal.SIGTERM)
            result = second.until("result")

    assert start["reason"] == "resumed"
    assert result["pod"] == "a"
    assert not result["complete"]


def test_a_worker_without_a_coordinator_begins_alone_when_its_patience_is_over() -> None:
    with worker("127.0.0.1:1", "lonely", "--start-within", "0.1") as lonely:
        lonely.until("result")
        assert lonely.records[0]["startReason"] == "alone"


def test_sigterm_ends_a_wait_for_the_others() -> None:
    with coordinator(2) as (leader, where), worker(where, "a") as a:
        leader.until("joined")
        (result,) = a.end(signal.SIGTERM)

    assert not result["complete"]


def test_results_are_reported_once_however_often_they_are_delivered() -> None:
    result = {"client": 0, "pod": "a"}
    with coordinator(1) as (leader, where):
        for _ in range(2):
            join = {"question": "join", "plimsoll": 1, "worker": "ns/a/c", "startedSeconds": 1.0}
            ask(where, join, {"question": "deliver", "results": [result]})
        leader.until("finished")
        leader.end(signal.SIGTERM)

    assert [record["pod"] for record in leader.records if record["record"] == "result"] == ["a"]


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1\r\n", b"[]\n", b"{}\n", b'{"question": "join"}\n', b"\xff\n"])
def test_what_is_no_message_ends_the_connection_and_nothing_else(line: bytes) -> None:
    with coordinator(1) as (leader, where):
        host, _, port = where.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(line)
            assert connection.recv(100) == b""
        with worker(where, "a") as a:
            a.end()
        leader.until("finished")


def ask(where: str, *questions: dict[str, object]) -> None:
    """Deliver by hand, and wait until that is acknowledged."""
    host, _, port = where.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"".join(json.dumps(question).encode() + b"\n" for question in questions))
        assert any(json.loads(line)["answer"] == "received" for line in connection.makefile("rb"))
