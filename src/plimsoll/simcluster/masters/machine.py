"""One machine of the control plane: an API server's threads, and whoever else wants its cores.

Requests queue first come, first served for the threads of the API server (as many as the machine shows CPUs, which is
Go's GOMAXPROCS), less those that steady background work keeps busy; the threads of all processes share the cores as
:mod:`.capacity` says. The number of runnable threads is taken at the moment when a request arrives, and held for its
service: requests are short against the time in which neighbours come and go.
"""

from __future__ import annotations

from heapq import heapify, heapreplace, nlargest
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from plimsoll.simcluster.masters.capacity import Capacity

_STEPS = 40
"""Bisections for a number of threads: to a billionth of one."""


class Use(NamedTuple):
    """CPUs that were busy on average, and their share of all."""

    api_server: float
    bursts: float
    steady_neighbours: float
    utilization: float


class Machine:
    """Cores that an API server and its neighbours share; without an API server, the neighbours'."""

    def __init__(self, name: str, capacity: Capacity) -> None:
        self.name = name
        self.capacity = capacity
        self.threads = max(int(capacity.cpus), 1)
        """Of the API server."""
        self.bursting = 0.0
        """Threads of other processes that compute at present."""
        self.steady_neighbours = 0.0
        """Threads of other processes that compute on average."""
        self.request_cpu_seconds = 0.0
        self.burst_cpu_seconds = 0.0
        self.steady_cpus = 0.0
        """CPUs that the API server's steady work keeps busy."""
        self._bursting_mean = 0.0
        self._requesting_mean = 0.0
        self._steady_threads = 0.0
        self._delay = 0.0
        """What steady work adds to a request's time, as a multiple of its service."""
        self._free = [0.0] * self.threads
        self._shares: dict[float, tuple[float, float]] = {}
        """Speed, and share of time on a CPU, of each of so many runnable threads."""

    def serve(self, now_seconds: float, work: float) -> float:
        """Take in work for the API server; returns when it is done."""
        free = self._free
        first = free[0]
        if first > now_seconds or len(free) == 1:
            busy = len(free)
        else:
            busy = sum(1 for moment in free if moment > now_seconds) + 1
        runnable = busy + self._steady_threads + self.bursting + self.steady_neighbours
        share = self._shares.get(runnable)
        if share is None:
            share = self._shares[runnable] = self.capacity.speed(runnable), self.capacity.on_cpu(runnable)
        speed, on_cpu = share
        service = work / speed
        start = first if first > now_seconds else now_seconds
        heapreplace(free, start + service)
        self.request_cpu_seconds += service * on_cpu
        return start + service * (1.0 + self._delay)

    def runnable(self, now_seconds: float) -> float:
        """Threads of all processes that want a core at present."""
        requests = sum(1 for moment in self._free if moment > now_seconds)
        return requests + self._steady_threads + self.bursting + self.steady_neighbours

    @property
    def mean_runnable(self) -> float:
        """Threads that wanted a core in the interval before, and steady work's at present."""
        return self._requesting_mean + self._steady_threads + self._bursting_mean + self.steady_neighbours

    @property
    def full_speed(self) -> float:
        """Work in a second of each of the API server's threads where all of them run, beside neighbours as of late."""
        return self.capacity.speed(self.threads + self._bursting_mean + self.steady_neighbours)

    def keep_busy(self, work_per_second: float, slowdown: float) -> None:
        """Have the API server do steady background work, in which requests take ``slowdown`` times as long."""
        neighbours = self._bursting_mean + self.steady_neighbours
        threads = self._threads_for(work_per_second, neighbours)
        self.steady_cpus = threads * self.capacity.on_cpu(threads + neighbours)
        self._steady_threads = threads
        self._delay = slowdown - 1.0
        self._shares.clear()  # numbers of threads that do not come again
        size = max(self.threads - int(threads), 1)
        if size != len(self._free):
            latest = nlargest(size, self._free)
            self._free = latest + [0.0] * (size - len(latest))
            heapify(self._free)

    def close(self, elapsed_seconds: float) -> Use:
        """Sum up an interval, which ends here; what was asked for beyond the CPUs was not had, in equal parts."""
        self._requesting_mean = self.request_cpu_seconds / elapsed_seconds
        self._bursting_mean = self.burst_cpu_seconds / elapsed_seconds
        self.request_cpu_seconds = self.burst_cpu_seconds = 0.0
        asked = self._requesting_mean + self.steady_cpus + self._bursting_mean + self.steady_neighbours
        had = min(1.0, self.capacity.cpus / asked) if asked else 1.0
        api_server = (self._requesting_mean + self.steady_cpus) * had
        return Use(
            api_server, self._bursting_mean * had, self.steady_neighbours * had, asked * had / self.capacity.cpus
        )

    def _threads_for(self, work_per_second: float, neighbours: float) -> float:
        """Threads that get this much work done beside their neighbours: work grows with threads."""
        low, high = 0.0, float(self.threads)
        for _ in range(_STEPS):
            middle = (low + high) / 2.0
            if middle * self.capacity.speed(middle + neighbours) < work_per_second:
                low = middle
            else:
                high = middle
        return high
