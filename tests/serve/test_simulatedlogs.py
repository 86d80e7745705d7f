"""Simulated containers print what their commands would."""

from __future__ import annotations

import asyncio
from typing import Any

from plimsoll.kube.resources import PODS
from plimsoll.serve.processes.logs import LogQuery
from plimsoll.serve.simulatedlogs import SimulatedLog, SimulatedLogs
from tests.simcluster.inspection import Looking

ALL = LogQuery()


def log_of(looking: Looking, *, previous: bool = False) -> SimulatedLog | None:
    return SimulatedLogs(looking.cluster).log(looking.get(PODS, "p")["metadata"]["uid"], "main", previous=previous)


def running(command: list[str], **spec: Any) -> tuple[Looking, SimulatedLog]:
    looking = Looking()
    looking.pod("p", nodeName="node-0", command=command, **spec)
    looking.run(3)
    log = log_of(looking)
    assert log is not None
    return looking, log


def taken(queue: asyncio.Queue[bytes | None]) -> list[bytes | None]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


def test_what_echo_says_is_printed() -> None:
    _, log = running(["echo", "hello", "world"], restartPolicy="Never")
    assert log.closed
    assert log.read(ALL) == b"hello world\n"
    assert log.read(LogQuery(limit_bytes=3)) == b"hel"
    assert log.read(LogQuery(timestamps=True)).endswith(b"Z hello world\n")


def test_who_follows_is_told_each_line_in_time_and_then_the_end() -> None:
    looking, log = running(["sh", "-c", "echo one; sleep 10; echo two; sleep 10"], restartPolicy="Never")
    assert log.read(ALL) == b"one\n"
    queue = log.follow()
    assert taken(queue) == []
    looking.run(9)
    assert [line[-4:] for line in taken(queue) if line is not None] == [b"two\n"]
    looking.run(12)
    assert taken(queue) == [None]
    log.forget(queue)


def test_a_server_prints_nothing_and_is_followed_until_it_is_deleted() -> None:
    looking, log = running([])
    assert log.read(ALL) == b""
    queue = log.follow()
    looking.run(100)
    assert queue.empty()
    looking.cluster.api.delete(looking.cluster.store.collection(PODS), "default", "p")
    looking.run(40)
    assert None in taken(queue)


def test_the_run_before_has_a_log_too_and_one_that_never_was_has_none() -> None:
    looking, _ = running(["sh", "-c", "echo boom; exit 1"])
    looking.run(20)
    before = log_of(looking, previous=True)
    assert before is not None
    assert before.read(ALL) == b"boom\n"
    looking, _ = running([])
    assert log_of(looking, previous=True) is None
