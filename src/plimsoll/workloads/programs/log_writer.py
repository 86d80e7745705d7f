"""Writes lines to standard output at a rate: load for whatever collects the logs of containers."""

from __future__ import annotations

import argparse
import sys
import time

from plimsoll.workloads.programs.durations import Durations
from plimsoll.workloads.programs.reporting import write
from plimsoll.workloads.programs.worker import Result, Worker, common_options, run


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = common_options("Writes lines to its log.")
    options.add_argument("--rate", type=float, default=10.0, help="lines per second; 0: no limit")
    options.add_argument("--line-bytes", type=int, default=100, help="of each line, with its end")
    options.add_argument("--lines", type=int, default=0, help="to end after; 0: no bound")
    options.add_argument("--seconds", type=float, default=60.0, help="to end after; 0: no bound")
    return options


def work(worker: Worker, arguments: argparse.Namespace) -> Result:
    """Write numbered lines, so that whoever collects them can tell whether one is missing."""
    began = time.monotonic()
    end = began + arguments.seconds if arguments.seconds else float("inf")
    writes = Durations()
    lines = size = 0
    while not (arguments.lines and lines >= arguments.lines) and time.monotonic() < end:
        due = began + lines / arguments.rate if arguments.rate else 0.0
        if not worker.pause_until(min(due, end)) or time.monotonic() >= end:
            break
        text = "line {} ".format(lines).ljust(max(1, arguments.line_bytes) - 1, ".") + "\n"
        started = time.monotonic_ns()
        write(text)  # waits where the container runtime does not keep up
        writes.add(time.monotonic_ns() - started)
        lines += 1
        size += len(text)
    active = time.monotonic() - began
    measures = {
        "lines": lines,
        "bytes": size,
        "linesPerSecond": lines / active if active else 0.0,
        "activeSeconds": active,
    }
    return Result(measures, {"write": writes})


def main() -> int:
    """Run the program."""
    arguments = parser().parse_args()
    worker = Worker("logger")
    return run(worker, arguments, lambda: [work(worker, arguments)])


if __name__ == "__main__":
    sys.exit(main())
