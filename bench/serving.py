"""``plimsoll serve`` under load over TLS, beside the bare HTTP server that it is built on, in the same run.

The server has one core, the client another: on a machine with one core, figures are worth little.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.figures import Figure
from bench.httpload import Stream, insecure, rate, request

CONNECTIONS = 50
PODS = 10_000
WATCHES = 1_000
WARM_UP = 500
KIB = 1024
PODS_PATH = "/api/v1/namespaces/default/pods"
WATCH_PATH = "/api/v1/namespaces/default/configmaps?watch=1"
CONFIG_MAPS_PATH = "/api/v1/namespaces/default/configmaps"


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


def measure() -> Iterator[Figure]:
    """Creates, a large list, fan-out and memory."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[0]})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        with _server("echo", cores[-1]) as bare:
            started_seconds = bare.cpu_seconds()
            echoes, _ = runner.run(_creates(bare, PODS))
            echo_seconds = (bare.cpu_seconds() - started_seconds) / PODS
            bare_watch_kib, bare_seconds = runner.run(_fan_out(bare))
        with _server("cluster", cores[-1]) as served:
            yield from runner.run(_api(served, echoes, echo_seconds))
        with _server("cluster", cores[-1]) as served:
            watch_kib, seconds = runner.run(_fan_out(served))
    yield Figure(f"serve: one event to {WATCHES:,} watches", seconds * 1000, "ms", limit=60)
    yield Figure(f"bare server: one event to {WATCHES:,} streams", bare_seconds * 1000, "ms")
    yield Figure(
        "serve: memory per idle watch, beyond a stream of the bare server", watch_kib - bare_watch_kib, "KiB", limit=3
    )
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


async def _api(served: Target, echoes: float, echo_seconds: float) -> list[Figure]:
    await _creates(served, WARM_UP)
    before, before_seconds = served.resident_kib(), served.cpu_seconds()
    creates, latencies = await _creates(served, PODS)
    create_seconds = (served.cpu_seconds() - before_seconds) / PODS
    pod_kib = (served.resident_kib() - before) / PODS
    seconds = [await _list(served) for _ in range(5)]
    return [
        Figure(f"serve: pods created over {CONNECTIONS} connections", creates, "/s", limit=2500, direction="at least"),
        Figure("serve: a create, 99th percentile", latencies[len(latencies) * 99 // 100] * 1000, "ms", limit=40),
        Figure(
            "serve: creates against echoes of the bare server", creates / echoes, "x", limit=0.35, direction="at least"
        ),
        Figure("bare server: echoes of a pod", echoes, "/s"),
        Figure("serve: processor time of a create", create_seconds * 1e6, "µs"),
        Figure("bare server: processor time of an echo", echo_seconds * 1e6, "µs"),
        Figure(f"serve: LIST of {PODS:,} pods, first", seconds[0], "s", limit=0.25),
        Figure(f"serve: LIST of {PODS:,} pods, again", min(seconds[1:]), "s", limit=0.25),
        Figure("serve: memory per stored pod", pod_kib, "KiB", limit=4),
    ]


async def _creates(target: Target, count: int) -> tuple[float, list[float]]:
    return await rate(target.port, _pods(target.token, count), CONNECTIONS)


def _pods(token: str, count: int) -> Iterator[bytes]:
    """Pods of one template, as load generators send them, each with a name of its own.

    They are for a scheduler that does not exist, so that it is the API that is measured.
    """
    for number in range(count):
        name = f"pod-{count}-{number:06d}"
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": {"app": "bench"}},
            "spec": {
                "schedulerName": "none",
                "containers": [
                    {
                        "name": "main",
                        "image": "registry.example/pause:3.9",
                        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                        "env": [{"name": "MODE", "value": "bench"}],
                    }
                ],
            },
        }
        yield request("POST", PODS_PATH, token, json.dumps(pod).encode())


async def _list(served: Target) -> float:
    """Seconds until a LIST has arrived in whole."""
    finished = asyncio.get_running_loop().create_future()

    def receive(data: bytes) -> None:
        if data.endswith(b"0\r\n\r\n") and not finished.done():
            finished.set_result(None)

    started = time.perf_counter()
    _, stream = await asyncio.get_running_loop().create_connection(
        lambda: Stream(request("GET", PODS_PATH, served.token), receive), "127.0.0.1", served.port, ssl=insecure()
    )
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

    await _write(target, "bench-warmup")
    before = target.resident_kib()
    streams = []
    for _ in range(WATCHES):
        _, stream = await loop.create_connection(
            lambda: Stream(request("GET", WATCH_PATH, target.token), receive), "127.0.0.1", target.port, ssl=insecure()
        )
        await stream.begun
        streams.append(stream)
    kib = (target.resident_kib() - before) / WATCHES
    times = []
    for number in range(5):
        arrived, complete = 0, loop.create_future()
        started = time.perf_counter()
        await _write(target, f"bench-event-{number}")
        await complete
        times.append(time.perf_counter() - started)
    for stream in streams:
        stream.transport.abort()
    return kib, min(times)


async def _write(target: Target, name: str) -> None:
    body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}).encode()
    await rate(target.port, iter([request("POST", CONFIG_MAPS_PATH, target.token, body)]), 1)
