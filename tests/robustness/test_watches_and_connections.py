"""Watches whose clients do not read, or vanish; connections by the thousand; and that nothing of them stays."""

from __future__ import annotations

import gc
import json
import resource
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from plimsoll.serve import protocol, watching
from plimsoll.serve.watching import WatchStream
from tests.robustness.servers import PATIENCE_SECONDS, Server, read_all, running

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
WATCH = f"{CONFIG_MAPS}?watch=1&timeoutSeconds=600"
LARGE = "x" * 100_000
CONNECTIONS = 10_000
WATCHES = 100


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


def until(condition: Callable[[], bool]) -> None:
    """Wait for what is bound to happen."""
    for _ in range(int(PATIENCE_SECONDS / 0.01)):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def streams(server: Server) -> list[WatchStream]:
    def find() -> list[WatchStream]:
        gc.collect()
        return [found for found in gc.get_objects() if isinstance(found, WatchStream)]

    found: list[WatchStream] = server.run(find)
    return found


def connections(server: Server) -> int:
    def count() -> int:
        gc.collect()
        return sum(isinstance(found, protocol.Protocol) for found in gc.get_objects())

    number: int = server.run(count)
    return number


def listeners(server: Server) -> int:
    cluster = server.served.cluster
    return sum(len(collection.watchers) for collection in cluster.store.collections())


def put(server: Server, name: str, text: str) -> None:
    body = {"metadata": {"name": name}, "data": {"text": text}}
    code, _ = server.ask("PUT", f"{CONFIG_MAPS}/{name}", body)
    if code == 404:
        code, _ = server.ask("POST", CONFIG_MAPS, body)
    assert code in {200, 201}


def watch(server: Server, target: str = WATCH, *, receive_buffer_bytes: int = 0) -> socket.socket:
    connection = server.connect(receive_buffer_bytes=receive_buffer_bytes)
    connection.sendall(server.head("GET", target))
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def cut(connection: socket.socket) -> None:
    """Vanish without a goodbye: a reset instead of the end of TLS and TCP."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_watch_whose_client_does_not_read_is_dropped_and_holds_no_more_than_its_bound(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MAX_BACKLOG_BYTES", 1_000_000)
    with watch(server, receive_buffer_bytes=4096), watch(server) as reader:
        until(lambda: len(streams(server)) == 2)
        both = streams(server)
        draining = threading.Thread(target=read_all, args=(reader,))
        draining.start()
        most = 0
        for number in range(200):
            if any(stream._ended for stream in both):
                break
            put(server, "large", f"{LARGE}{number}")
            most = max(most, *(stream._backlog_bytes for stream in both))
        assert 0 < most <= 1_000_000
        assert [stream._ended for stream in both].count(True) == 1
        reader.shutdown(socket.SHUT_RDWR)
        draining.join(PATIENCE_SECONDS)
    del both
    until(lambda: not streams(server))


def test_a_reader_of_an_answer_who_stops_is_dropped(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "STALL_SECONDS", 0.2)
    for number in range(30):
        put(server, f"large-{number}", LARGE)
    before = connections(server)
    with server.connect(receive_buffer_bytes=4096) as stuck:
        for _ in range(5):
            stuck.sendall(server.head("GET", CONFIG_MAPS))
        until(lambda: connections(server) <= before)
    assert server.is_well()


def test_a_storm_of_watches_leaves_nothing_behind(server: Server) -> None:
    before = len(streams(server)), connections(server), listeners(server)
    opened = [watch(server, f"{target}?watch=1") for target in (CONFIG_MAPS, "/api/v1/pods", "/api/v1/nodes") * 40]
    until(lambda: len(streams(server)) == before[0] + 120)
    put(server, "storm", "here it comes")
    for number, connection in enumerate(opened):
        cut(connection) if number % 2 else connection.close()
    until(lambda: (len(streams(server)), connections(server), listeners(server)) == before)


def test_clients_that_vanish_in_the_middle_of_a_request_leave_nothing_behind(server: Server) -> None:
    before = len(streams(server)), connections(server), listeners(server)
    body = json.dumps({"metadata": {"name": "unborn"}}).encode()
    whole = server.head("POST", CONFIG_MAPS, "Content-Type: application/json", f"Content-Length: {len(body)}") + body
    for length in range(1, len(whole), 7):
        connection = server.connect()
        connection.sendall(whole[:length])
        cut(connection)
    for target in (WATCH, CONFIG_MAPS, "/api/v1/pods"):
        for _ in range(20):
            connection = server.connect()
            connection.sendall(server.head("GET", target))
            cut(connection)
    until(lambda: (len(streams(server)), connections(server), listeners(server)) == before)
    assert server.ask("GET", f"{CONFIG_MAPS}/unborn")[0] == 404


HOLD = """
import resource, socket, sys
port, number = int(sys.argv[1]), int(sys.argv[2])
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
held = [socket.create_connection(("127.0.0.1", port), 30) for _ in range(number)]
sys.stdout.write("held")
sys.stdout.flush()
sys.stdin.read()
"""
"""A client that opens connections, and holds them until its standard input is closed."""


@pytest.mark.slow
def test_ten_thousand_connections_are_held_and_the_next_request_is_answered(server: Server) -> None:
    with files_allowed(CONNECTIONS + 1000), holding(server, CONNECTIONS - WATCHES), ExitStack() as stack:
        watches = [stack.enter_context(watch(server)) for _ in range(WATCHES)]
        until(lambda: connections_accepted(server) >= CONNECTIONS)
        assert server.is_well()
        put(server, "told", "to all")
        for connection in watches:
            while b'"told"' not in connection.recv(1 << 16):
                pass
    until(lambda: not streams(server))
    assert server.is_well()


@contextmanager
def holding(server: Server, number: int) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD, str(server.served.port), str(number)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(4) == b"held"
        yield


@contextmanager
def files_allowed(number: int) -> Iterator[None]:
    """Let this process have so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < number:
        pytest.skip(f"a process may have {hard} files here, and needs {number}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, number), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connections_accepted(server: Server) -> int:
    """Connections to the port whose acceptance the kernel has left to nobody else."""
    port = server.served.port
    table = Path("/proc/net/tcp").read_text(encoding="ascii")
    waiting = [line.split() for line in table.splitlines() if f":{port:04X} " in line]
    queued = sum(int(entry[4].partition(":")[2], 16) for entry in waiting if entry[3] == "0A")
    established = sum(entry[3] == "01" and entry[1].endswith(f":{port:04X}") for entry in waiting)
    return established - queued
