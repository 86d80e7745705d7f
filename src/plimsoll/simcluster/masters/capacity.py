"""How much work a machine does, by the number of threads that want to run.

A CPU second is the work of a thread that has a core to itself. Up to the number of cores each thread does that. Threads
beyond share cores with another (simultaneous multithreading), and beyond the CPUs that the machine shows, Linux's fair
scheduler gives every thread the same share of time: processor sharing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.settings import MastersSettings


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one machine has."""

    cores: float
    cpus: float
    """As the operating system counts them: hardware threads."""
    second_thread_gain: float = 0.0
    efficiency: float = 1.0
    """Work of a core against that of a bare one, stolen time taken off."""

    def work(self, threads: float) -> float:
        """CPU seconds of work that so many runnable threads get done in a second."""
        running = min(threads, self.cpus)
        whole = min(running, self.cores)
        return self.efficiency * (whole + (running - whole) * self.second_thread_gain)

    def speed(self, threads: float) -> float:
        """Work of each of so many runnable threads in a second; of one where nobody else runs."""
        threads = max(threads, 1.0)
        return self.work(threads) / threads

    def on_cpu(self, threads: float) -> float:
        """Share of its time for which each of so many runnable threads is on a CPU."""
        return min(1.0, self.cpus / threads) if threads > 0 else 1.0


def capacity_of(settings: MastersSettings) -> Capacity:
    """A master's; a virtual machine's cores are threads of its host, which others want, too."""
    efficiency = 1.0
    if settings.virtual_machines:
        efficiency = settings.virtual_machine_efficiency * (1.0 - settings.virtual_machine_steal)
    cores = float(settings.cores_per_master)
    return Capacity(cores, cores * settings.threads_per_core, settings.second_thread_gain, efficiency)
