"""Run a command and ask the operating system what it used."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_BYTES_PER_MAXRSS = 1 if sys.platform == "darwin" else 1024  # getrusage(2): kilobytes on Linux, bytes on macOS


class CommandFailedError(Exception):
    """A measured command ended with an exit code that its measurement does not expect."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process used from start to exit.

    ``peak_bytes`` is never below what the measuring process held when it forked, some 40 MB: Linux carries the peak over.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    exit_code: int
    output: str


def timed(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, accept: Sequence[int] = (0,)
) -> Usage:
    """Run ``command`` and return its wall time, processor time and peak resident memory, as ``wait4`` gives them.

    Raises :class:`CommandFailedError`, with the end of what the command said, for an exit code outside ``accept``.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=complaints,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it again
        if process.returncode not in accept:
            complaints.seek(0)
            tail = complaints.read().decode(errors="replace")[-2000:]
            message = f"{Path(command[0]).name} {' '.join(command[1:])}: exit code {process.returncode}\n{tail}"
            raise CommandFailedError(message)
        output.seek(0)
        return Usage(
            wall_seconds=wall_seconds,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_bytes=usage.ru_maxrss * _BYTES_PER_MAXRSS,
            exit_code=process.returncode,
            output=output.read().decode(),
        )


def plimsoll(*arguments: str, environment: Mapping[str, str] | None = None, accept: Sequence[int] = (0,)) -> Usage:
    """Run the installed ``plimsoll`` command as :func:`timed` does."""
    command = str(Path(sys.executable).with_name("plimsoll"))
    return timed([command, *arguments], environment=environment, accept=accept)
