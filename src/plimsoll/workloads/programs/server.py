"""The server of a data exchange: it sends every message back once it has all of it.

A connection begins with a line of JSON in each direction: the client says how long its messages are, the server who it
is. From then on there are messages only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import sys
import threading
import time

from plimsoll.workloads.programs.reporting import identity, report
from plimsoll.workloads.programs.resolution import notice_silence
from plimsoll.workloads.programs.worker import Worker

PORT = 30000
LONGEST_MESSAGE_BYTES = 64 * 1024 * 1024
_LONGEST_GREETING_BYTES = 4096


class Connections:
    """The connections that are open, and what all of them have moved."""

    def __init__(self) -> None:
        self.accepted = 0
        self.bytes_received = 0
        self.bytes_sent = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def add(self, connection: socket.socket) -> None:
        """A client has come."""
        with self._lock:
            self.accepted += 1
            self._open.add(connection)

    def remove(self, connection: socket.socket, received: int, sent: int) -> None:
        """A client has gone."""
        with self._lock:
            self._open.discard(connection)
            self.bytes_received += received
            self.bytes_sent += sent

    def close_all(self) -> None:
        """Wake every thread that waits for its client."""
        with self._lock:
            for connection in self._open:
                shut(connection)


def shut(connection: socket.socket) -> None:
    """End a connection in both directions, so that whoever waits for it wakes."""
    with contextlib.suppress(OSError):  # it has ended already
        connection.shutdown(socket.SHUT_RDWR)


def serve_client(connection: socket.socket, connections: Connections) -> None:
    """Serve one client until it goes."""
    received = sent = 0
    try:
        with connection:
            notice_silence(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            size = greet(connection)
            message = memoryview(bytearray(size))
            while size and receive_into(connection, message):
                received += size
                connection.sendall(message)
                sent += size
    except OSError:
        pass  # the client is gone, which is how every exchange ends
    finally:
        connections.remove(connection, received, sent)


def greet(connection: socket.socket) -> int:
    """Hear how long messages are and say who this is; 0 where the client does not speak this protocol."""
    greeting = bytearray()
    while not greeting.endswith(b"\n"):
        byte = connection.recv(1)
        greeting += byte
        if not byte or len(greeting) > _LONGEST_GREETING_BYTES:
            return 0
    try:
        size = int(json.loads(greeting)["messageBytes"])
    except (ValueError, KeyError, TypeError):
        return 0
    if not 0 < size <= LONGEST_MESSAGE_BYTES:
        return 0
    connection.sendall(json.dumps({"server": identity()["pod"]}).encode() + b"\n")
    return size


def receive_into(connection: socket.socket, message: memoryview) -> bool:
    """Fill a buffer from a connection; whether there was enough."""
    have, size = 0, len(message)
    while have < size:
        count = connection.recv_into(message[have:])
        if not count:
            return False
        have += count
    return True


def parser() -> argparse.ArgumentParser:
    """The program's arguments."""
    options = argparse.ArgumentParser(description="Sends back the messages of clients.")
    pod_address = os.environ.get("PLIMSOLL_POD_IP", "")
    options.add_argument("--address", default=pod_address, help="to listen on; default: $PLIMSOLL_POD_IP, else all")
    options.add_argument("--port", type=int, default=PORT, help="to listen on; 0 for any, which is reported")
    return options


def listen(address: str, port: int) -> socket.socket:
    """Open the port, for IPv6 and IPv4 where no address is given."""
    if not address and socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, backlog=1024, dualstack_ipv6=True)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family, backlog=1024)


def main() -> int:
    """Run the program."""
    arguments = parser().parse_args()
    worker = Worker("server")
    connections = Connections()
    listener = listen(arguments.address, arguments.port)
    worker.on_stop.append(lambda: shut(listener))
    worker.obey()
    who = {"kind": worker.kind, **identity()}
    report("listening", {**who, "port": listener.getsockname()[1], "seconds": time.time()})
    while not worker.stopped.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            if not worker.pause(0.05):  # too many open files, or a client that was gone at once
                break
            continue
        connections.add(connection)
        threading.Thread(target=serve_client, args=(connection, connections), daemon=True).start()
    connections.close_all()
    moved = {name: getattr(connections, name) for name in ("accepted", "bytes_received", "bytes_sent")}
    measures = {
        "connections": moved["accepted"],
        "bytesReceived": moved["bytes_received"],
        "bytesSent": moved["bytes_sent"],
    }
    report("served", {**who, "endedSeconds": time.time(), "measures": measures})
    return 0


if __name__ == "__main__":
    sys.exit(main())
