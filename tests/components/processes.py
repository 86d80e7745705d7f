"""Real components on this machine: found, started, and stopped again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PATIENCE_SECONDS = 60.0


def find_program(name: str, package: str) -> str:
    """A program's path. Where there is none the test is skipped, but not in CI."""
    if path := shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin"):
        return path
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI needs {name} for this test: apt-get install {package}")
    pytest.skip(f"no {name} on the PATH: apt-get install {package}")


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses now; different ones."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Look ten times a second; a component that ended, or takes too long, fails the test with the end of its log."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            told = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            pytest.fail(f"{process.args!r} is not ready:\n{told[-2000:]}")
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill it: nothing that it would still write is of use."""
    process.kill()
    process.wait()
