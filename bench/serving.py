"""``plimsoll serve`` under load over TLS, beside the bare HTTP server that it is built on, in the same run.

The servers have one core, the client another: on a machine with one core, figures are worth little. All servers get
their requests in short rounds, in turn, so that whatever else the machine does affects them alike. Where it does much,
rates and latencies say little, and processor time says more.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import uvloop

from bench.figures import Figure
from bench.httpload import Fleet, Stream, insecure, request
from bench.serverstart import ready_figures

CONNECTIONS = 50
ROUNDS = 19
PODS_PER_ROUND = 500
"""With the round that warms up, 10,000 pods, which are then listed."""
WATCHES = 1_000
PODS_PATH = "/api/v1/namespaces/default/pods"
CONFIG_MAPS_PATH = "/api/v1/namespaces/default/configmaps"
WATCH_PATH = f"{CONFIG_MAPS_PATH}?watch=1"


@dataclass(frozen=True, slots=True)
class Target:
    """A server that is running."""

    port: int
    token: str
    pid: int

    def resident_kib(self) -> int:
        """Memory that it holds."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise RuntimeError("the server has gone")

    def cpu_seconds(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Load:
    """One server's rounds of creates; ``alike`` where pods differ in their names only."""

    target: Target
    alike: bool = True
    fleet: Fleet = field(default_factory=Fleet)
    rates: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    created: int = 0

    async def round(self) -> None:
        """Create some more pods."""
        before = self.target.cpu_seconds()
        first, self.created = self.created, self.created + PODS_PER_ROUND
        pods = (_pod(number, alike=self.alike) for number in range(first, self.created))
        requests = (request("POST", PODS_PATH, self.target.token, json.dumps(pod).encode()) for pod in pods)
        self.rates.append(await self.fleet.rate(requests))
        self.cpu_seconds += self.target.cpu_seconds() - before

    def forget(self) -> None:
        """Do not count what was measured so far: it was to warm up."""
        self.rates.clear()
        self.fleet.latencies.clear()
        self.cpu_seconds = 0.0

    @property
    def microseconds(self) -> float:
        """Processor time of the server for one request."""
        return self.cpu_seconds / (len(self.rates) * PODS_PER_ROUND) * 1e6

    @property
    def p99_milliseconds(self) -> float:
        """The latency within which 99 of 100 requests are answered."""
        return sorted(self.fleet.latencies)[len(self.fleet.latencies) * 99 // 100] * 1000


def measure() -> Iterator[Figure]:
    """Start, creates, a large list, fan-out and memory."""
    yield from ready_figures()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[0]})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        with (
            _server("echo", cores[-1]) as bare,
            _server("cluster", cores[-1]) as one,
            _server("cluster", cores[-1]) as two,
        ):
            yield from runner.run(_creates(bare, one, two))
        with _server("echo", cores[-1]) as bare:
            bare_watch_kib, bare_seconds = runner.run(_fan_out(bare))
        with _server("cluster", cores[-1]) as served:
            watch_kib, seconds = runner.run(_fan_out(served))
    own_kib = watch_kib - bare_watch_kib
    yield Figure(f"serve: one event to {WATCHES:,} watches", seconds * 1000, "ms", limit=60)
    yield Figure(f"bare server: one event to {WATCHES:,} streams", bare_seconds * 1000, "ms")
    yield Figure("serve: memory per idle watch, beyond a stream of the bare server", own_kib, "KiB", limit=3)
    yield Figure("bare server: memory per stream", bare_watch_kib, "KiB")


