"""Holds an amount of memory and touches its pages again and again, so that it stays resident."""

from __future__ import annotations

import argparse
import mmap
import random
import resource
import sys
import time

from plimsoll.workloads.programs.durations import Durations
from plimsoll.workloads.programs.worker import Result, Worker, common_options, run

PATTERNS = ("sequential", "random", "once")


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = common_options("Holds memory.")
    options.add_argument("--bytes", type=int, required=True, help="to hold")
    options.add_argument(
        "--pattern", choices=PATTERNS, default="sequential", help="the order in which pages are touched"
    )
    options.add_argument(
        "--interval", type=float, default=1.0, metavar="SECONDS", help="between two rounds of touching"
    )
    options.add_argument("--seconds", type=float, default=60.0, help="how long; 0: until SIGTERM")
    return options


def soak(worker: Worker, arguments: argparse.Namespace) -> Result:
    """Take the memory, touch it once, then in rounds; a round goes over all of its pages."""
    began = time.monotonic()
    end = began + arguments.seconds if arguments.seconds else float("inf")
    faults_began = resource.getrusage(resource.RUSAGE_SELF).ru_majflt
    pages = list(range(0, arguments.bytes, mmap.PAGESIZE))
    rounds = Durations()
    touched = 0
    with mmap.mmap(-1, max(arguments.bytes, 1)) as memory:
        due = began
        while True:
            if arguments.pattern == "random":
                random.shuffle(pages)
            started = time.monotonic_ns()
            touched += _touch(worker, memory, pages)
            rounds.add(time.monotonic_ns() - started)
            due = max(due + arguments.interval, time.monotonic())
            if arguments.pattern == "once" or not worker.pause_until(min(due, end)) or time.monotonic() >= end:
                break
        if arguments.pattern == "once":
            worker.pause_until(min(end, began + 10 * 365 * 86400))
        usage = resource.getrusage(resource.RUSAGE_SELF)
    measures = {
        "bytes": arguments.bytes,
        "touchedPages": touched,
        "activeSeconds": time.monotonic() - began,
        "majorFaults": usage.ru_majflt - faults_began,
        "residentBytes": usage.ru_maxrss * 1024,
    }
    return Result(measures, {"round": rounds})


def _touch(worker: Worker, memory: mmap.mmap, pages: list[int]) -> int:
    for count, page in enumerate(pages):
        memory[page] = (memory[page] + 1) & 255
        if not count & 0xFFFF and worker.stopped.is_set():
            return count
    return len(pages)


def main() -> int:
    """Run the program."""
    arguments = parser().parse_args()
    worker = Worker("memorySoak")
    return run(worker, arguments, lambda: [soak(worker, arguments)])


if __name__ == "__main__":
    sys.exit(main())
