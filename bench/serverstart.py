"""How long ``plimsoll serve`` takes from its start until it says that it is ready."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.figures import Figure

STARTS = 5


@dataclass(frozen=True, slots=True)
class Start:
    """What one start took until the server was ready, and in processor time with its stop."""

    wall_seconds: float
    cpu_seconds: float


def ready_figures() -> Iterator[Figure]:
    """The best of a few starts, with byte code at hand as after an installation."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = folder
        _start(environment)
        starts = [_start(environment) for _ in range(STARTS)]
    yield Figure("serve: ready after", min(start.wall_seconds for start in starts), "s", limit=1)
    yield Figure("serve: processor time of start and stop", min(start.cpu_seconds for start in starts), "s")


def _start(environment: dict[str, str]) -> Start:
    before = _children_seconds()
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "plimsoll", "serve", "--output", "json"], stdout=subprocess.PIPE, env=environment
    ) as process:
        if process.stdout is None:
            raise RuntimeError("no pipe")
        said = b""
        while not said.rstrip().endswith(b"}"):
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the server has gone before it was ready")
            said += line
        seconds = time.perf_counter() - started
        json.loads(said)
        process.send_signal(signal.SIGINT)
        process.wait(30)
    return Start(seconds, _children_seconds() - before)


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
