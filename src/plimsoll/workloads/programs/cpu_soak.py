"""Keeps a processor busy for a share of each period, and says how much of it it got.

A container that is held back by its CPU limit shows in ``throttledPeriods``, one whose node is full in a ``busyShare``
below what was asked for.
"""

from __future__ import annotations

import argparse
import sys
import time

from plimsoll.workloads.programs.durations import Durations
from plimsoll.workloads.programs.worker import Result, Worker, common_options, run

_CPU_STATISTICS = "/sys/fs/cgroup/cpu.stat"
_SUMS = 2000  # a few tens of microseconds of work between two looks at the clock


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = common_options("Keeps a processor busy.")
    options.add_argument("--share", type=float, default=1.0, help="of one processor, above 0 up to 1")
    options.add_argument("--period", type=float, default=0.1, metavar="SECONDS", help="in which that share is worked")
    options.add_argument("--seconds", type=float, default=60.0, help="how long; 0: until SIGTERM")
    return options


def soak(worker: Worker, share: float, period: float, seconds: float) -> Result:
    """Work and rest in turns; a turn is over when the processor has given this program its share, or the period ends."""
    began = time.monotonic()
    end = began + seconds if seconds else float("inf")
    processor_began, throttled_began = time.process_time(), throttled_periods()
    iterations = 0
    late = Durations()
    due = began
    while time.monotonic() < end and not worker.stopped.is_set():
        due += period
        share_end = time.process_time() + share * period
        while time.process_time() < share_end and time.monotonic() < min(due, end):
            sum(range(_SUMS))
            iterations += 1
        late.add(int(max(0.0, time.monotonic() - due) * 1e9))
        worker.pause_until(min(due, end))
    active = time.monotonic() - began
    processor = time.process_time() - processor_began
    measures = {
        "iterations": iterations,
        "activeSeconds": active,
        "processorSeconds": processor,
        "busyShare": processor / active if active else 0.0,
        "wantedShare": share,
        "throttledPeriods": throttled_periods() - throttled_began,
    }
    return Result(measures, {"late": late})


def throttled_periods() -> int:
    """How often the container's CPU limit has held it back; 0 where the system does not say (control groups v1)."""
    try:
        with open(_CPU_STATISTICS, encoding="ascii") as statistics:
            return sum(int(line.split()[1]) for line in statistics if line.startswith("nr_throttled "))
    except (OSError, ValueError, IndexError):
        return 0


def main() -> int:
    """Run the program."""
    options = parser()
    arguments = options.parse_args()
    if not 0 < arguments.share <= 1 or arguments.period <= 0:
        options.error("--share must be above 0 and at most 1, --period above 0")
    worker = Worker("cpuSoak")
    return run(worker, arguments, lambda: [soak(worker, arguments.share, arguments.period, arguments.seconds)])


if __name__ == "__main__":
    sys.exit(main())
