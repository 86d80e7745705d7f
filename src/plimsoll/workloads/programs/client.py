"""The clients of a data exchange: each sends messages to the server at a rate and waits for each to come back.

A client tries to connect until it can, again where its connection breaks, and says how often and how long that took.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import sys
import threading
import time

from plimsoll.workloads.programs.durations import Durations
from plimsoll.workloads.programs.resolution import Endpoint, connect, parse_endpoint
from plimsoll.workloads.programs.server import LONGEST_MESSAGE_BYTES, receive_into, shut
from plimsoll.workloads.programs.worker import Result, Worker, common_options, run

_FIRST_RETRY_SECONDS = 0.1
_MOST_BEHIND_SECONDS = 1.0
"""A client that could not keep its rate makes up for this much; more would be a burst that nobody asked for."""


class Attempts:
    """Attempts to connect: how many, how they failed, and how long until the first that succeeded."""

    def __init__(self, begun: float) -> None:
        self.counts = dict.fromkeys(("attempts", "refused", "timedOut", "unresolved", "failed", "connections"), 0)
        self.durations = Durations()
        self.first_connection_seconds = -1.0
        self._begun = begun

    def attempt(self, server: Endpoint, timeout_seconds: float, message_bytes: int) -> socket.socket | None:
        """Try once; a connection counts when the server has answered on it."""
        self.counts["attempts"] += 1
        asked = time.monotonic_ns()
        connection: socket.socket | None = None
        try:
            connection = connect(server, timeout_seconds)
            connection.sendall(json.dumps({"messageBytes": message_bytes}).encode() + b"\n")
            _read_greeting(connection)
        except OSError as error:
            self.counts[_failure(error)] += 1
            if connection is not None:
                connection.close()
            return None
        now = time.monotonic_ns()
        self.durations.add(now - asked)
        self.counts["connections"] += 1
        if self.first_connection_seconds < 0:
            self.first_connection_seconds = now / 1e9 - self._begun
        return connection


def _failure(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "unresolved"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "timedOut" if isinstance(error, socket.timeout) else "failed"


def _read_greeting(connection: socket.socket) -> None:
    byte = b""
    while byte != b"\n":
        byte = connection.recv(1)
        if not byte:
            raise ConnectionResetError("the server closed the connection at once")


class Client:
    """One client, in a thread of its own."""

    def __init__(self, worker: Worker, arguments: argparse.Namespace, number: int) -> None:
        self.connection: socket.socket | None = None
        self._worker = worker
        self._arguments = arguments
        self._number = number
        self._round_trips = Durations()
        self._attempts = Attempts(time.monotonic())
        self._bytes_sent = 0
        self._bytes_received = 0
        self._disconnects = 0
        self._corrupt = 0
        self._active_seconds = 0.0
        self._end = float("inf")  # of the exchange, on the monotonic clock; known once it begins

    def exchange(self) -> None:
        """Exchange data until a bound is reached, nobody answers any more, or the worker is stopped."""
        while self._wanted():
            connection = self._connect()
            if connection is None:
                return
            began = time.monotonic()
            if self._arguments.seconds and self._end == float("inf"):
                self._end = began + self._arguments.seconds
            self.connection = connection
            try:
                with connection:
                    self._converse(connection)
            except OSError:
                self._disconnects += 1
            self.connection = None
            self._active_seconds += time.monotonic() - began

    def interrupt(self) -> None:
        """Wake the thread where it waits for the server; another thread calls this."""
        connection = self.connection
        if connection is not None:
            shut(connection)

    def result(self) -> Result:
        """What this client has measured."""
        active = self._active_seconds
        measures: dict[str, float] = {
            **self._attempts.counts,
            "disconnects": self._disconnects,
            "corrupt": self._corrupt,
            "messages": self._round_trips.count,
            "bytesSent": self._bytes_sent,
            "bytesReceived": self._bytes_received,
            "activeSeconds": active,
            "bytesPerSecond": self._bytes_received / active if active else 0.0,
            "unfinished": int(self._wanted()),
        }
        if self._attempts.first_connection_seconds >= 0:
            measures["firstConnectionSeconds"] = self._attempts.first_connection_seconds
        return Result(measures, {"connect": self._attempts.durations, "roundTrip": self._round_trips})

    def _wanted(self) -> bool:
        """Whether there is more to exchange."""
        enough = self._arguments.bytes
        return time.monotonic() < self._end and not (enough and self._bytes_received >= enough)

    def _connect(self) -> socket.socket | None:
        """Try until there is a connection; None where the patience is over, or the worker is stopped."""
        arguments = self._arguments
        give_up = min(time.monotonic() + arguments.give_up, self._end)
        wait_seconds = min(_FIRST_RETRY_SECONDS, arguments.retry_most)
        while not self._worker.stopped.is_set():
            connection = self._attempts.attempt(arguments.server, arguments.connect_timeout, arguments.message_bytes)
            if connection is not None:
                return connection
            if time.monotonic() >= give_up or not self._worker.pause(wait_seconds * random.uniform(0.8, 1.2)):
                break
            wait_seconds = min(2 * wait_seconds, arguments.retry_most)
        return None

    def _converse(self, connection: socket.socket) -> None:
        arguments = self._arguments
        size = arguments.message_bytes
        seconds_per_message = size / arguments.rate if arguments.rate else 0.0
        sent = bytearray(b"plimsoll" * (size // 8 + 1))[:size]
        received = bytearray(size)
        view = memoryview(received)
        connection.settimeout(arguments.reply_timeout)
        due = time.monotonic()
        while self._wanted() and not self._worker.stopped.is_set():
            now = time.monotonic()
            if due > now:
                if not self._worker.pause(min(due, self._end) - now) or not self._wanted():
                    break
            elif now - due > _MOST_BEHIND_SECONDS:
                due = now - _MOST_BEHIND_SECONDS
            due += seconds_per_message
            _mark(sent, self._number, self._round_trips.count)
            asked = time.monotonic_ns()
            connection.sendall(sent)
            self._bytes_sent += size
            if not receive_into(connection, view):
                raise ConnectionResetError("the server closed the connection")
            self._round_trips.add(time.monotonic_ns() - asked)
            self._bytes_received += size
            if received != sent:
                self._corrupt += 1


def _mark(message: bytearray, client: int, number: int) -> None:
    """Make a message different from the one before, so that an old one that comes back is noticed."""
    mark = client.to_bytes(4, "big") + number.to_bytes(8, "big")
    end = min(len(mark), len(message))
    message[:end] = mark[len(mark) - end :]


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = common_options("Exchanges data with a server, and measures how that goes.")
    options.add_argument("--server", metavar="HOST:PORT", type=parse_endpoint, required=True)
    options.add_argument("--rate", type=float, default=0.0, metavar="BYTES", help="per second and way; 0: no limit")
    options.add_argument("--bytes", type=int, default=0, help="each way, per client, to end with; 0: no bound")
    options.add_argument("--seconds", type=float, default=0.0, help="from the first connection to the end; 0: no bound")
    options.add_argument("--message-bytes", type=int, default=32768, help="of each message, at most 64 MiB")
    options.add_argument("--clients", type=int, default=1, help="in this container, each with a connection")
    options.add_argument("--connect-timeout", type=float, default=10.0, metavar="SECONDS")
    options.add_argument("--reply-timeout", type=float, default=60.0, metavar="SECONDS", help="then connect anew")
    options.add_argument(
        "--retry-most", type=float, default=1.0, metavar="SECONDS", help="longest wait between attempts"
    )
    options.add_argument("--give-up", type=float, default=3600.0, metavar="SECONDS", help="without any connection")
    return options


def main() -> int:
    """Run the program."""
    options = parser()
    arguments = options.parse_args()
    if not 0 < arguments.message_bytes <= LONGEST_MESSAGE_BYTES:
        options.error("--message-bytes must be from 1 to {}".format(LONGEST_MESSAGE_BYTES))
    worker = Worker("exchange")

    def work() -> list[Result]:
        clients = [Client(worker, arguments, number) for number in range(arguments.clients)]
        worker.on_stop.extend(client.interrupt for client in clients)
        threads = [threading.Thread(target=client.exchange, daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(None if not worker.stopped.is_set() else 2.0)
                if worker.stopped.is_set():
                    break
        return [client.result() for client in clients]

    return run(worker, arguments, work)


if __name__ == "__main__":
    sys.exit(main())
