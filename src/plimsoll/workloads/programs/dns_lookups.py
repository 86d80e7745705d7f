"""Looks up names at a rate, as any program does: through the system's resolver with its search path and time-outs."""

from __future__ import annotations

import argparse
import itertools
import socket
import sys
import threading
import time

from plimsoll.workloads.programs.durations import Durations
from plimsoll.workloads.programs.worker import Result, Worker, common_options, run

_UNKNOWN = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = common_options("Looks up names.")
    options.add_argument("--name", action="append", required=True, help="to look up; several take turns")
    options.add_argument("--rate", type=float, default=10.0, help="look-ups per second and client; 0: no limit")
    options.add_argument("--clients", type=int, default=1, help="that look up at the same time")
    options.add_argument("--seconds", type=float, default=60.0, help="how long; 0: until SIGTERM")
    return options


class Client:
    """Looks up one name after the other, in a thread of its own."""

    def __init__(self, worker: Worker, arguments: argparse.Namespace) -> None:
        self._worker = worker
        self._arguments = arguments
        self._answered = Durations()
        self._failed = Durations()
        self._counts = dict.fromkeys(("lookups", "unknown", "timedOut", "failed"), 0)
        self._active_seconds = 0.0

    def look_up(self) -> None:
        """Look up names until the time is over."""
        arguments = self._arguments
        began = time.monotonic()
        end = began + arguments.seconds if arguments.seconds else float("inf")
        for count, name in enumerate(itertools.cycle(arguments.name)):
            due = began + count / arguments.rate if arguments.rate else 0.0
            if not self._worker.pause_until(min(due, end)) or time.monotonic() >= end:
                break
            self._one(name)
            self._active_seconds = time.monotonic() - began

    def _one(self, name: str) -> None:
        self._counts["lookups"] += 1
        began = time.monotonic_ns()
        try:
            socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            number = error.errno if isinstance(error, socket.gaierror) else socket.EAI_NONAME
            kind = "unknown" if number in _UNKNOWN else "timedOut" if number == socket.EAI_AGAIN else "failed"
            self._counts[kind] += 1
            self._failed.add(time.monotonic_ns() - began)
        else:
            self._answered.add(time.monotonic_ns() - began)

    def result(self) -> Result:
        """What this client has measured."""
        return Result(
            {**self._counts, "activeSeconds": self._active_seconds},
            {"lookup": self._answered, "failure": self._failed},
        )


def main() -> int:
    """Run the program."""
    arguments = parser().parse_args()
    worker = Worker("dns")

    def work() -> list[Result]:
        clients = [Client(worker, arguments) for _ in range(arguments.clients)]
        threads = [threading.Thread(target=client.look_up, daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive() and not worker.stopped.is_set():
                thread.join(0.5)
            thread.join(1.0)  # a resolver that waits for an answer does not wake for a signal
        return [client.result() for client in clients]

    return run(worker, arguments, work)


if __name__ == "__main__":
    sys.exit(main())
