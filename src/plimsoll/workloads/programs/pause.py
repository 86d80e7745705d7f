"""Does nothing, for a time or until it is told to stop, and says how long it did."""

from __future__ import annotations

import argparse
import sys
import time

from plimsoll.workloads.programs.worker import Result, Worker, common_options, run


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = common_options("Does nothing.")
    options.add_argument("--seconds", type=float, default=0.0, help="how long; 0: until SIGTERM")
    return options


def main() -> int:
    """Run the program."""
    arguments = parser().parse_args()
    worker = Worker("sleep")

    def work() -> list[Result]:
        began = time.monotonic()
        if arguments.seconds:
            worker.pause(arguments.seconds)
        else:
            worker.stopped.wait()
        return [Result({"activeSeconds": time.monotonic() - began})]

    return run(worker, arguments, work)


if __name__ == "__main__":
    sys.exit(main())
