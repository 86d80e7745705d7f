"""A worker's connection to its coordinator: it registers, compares clocks, learns when to begin, delivers its results.

The connection is a thread's own business. It is made anew whenever it breaks, with a wait that doubles, so neither a
coordinator that restarts nor one that comes late does any harm; and whoever waits for anything here waits for a time.
"""

from __future__ import annotations

import contextlib
import json
import random
import socket
import threading
import time
from typing import Any, BinaryIO, NamedTuple

from plimsoll.workloads.programs.reporting import FORMAT
from plimsoll.workloads.programs.resolution import Endpoint, connect, notice_silence

_FIRST_RETRY_SECONDS = 0.1
_LONGEST_RETRY_SECONDS = 5.0
_CONNECT_SECONDS = 10.0
_CLOCK_QUESTIONS = 5


class Start(NamedTuple):
    """When a worker begins, and why."""

    seconds: float
    """On this worker's wall clock."""
    reason: str
    late: bool
    """The others have begun already."""


class Clock(NamedTuple):
    """How far this worker's wall clock is behind the coordinator's, and by how much that may be wrong."""

    offset_seconds: float
    error_seconds: float


class Session:
    """Registers ``who`` with the coordinator and keeps at it until :meth:`close`."""

    def __init__(self, coordinator: Endpoint, who: dict[str, Any]) -> None:
        self.start: Start | None = None
        self.clock: Clock | None = None
        self.released = threading.Event()
        """Set when there is nothing to wait for any more: the start is known, or somebody wants to stop."""
        self.connections = 0
        self._coordinator = coordinator
        self._who = who
        self._created = time.monotonic()
        self._results: list[dict[str, Any]] | None = None
        self._received = threading.Event()
        self._closed = threading.Event()
        self._sending = threading.Lock()
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)
        self._thread.start()

    def begun(self) -> None:
        """The worker begins without being told to."""
        if self.start is None:
            self.start = Start(time.time(), "alone", late=False)

    def deliver(self, results: list[dict[str, Any]], timeout_seconds: float) -> bool:
        """Hand the results over, in as many attempts as the time allows. Whether the coordinator has them."""
        self._results = results
        with self._sending:
            connection = self._connection
            if connection is not None:
                with contextlib.suppress(OSError):  # the session connects again and delivers then
                    self._send(connection, {"question": "deliver", "results": results})
        return self._received.wait(timeout_seconds)

    def close(self) -> None:
        """Say goodbye."""
        self._closed.set()
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(1.0)

    # --- the thread -----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        wait_seconds = _FIRST_RETRY_SECONDS
        while not self._closed.is_set():
            before = self.connections
            try:
                connection = connect(self._coordinator, _CONNECT_SECONDS)
                with connection:
                    notice_silence(connection)
                    self._converse(connection)
            except (OSError, ValueError, KeyError):
                pass  # also what is no answer of this protocol: a fresh connection is as good an attempt as any
            self._connection = None
            if self.connections > before:
                wait_seconds = _FIRST_RETRY_SECONDS
            self._closed.wait(wait_seconds * random.uniform(0.5, 1.0))
            wait_seconds = min(2 * wait_seconds, _LONGEST_RETRY_SECONDS)

    def _converse(self, connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        self.clock = self._compare_clocks(connection, lines) or self.clock
        with self._sending:
            started = 0.0 if self.start is None else self._theirs(self.start.seconds)
            waited = time.monotonic() - self._created
            join: dict[str, Any] = {"question": "join", "plimsoll": FORMAT, "waitedSeconds": waited}
            if self.start is not None:
                join.update(startedSeconds=started, startReason=self.start.reason)
            self._send(connection, {**join, **self._who})
            if self._results is not None:
                self._send(connection, {"question": "deliver", "results": self._results})
            self._connection = connection
        self.connections += 1
        connection.settimeout(None)  # the coordinator speaks when it has something to say
        for line in lines:
            self._take(json.loads(line))

    def _take(self, message: dict[str, Any]) -> None:
        if message["answer"] == "received":
            self._received.set()
        elif message["answer"] == "start" and self.start is None:
            offset = self.clock.offset_seconds if self.clock is not None else 0.0
            self.start = Start(message["startSeconds"] - offset, message["reason"], message["late"])
            self.released.set()

    def _compare_clocks(self, connection: socket.socket, lines: BinaryIO) -> Clock | None:
        """Ask for the time as NTP does; of several answers the quickest is the one that says most."""
        best: Clock | None = None
        for _ in range(_CLOCK_QUESTIONS):
            asked, asked_ticks = time.time(), time.monotonic()
            self._send(connection, {"question": "clock"})
            answer = json.loads(lines.readline() or b"{}")
            trip = time.monotonic() - asked_ticks
            held = answer["sentSeconds"] - answer["receivedSeconds"]
            middle = (answer["receivedSeconds"] + answer["sentSeconds"]) / 2
            clock = Clock(middle - (asked + trip / 2), max(0.0, trip - held) / 2)
            if best is None or clock.error_seconds < best.error_seconds:
                best = clock
        return best

    def _theirs(self, seconds: float) -> float:
        return seconds + (self.clock.offset_seconds if self.clock is not None else 0.0)

    @staticmethod
    def _send(connection: socket.socket, message: dict[str, Any]) -> None:
        connection.sendall(json.dumps(message).encode() + b"\n")