@contextmanager
def _server(kind: str, core: int) -> Iterator[Target]:
    command = [sys.executable, "-m", "bench.servers", kind, str(core)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        try:
            yield Target(**json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait(30)


async def _creates(bare: Target, one: Target, two: Target) -> list[Figure]:
    echoes, alike, different = Load(bare), Load(one), Load(two, alike=False)
    loads = (echoes, alike, different)
    for load in loads:
        await load.fleet.connect(load.target.port, CONNECTIONS)
        await load.round()
        load.forget()
    before = {load.target: load.target.resident_kib() for load in loads}
    for _ in range(ROUNDS):
        for load in loads:
            await load.round()
    pods = ROUNDS * PODS_PER_ROUND
    kib = {load.target: (load.target.resident_kib() - before[load.target]) / pods for load in loads}
    figures = [
        *_create_figures("pods of one template", alike, echoes, kib[one]),
        *_create_figures("pods that differ in a label and a variable", different, echoes, kib[two]),
        Figure("bare server: echoes of a pod", median(echoes.rates), "/s"),
        Figure("bare server: processor time of an echo", echoes.microseconds, "µs"),
    ]
    seconds = [await _list(one) for _ in range(5)]
    figures.append(Figure(f"serve: LIST of {alike.created:,} pods, first", seconds[0], "s", limit=0.25))
    figures.append(Figure(f"serve: LIST of {alike.created:,} pods, again", min(seconds[1:]), "s", limit=0.25))
    for load in loads:
        load.fleet.close()
    return figures


def _create_figures(pods: str, load: Load, echoes: Load, kib: float) -> list[Figure]:
    share = median(mine / bare for mine, bare in zip(load.rates, echoes.rates, strict=True))
    processor_share = echoes.microseconds / load.microseconds
    return [
        Figure(f"serve: {pods}, created", median(load.rates), "/s", limit=2500, direction="at least"),
        Figure(f"serve: {pods}, 99th percentile", load.p99_milliseconds, "ms", limit=40),
        Figure(f"serve: {pods}, creates for an echo of the bare server", share, "x", limit=0.35, direction="at least"),
        Figure(f"serve: {pods}, the same by processor time", processor_share, "x", limit=0.35, direction="at least"),
        Figure(f"serve: {pods}, processor time", load.microseconds, "µs"),
        Figure(f"serve: {pods}, memory of each", kib, "KiB", limit=4),
    ]


def _pod(number: int, *, alike: bool) -> dict[str, object]:
    """A pod for a scheduler that does not exist, so that it is the API that is measured."""
    labels = {"app": "bench"} if alike else {"app": "bench", "index": f"i{number}"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"pod-{number:06d}", "labels": labels},
        "spec": {
            "schedulerName": "none",
            "containers": [
                {
                    "name": "main",
                    "image": "registry.example/pause:3.9",
                    "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                    "env": [{"name": "MODE", "value": "bench" if alike else f"bench-{number}"}],
                }
            ],
        },
    }


async def _open(target: Target, path: str, receive: Callable[[bytes], None]) -> Stream:
    _, stream = await asyncio.get_running_loop().create_connection(
        lambda: Stream(request("GET", path, target.token), receive), "127.0.0.1", target.port, ssl=insecure()
    )
    return stream


async def _list(served: Target) -> float:
    """Seconds until a LIST has arrived in whole."""
    finished = asyncio.get_running_loop().create_future()

    def receive(data: bytes) -> None:
        if data.endswith(b"0\r\n\r\n") and not finished.done():
            finished.set_result(None)

    started = time.perf_counter()
    stream = await _open(served, PODS_PATH, receive)
    await finished
    seconds = time.perf_counter() - started
    stream.transport.close()
    return seconds


async def _fan_out(target: Target) -> tuple[float, float]:
    """KiB that a watch holds, and seconds from a write to its arrival at all watches; the best of five."""
    loop = asyncio.get_running_loop()
    arrived = 0
    complete: asyncio.Future[None] = loop.create_future()

    def receive(data: bytes) -> None:
        nonlocal arrived
        arrived += b"bench-event" in data
        if arrived >= WATCHES and not complete.done():
            complete.set_result(None)

    writer = Fleet()
    await writer.connect(target.port, 1)
    await writer.rate(_write(target, "bench-warmup"))
    before = target.resident_kib()
    streams = []
    for _ in range(WATCHES):
        streams.append(await _open(target, WATCH_PATH, receive))
        await streams[-1].begun
    kib = (target.resident_kib() - before) / WATCHES
    times = []
    for number in range(5):
        arrived, complete = 0, loop.create_future()
        started = time.perf_counter()
        await writer.rate(_write(target, f"bench-event-{number}"))
        await complete
        times.append(time.perf_counter() - started)
    for stream in streams:
        stream.transport.abort()
    writer.close()
    return kib, min(times)


def _write(target: Target, name: str) -> Iterator[bytes]:
    body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}).encode()
    yield request("POST", CONFIG_MAPS_PATH, target.token, body)
