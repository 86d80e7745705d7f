"""Creates, reads and deletes many small files, round after round."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from typing import Callable

from plimsoll.workloads.programs.durations import Durations
from plimsoll.workloads.programs.worker import Result, Worker, common_options, run


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = common_options("Creates, reads and deletes many small files.")
    options.add_argument("--directory", default=None, help="to work in; default: the system's for temporary files")
    options.add_argument("--files", type=int, default=1000, help="that there are at the height of each round")
    options.add_argument("--file-bytes", type=int, default=4096, help="of each")
    options.add_argument("--rate", type=float, default=0.0, help="operations per second; 0: no limit")
    options.add_argument("--rounds", type=int, default=0, help="to end after; 0: no bound")
    options.add_argument("--seconds", type=float, default=60.0, help="to end after; 0: no bound")
    options.add_argument("--sync", action="store_true", help="have each file on the disk before the next is written")
    return options


class Files:
    """The files of one round after another, and how long each operation took."""

    def __init__(self, worker: Worker, arguments: argparse.Namespace, directory: str) -> None:
        self.durations = {name: Durations() for name in ("create", "read", "delete")}
        self.failures = 0
        self._worker = worker
        self._arguments = arguments
        self._directory = directory
        self._content = b"plimsoll" * (arguments.file_bytes // 8 + 1)
        self._due = time.monotonic()

    def round(self, end: float) -> bool:
        """Create all files, read all, delete all; whether there was time for it."""
        paths = [os.path.join(self._directory, "file-{}".format(number)) for number in range(self._arguments.files)]
        steps: tuple[tuple[str, Callable[[str], None]], ...] = (
            ("create", self._create),
            ("read", _read),
            ("delete", os.unlink),
        )
        for name, step in steps:
            for path in paths:
                if not self._pace(end):
                    return False
                began = time.monotonic_ns()
                try:
                    step(path)
                except OSError:
                    self.failures += 1  # no space, no inodes: what this load may be looking for
                else:
                    self.durations[name].add(time.monotonic_ns() - began)
        return True

    def _pace(self, end: float) -> bool:
        now = time.monotonic()
        if self._arguments.rate:
            self._due = max(self._due, now - 1.0) + 1.0 / self._arguments.rate
            return self._worker.pause_until(min(self._due, end)) and time.monotonic() < end
        return now < end and not self._worker.stopped.is_set()

    def _create(self, path: str) -> None:
        with open(path, "wb") as file:
            file.write(self._content[: self._arguments.file_bytes])
            if self._arguments.sync:
                file.flush()
                os.fsync(file.fileno())


def _read(path: str) -> None:
    with open(path, "rb") as file:
        file.read()


def work(worker: Worker, arguments: argparse.Namespace) -> Result:
    """Work in a directory of this program's own, which is gone afterwards."""
    began = time.monotonic()
    end = began + arguments.seconds if arguments.seconds else float("inf")
    directory = tempfile.mkdtemp(prefix="plimsoll-", dir=arguments.directory)
    files = Files(worker, arguments, directory)
    rounds = 0
    try:
        while not (arguments.rounds and rounds >= arguments.rounds) and files.round(end):
            rounds += 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    active = time.monotonic() - began
    operations = sum(durations.count for durations in files.durations.values())
    measures = {
        "rounds": rounds,
        "operations": operations,
        "failed": files.failures,
        "operationsPerSecond": operations / active if active else 0.0,
        "activeSeconds": active,
    }
    return Result(measures, files.durations)


def main() -> int:
    """Run the program."""
    arguments = parser().parse_args()
    worker = Worker("files")
    return run(worker, arguments, lambda: [work(worker, arguments)])


if __name__ == "__main__":
    sys.exit(main())
