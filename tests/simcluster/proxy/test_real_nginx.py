"""The rule by which idle connections are cut, held against a real nginx. Every wait is for a socket; none is a sleep."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from plimsoll.simcluster.proxy.idling import cuts_per_second

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
MODULES = [Path(place) / "ngx_stream_module.so" for place in ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules")]
MODULE = next((module for module in MODULES if module.exists()), None)

pytestmark = pytest.mark.skipif(NGINX is None or MODULE is None, reason="needs nginx with its stream module")

TIMEOUT_SECONDS = 1
PATIENCE_SECONDS = 20.0

CONFIGURATION = """
load_module {module};
daemon off;
master_process off;
pid {directory}/pid;
error_log {directory}/error.log;
events {{ worker_connections 64; }}
stream {{
    server {{
        listen 127.0.0.1:{port};
        proxy_connect_timeout 1s;
        proxy_timeout {timeout}s;
        proxy_pass 127.0.0.1:{upstream};
    }}
}}
"""


def echo(listening: socket.socket) -> None:
    """Answer every connection with what comes, until the listening socket is closed."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    with connection:
        while data := connection.recv(64):
            connection.sendall(data)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[int]:
    """The port of an nginx that cuts idle connections to a server that echoes."""
    with socket.create_server(("127.0.0.1", 0)) as upstream:
        Thread(target=echo, args=(upstream,), daemon=True).start()
        port = free_port()
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                module=MODULE,
                directory=tmp_path,
                port=port,
                timeout=TIMEOUT_SECONDS,
                upstream=upstream.getsockname()[1],
            ),
            encoding="utf-8",
        )
        assert NGINX is not None
        errors = str(tmp_path / "error.log")
        process = subprocess.Popen([NGINX, "-e", errors, "-p", str(tmp_path), "-c", str(configuration)])
        try:
            connect(port).close()
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
            upstream.shutdown(socket.SHUT_RDWR)


def connect(port: int) -> socket.socket:
    """A connection on which a first byte has come back; tried again until nginx listens."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            continue
        say(connection)
        return connection


def say(connection: socket.socket) -> None:
    """Pass a byte in both directions."""
    connection.sendall(b".")
    assert connection.recv(1) == b"."


def idle_until_cut(connection: socket.socket, patience_seconds: float) -> float | None:
    """Seconds until the other side closes; None where it does not in that time."""
    started = time.monotonic()
    connection.settimeout(patience_seconds)
    try:
        assert connection.recv(1) == b""
    except TimeoutError:
        return None
    return time.monotonic() - started


def talk(port: int, pause_seconds: float, times: int) -> tuple[socket.socket, bool]:
    """Say something now and then; returns the connection, and whether it was cut in a pause that was no longer than meant.

    On a machine that has other things to do a pause can become longer than the time-out. That says nothing: once more.
    """
    while True:
        connection = connect(port)
        for _ in range(times):
            last = time.monotonic()
            cut = idle_until_cut(connection, pause_seconds) is not None
            if time.monotonic() - last > 0.8 * TIMEOUT_SECONDS:
                break
            if cut:
                return connection, True
            connection.settimeout(PATIENCE_SECONDS)
            say(connection)
        else:
            return connection, False
        connection.close()


def test_an_idle_connection_is_cut_after_the_time_out(proxy: int) -> None:
    with connect(proxy) as connection:
        idle = idle_until_cut(connection, PATIENCE_SECONDS)

    assert idle is not None
    predicted = 1.0 / cuts_per_second(TIMEOUT_SECONDS)
    assert 0.8 * predicted < idle < 10.0 * predicted


def test_a_connection_with_bytes_now_and_then_is_not_cut(proxy: int) -> None:
    pause = 0.3 * TIMEOUT_SECONDS
    assert cuts_per_second(TIMEOUT_SECONDS, pause) == 0.0
    connection, cut = talk(proxy, pause, 6)
    connection.close()

    assert not cut


def test_bytes_start_the_timer_anew(proxy: int) -> None:
    connection, cut = talk(proxy, 0.5 * TIMEOUT_SECONDS, 1)
    with connection:
        idle = None if cut else idle_until_cut(connection, PATIENCE_SECONDS)

    assert idle is not None
    assert idle > 0.8 * TIMEOUT_SECONDS
