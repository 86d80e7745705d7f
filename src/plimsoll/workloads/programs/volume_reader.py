"""Reads mounted secrets and config maps again and again, and notices when the kubelet has changed them.

A file that contains ``updatedSeconds=`` and a time since 1970, written by whoever updated the object, tells how long
the change took to get here; of other files the changes are only counted.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time

from plimsoll.workloads.programs.durations import Durations
from plimsoll.workloads.programs.worker import Result, Worker, common_options, run

_UPDATED = re.compile(rb"updatedSeconds=([0-9]+(?:\.[0-9]+)?)")


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = common_options("Reads the files of mounted volumes.")
    options.add_argument("--path", action="append", required=True, help="a file, or a directory with all it holds")
    options.add_argument("--interval", type=float, default=1.0, metavar="SECONDS", help="from one reading to the next")
    options.add_argument("--seconds", type=float, default=60.0, help="how long; 0: until SIGTERM")
    return options


class Reader:
    """The files as they were when they were last read."""

    def __init__(self, worker: Worker, paths: list[str]) -> None:
        self.reads = Durations()
        self.delays = Durations()
        self.counts = dict.fromkeys(("rounds", "bytes", "changes", "appeared", "vanished", "failed"), 0)
        self._worker = worker
        self._paths = paths
        self._contents: dict[str, bytes] = {}

    @property
    def files(self) -> int:
        """How many there are."""
        return len(self._contents)

    def read_all(self) -> None:
        """Read every file once and compare."""
        contents: dict[str, bytes] = {}
        for path in sorted(file for each in self._paths for file in _files(each)):
            began = time.monotonic_ns()
            try:
                with open(path, "rb") as file:
                    content = file.read()
            except OSError:
                self.counts["failed"] += 1
                continue
            self.reads.add(time.monotonic_ns() - began)
            self.counts["bytes"] += len(content)
            contents[path] = content
        if self.counts["rounds"]:
            self._compare(contents)
        self.counts["rounds"] += 1
        self._contents = contents

    def _compare(self, contents: dict[str, bytes]) -> None:
        before = self._contents
        self.counts["vanished"] += len(before.keys() - contents.keys())
        for path, content in contents.items():
            if path not in before:
                self.counts["appeared"] += 1
            elif content != before[path]:
                self.counts["changes"] += 1
                self._note_delay(content)

    def _note_delay(self, content: bytes) -> None:
        updated = _UPDATED.search(content)
        if updated is not None:
            session = self._worker.session
            clock = session.clock if session is not None else None
            now = time.time() + (clock.offset_seconds if clock is not None else 0.0)
            self.delays.add(int((now - float(updated.group(1))) * 1e9))


def _files(path: str) -> list[str]:
    """A file, or those of a directory; what begins with two dots is how a kubelet swaps all of them at once."""
    if not os.path.isdir(path):
        return [path]
    found = []
    for directory, directories, names in os.walk(path, followlinks=True):
        directories[:] = [name for name in directories if not name.startswith("..")]
        found += [os.path.join(directory, name) for name in names if not name.startswith("..")]
    return found


def work(worker: Worker, arguments: argparse.Namespace) -> Result:
    """Read at an interval until the time is over."""
    began = time.monotonic()
    end = began + arguments.seconds if arguments.seconds else float("inf")
    reader = Reader(worker, arguments.path)
    due = began
    while True:
        reader.read_all()
        due = max(due + arguments.interval, time.monotonic())
        if not worker.pause_until(min(due, end)) or time.monotonic() >= end:
            break
    measures = {**reader.counts, "files": reader.files, "activeSeconds": time.monotonic() - began}
    return Result(measures, {"read": reader.reads, "changeDelay": reader.delays})


def main() -> int:
    """Run the program."""
    arguments = parser().parse_args()
    worker = Worker("reader")
    return run(worker, arguments, lambda: [work(worker, arguments)])


if __name__ == "__main__":
    sys.exit(main())
