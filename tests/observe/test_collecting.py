from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

from plimsoll.cluster.port import Listing
from plimsoll.embed.virtual import run_virtual
from plimsoll.errors import ApiError
from plimsoll.kernel import Kernel
from plimsoll.observe.collecting import Collector
from plimsoll.observe.results import Results
from plimsoll.workloads.coordination import Coordination
from plimsoll.workloads.programs.reporting import line
from tests.observe.test_results import EPOCH, Rows

JOB = Coordination("job", "job-coordinator", "plimsoll-coordinator", "coordinator", work_seconds=100.0)
START = line("start", {"reason": "all", "startSeconds": EPOCH, "present": 1, "expected": 1, "lostWorkers": []}).encode()
OTHER = line("joined", {"worker": "ns/a/c", "seconds": EPOCH}).encode()


class Logs:
    """Answers each time somebody follows a log with the next of what it was given."""

    def __init__(self, *answers: Sequence[bytes] | Exception, pods: dict[str, bytes] | None = None) -> None:
        self._answers = list(answers)
        self._pods = pods or {}
        self.read_pods: list[tuple[float, str]] = []

    async def follow(self, namespace: str, pod: str, container: str) -> AsyncIterator[Sequence[bytes]]:
        assert (namespace, pod, container) == (JOB.namespace, JOB.pod, JOB.container)
        if not self._answers:
            await asyncio.get_running_loop().create_future()
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield answer

    async def read(self, namespace: str, pod: str, container: str) -> bytes:
        self.read_pods.append((asyncio.get_running_loop().time(), pod))
        if pod not in self._pods:
            raise ApiError(404, "NotFound", "gone")
        return self._pods[pod]


class Pods:
    """A cluster that lists two pods."""

    async def list(self, resource: object, namespace: str | None = None, *, label_selector: str = "") -> Listing:
        assert label_selector == "plimsoll.dev/run=r,plimsoll.dev/job=job"
        names = ("a", "b")
        pods = [
            {"metadata": {"namespace": "ns", "name": name}, "spec": {"containers": [{"name": "c"}]}} for name in names
        ]
        return Listing(pods)


def collect(logs: Logs, seconds: float, unfinished: set[tuple[str, str]] | None = None) -> Results:
    results = Results(Rows(), EPOCH, lambda *_: None)
    cluster: Any = Pods()
    collector = Collector(logs, cluster, "plimsoll.dev/run=r", (JOB,), results, lambda _: unfinished or set())

    async def main() -> None:
        async with collector.collecting():
            await asyncio.sleep(seconds)

    run: Coroutine[Any, Any, None] = main()
    run_virtual(Kernel(), run)
    return results


def test_the_coordinators_log_is_followed_until_it_is_there_and_after_it_broke() -> None:
    waiting = ApiError(400, "BadRequest", "is waiting to start")

    results = collect(Logs(waiting, ConnectionResetError(), [b"noise", OTHER], [START]), 30.0)

    assert results.began_seconds == {"job": 0.0}


def test_pods_are_asked_themselves_only_once_their_work_is_overdue() -> None:
    logs = Logs([START], pods={"a": b""})

    collect(logs, 250.0, {("ns", "a"), ("ns", "b")})

    assert [seconds for seconds, pod in logs.read_pods if pod == "a"] == [180.0, 240.0]
    assert {pod for _, pod in logs.read_pods} == {"a", "b"}


def test_nobody_is_asked_when_all_have_finished() -> None:
    logs = Logs([START])

    collect(logs, 1000.0)

    assert logs.read_pods == []
