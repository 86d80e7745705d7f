"""All machines of the control plane: which API server answers, who computes beside it, and what that adds up to.

Clients are spread evenly over the API servers. The scheduler and the controller manager run on the first master, or on
machines of their own. Steady background work (heartbeats, connections that are cut and set up again) is settled once
per sampling interval, by :mod:`.closedloop`, from what requests left in the interval before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from plimsoll.simcluster.masters import closedloop
from plimsoll.simcluster.masters.capacity import Capacity, capacity_of
from plimsoll.simcluster.masters.machine import Machine
from plimsoll.simcluster.masters.neighbour import Neighbour

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.masters.closedloop import Loop
    from plimsoll.simcluster.settings import MastersSettings

LEAST_LEFT = 0.05
"""Share of the API servers' threads that requests leave to steady work at least: both are served in turn."""

API_SERVER, SCHEDULER, CONTROLLER_MANAGER = "apiserver", "scheduler", "controller-manager"


class Masters:
    """The machines with their processes. Without ``settings.count`` it is one machine, the API servers' ``cores``."""

    def __init__(self, kernel: Kernel, settings: MastersSettings, cores: int, changes: Callable[[], int]) -> None:
        """``changes`` counts the changes in the store so far, which the controller manager has to look at."""
        self._kernel = kernel
        self._settings = settings
        self._changes = changes
        self._last_changes = 0
        self._settled_seconds = 0.0
        self._turn = 0
        capacity = capacity_of(settings) if settings.count else Capacity(cores, cores)
        names = [f"master-{index}" for index in range(settings.count)] or [API_SERVER]
        self.api_machines = [Machine(name, capacity) for name in names]
        own = {SCHEDULER: settings.scheduler_placement, CONTROLLER_MANAGER: settings.controller_manager_placement}
        self._placed = {
            process: Machine(process, capacity) if placement == "own" else self.api_machines[0]
            for process, placement in own.items()
        }
        self.cpu_cores = dict.fromkeys((API_SERVER, SCHEDULER, CONTROLLER_MANAGER), 0.0)
        """CPUs that each process kept busy in the interval that was settled last."""
        self.utilization = {machine.name: 0.0 for machine in self.machines}
        """Share of each machine's CPUs that was busy then."""
        self.slowdown = 1.0
        """Mean time of a request's work against its time on idle masters."""
        self.pressure = 0.0
        """Share of what the API servers could do beside their neighbours that they did in the last interval."""

    @property
    def machines(self) -> Sequence[Machine]:
        """All of them, those of the API servers first."""
        others = [machine for machine in self._placed.values() if machine not in self.api_machines]
        return (*self.api_machines, *(others if self._settings.count else ()))

    @property
    def api_utilization(self) -> float:
        """Share of the API servers' CPUs that they kept busy in the interval that was settled last."""
        return self.cpu_cores[API_SERVER] / sum(machine.capacity.cpus for machine in self.api_machines)

    def cpus_of(self, process: str) -> float:
        """CPUs that a process kept busy in the interval that was settled last."""
        return round(self.cpu_cores[process], 6)

    def utilization_of(self, machine: str) -> float:
        """Share of a machine's CPUs that was busy then."""
        return round(self.utilization[machine], 6)

    def scheduler(self, threads: int) -> Neighbour:
        """Where the scheduler computes."""
        machine = self._placed[SCHEDULER]
        return Neighbour(self._kernel, machine, threads, alone=machine not in self.api_machines)

    def serve(self, now_seconds: float, work: float) -> float:
        """Have the next API server in turn do the work of a request; returns when it is done."""
        machines = self.api_machines
        self._turn = (self._turn + 1) % len(machines)
        return machines[self._turn].serve(now_seconds, work)

    def settle(self, open_work: float, loops: Sequence[Loop]) -> tuple[float, ...]:
        """Close an interval: sum up who used the cores, and set steady work going for the next one.

        ``open_work`` is in CPU seconds per second. Returns the rates of the loops.
        """
        elapsed = self._kernel.now - self._settled_seconds
        self._settled_seconds = self._kernel.now
        requests = self._sum_up(elapsed) if elapsed > 0 else 0.0
        threads = sum(machine.threads for machine in self.api_machines)
        speed = sum(machine.full_speed * machine.threads for machine in self.api_machines) / threads
        steady = closedloop.settle(open_work, loops, max(threads - requests, threads * LEAST_LEFT), speed)
        self.pressure = (requests * speed + steady.work) / (threads * speed)
        for machine in self.api_machines:
            machine.keep_busy(steady.work / len(self.api_machines), steady.slowdown)
        speeds = [machine.capacity.speed(machine.mean_runnable) for machine in self.api_machines]
        self.slowdown = steady.slowdown * sum(1.0 / speed for speed in speeds) / len(speeds)
        return steady.rates

    def _sum_up(self, elapsed_seconds: float) -> float:
        """Who used how many CPUs in an interval; returns those that requests took."""
        changes = self._changes()
        controllers = (changes - self._last_changes) * self._settings.controller_cpu_seconds / elapsed_seconds
        self._last_changes = changes
        self._placed[CONTROLLER_MANAGER].steady_neighbours = controllers
        requests = sum(machine.request_cpu_seconds for machine in self.api_machines) / elapsed_seconds
        used = {machine.name: machine.close(elapsed_seconds) for machine in self.machines}
        self.cpu_cores = {
            API_SERVER: sum(use.api_server for use in used.values()),
            SCHEDULER: sum(use.bursts for use in used.values()),
            CONTROLLER_MANAGER: sum(use.steady_neighbours for use in used.values()),
        }
        self.utilization = {name: use.utilization for name, use in used.items()}
        return requests
