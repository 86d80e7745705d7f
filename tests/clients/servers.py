"""A served cluster as a user starts one: a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

RATE = 30
"""Simulated seconds per second: a pod's grace period takes one second, a CronJob's minute two."""

STOP_SECONDS = 30


@dataclass(frozen=True)
class Started:
    """A server that is ready."""

    url: str
    kubeconfig: Path


@contextmanager
def started(folder: Path, *flags: str) -> Iterator[Started]:
    """``plimsoll serve`` on a free port, until the context ends."""
    kubeconfig = folder / "kubeconfig"
    command = [sys.executable, "-m", "plimsoll", "serve", "--output", "json", "--kubeconfig", str(kubeconfig), *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            announcement = ""
            for line in process.stdout:
                announcement += line
                if line.startswith("}"):
                    break
            yield Started(json.loads(announcement)["server"], kubeconfig)
        finally:
            process.terminate()
            assert process.wait(STOP_SECONDS) == 0
