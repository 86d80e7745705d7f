"""Programs of pods as processes, over loopback."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import plimsoll.workloads.programs as package

DIRECTORY = Path(package.__file__).parent
PATIENCE_SECONDS = 20.0

Record = dict[str, Any]


class Program:
    """A program that runs. Its reports are read as they come."""

    def __init__(self, name: str, *arguments: str, pod: str = "", **environment: str) -> None:
        identity = {"PLIMSOLL_POD": pod, "PLIMSOLL_NAMESPACE": "ns", "PLIMSOLL_CONTAINER": "c"}
        self.records: list[Record] = []
        self.lines: list[str] = []
        self._incoming: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, str(DIRECTORY / f"{name}.py"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **identity, **environment},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def until(self, record: str, condition: Callable[[Record], bool] = lambda _: True) -> Record:
        """The first report of this name, of those that have come or will, that meets a condition."""
        seen = 0
        while True:
            for each in self.records[seen:]:
                if each["record"] == record and condition(each):
                    return each
            seen = len(self.records)
            self._take(record)

    def end(self, number: signal.Signals | None = None) -> list[Record]:
        """Wait for its end, perhaps after a signal; its results."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        while not self._incoming.empty():
            self._keep(self._incoming.get())
        assert code == 0, self.process.stderr and self.process.stderr.read()
        return [record for record in self.records if record["record"] == "result"]

    def _take(self, awaited: str) -> None:
        line = self._incoming.get(timeout=PATIENCE_SECONDS)
        assert line is not None, f"ended without {awaited}: {self.records}"
        self._keep(line)

    def _keep(self, line: str | None) -> None:
        if line is not None:
            self.lines.append(line)
            if line.startswith('{"plimsoll":'):
                self.records.append(json.loads(line))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._incoming.put(line)
        self._incoming.put(None)


@contextmanager
def coordinator(expected: int, *arguments: str, port: int = 0) -> Iterator[tuple[Program, str]]:
    """A coordinator, and where it is."""
    options = ("--expected", str(expected), "--address", "127.0.0.1", "--port", str(port), "--start-delay", "0.05")
    with Program("coordinator", *options, *arguments) as program:
        yield program, f"127.0.0.1:{program.until('coordinator')['port']}"


@contextmanager
def server(port: int = 0) -> Iterator[tuple[Program, str]]:
    """A server of data exchanges, and where it is."""
    with Program("server", "--address", "127.0.0.1", "--port", str(port), pod="server") as program:
        yield program, f"127.0.0.1:{program.until('listening')['port']}"
