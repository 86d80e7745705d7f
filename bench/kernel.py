"""The kernel against SimPy: one workload on both, in turns, in one process.

100,000 processes (think of pods on 200 nodes) sleep, take a token from their node's client limiter, wait for one of the
node's servers, hold it, and release it, three times over. All run the same story with the same numbers and the same
token-bucket arithmetic; each side uses its own queue, processes and servers. The kernel runs it in both of its forms:
as processes, and as the callbacks that the simulated cluster's hot paths are written in.

An event is one wait of one process. Times are CPU time, and the ratios are medians over rounds: the machine may be busy.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from random import Random
from statistics import median
from time import process_time
from typing import Any

import simpy

from bench.figures import Figure
from plimsoll.kernel import FifoResource, Kernel, Request, TokenBucket

PROCESSES = 100_000
CYCLES = 3
WAITS_PER_CYCLE = 4  # sleep, token, server, hold
NODES = 200
SERVERS_PER_NODE = 8
REQUESTS_PER_SECOND_PER_NODE = 8.0
BURST = 10
HOLD_SECONDS = 0.5
ROUNDS = 3


def measure() -> Iterator[Figure]:
    """Run the workload in all its forms, in turns."""
    forms = (run_simpy, run_processes, run_callbacks)
    rounds = [[_cpu_seconds(form) for form in forms] for _ in range(ROUNDS)]
    simpy_seconds, process_seconds, callback_seconds = (list(times) for times in zip(*rounds, strict=True))
    yield _ratio("kernel: SimPy's time over that of our processes", simpy_seconds, process_seconds)
    yield _ratio("kernel: SimPy's time over that of our callbacks", simpy_seconds, callback_seconds)
    yield _per_event("kernel: an event of SimPy", simpy_seconds)
    yield _per_event("kernel: an event of a process", process_seconds)
    yield _per_event("kernel: an event of a callback", callback_seconds)


def _ratio(name: str, theirs: list[float], ours: list[float]) -> Figure:
    value = median(their / our for their, our in zip(theirs, ours, strict=True))
    return Figure(name, value, "x", limit=3.0, aim=5.0, direction="at least")


def _per_event(name: str, seconds: list[float]) -> Figure:
    return Figure(name, median(seconds) / (PROCESSES * CYCLES * WAITS_PER_CYCLE) * 1e6, "µs")


def _cpu_seconds(run: Callable[[list[tuple[float, float]]], float]) -> float:
    workload = draw()
    gc.collect()
    started = process_time()
    run(workload)
    return process_time() - started


def draw(processes: int = PROCESSES) -> list[tuple[float, float]]:
    """For each process, how long it sleeps between requests (a kubelet's resync) and how long each takes, in seconds."""
    random = Random(1)
    return [(random.uniform(60, 90), random.expovariate(1 / HOLD_SECONDS)) for _ in range(processes)]


def limiters() -> list[TokenBucket]:
    """One client limiter per node: 500 processes on a node want 6.7 requests a second, with bursts that have to queue."""
    return [TokenBucket(REQUESTS_PER_SECOND_PER_NODE, BURST) for _ in range(NODES)]


def run_simpy(workload: list[tuple[float, float]]) -> float:
    """Run the workload on SimPy; the virtual time at which the last process ended."""
    environment = simpy.Environment()
    buckets = limiters()
    servers = [simpy.Resource(environment, SERVERS_PER_NODE) for _ in range(NODES)]

    def pod(node: int, sleep_seconds: float, hold_seconds: float) -> Generator[Any, Any, None]:
        for _ in range(CYCLES):
            yield environment.timeout(sleep_seconds)
            yield environment.timeout(buckets[node].reserve(environment.now))
            with servers[node].request() as server:
                yield server
                yield environment.timeout(hold_seconds)

    for number, (sleep_seconds, hold_seconds) in enumerate(workload):
        environment.process(pod(number % NODES, sleep_seconds, hold_seconds))
    environment.run()
    return float(environment.now)


def run_processes(workload: list[tuple[float, float]]) -> float:
    """Run the workload as processes of our kernel; the virtual time at which the last one ended."""
    kernel = Kernel()
    buckets = limiters()
    servers = [FifoResource(kernel, SERVERS_PER_NODE) for _ in range(NODES)]

    def pod(node: int, sleep_seconds: float, hold_seconds: float) -> Generator[Any, Any, None]:
        for _ in range(CYCLES):
            yield sleep_seconds
            yield buckets[node].reserve(kernel.now)
            with servers[node].request() as server:
                yield server
                yield hold_seconds

    for number, (sleep_seconds, hold_seconds) in enumerate(workload):
        kernel.spawn(pod(number % NODES, sleep_seconds, hold_seconds))
    kernel.run()
    return kernel.now


def run_callbacks(workload: list[tuple[float, float]]) -> float:
    """Run the workload as callbacks of our kernel; the virtual time at which the last one ended."""
    kernel = Kernel()
    buckets = limiters()
    servers = [FifoResource(kernel, SERVERS_PER_NODE) for _ in range(NODES)]

    for number, (sleep_seconds, hold_seconds) in enumerate(workload):
        node = number % NODES
        pod = _Pod(kernel, buckets[node], servers[node], sleep_seconds, hold_seconds)
        kernel.after(0.0, pod.sleep)
    kernel.run()
    return kernel.now


class _Pod:
    """The story of a process, told in callbacks."""

    __slots__ = ("bucket", "cycles", "hold_seconds", "kernel", "servers", "sleep_seconds")

    def __init__(
        self, kernel: Kernel, bucket: TokenBucket, servers: FifoResource, sleep_seconds: float, hold_seconds: float
    ) -> None:
        self.kernel = kernel
        self.bucket = bucket
        self.servers = servers
        self.sleep_seconds = sleep_seconds
        self.hold_seconds = hold_seconds
        self.cycles = CYCLES

    def sleep(self) -> None:
        if self.cycles:
            self.cycles -= 1
            self.kernel.after(self.sleep_seconds, self.take_token)

    def take_token(self) -> None:
        self.kernel.after(self.bucket.reserve(self.kernel.now), self.take_server)

    def take_server(self) -> None:
        server = self.servers.request()
        if server.happened:
            self.hold(server)
        else:
            server.add_callback(self.hold)

    def hold(self, server: Request) -> None:
        self.kernel.after(self.hold_seconds, self.release, server)

    def release(self, server: Request) -> None:
        self.servers.release(server)
        self.sleep()
