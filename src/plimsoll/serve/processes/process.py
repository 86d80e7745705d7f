"""A process of this machine: started by the launcher, read by a log, killed as a group."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from plimsoll.serve.processes.logs import ContainerLog

_LAUNCHER = Path(__file__).with_name("launch.py")
_WATCHDOG = Path(__file__).with_name("watchdog.py")
_STREAMS = {1: "stdout", 2: "stderr"}
_LAST_WORDS_SECONDS = 1.0
"""How long after its exit a process's output is waited for, which something it left behind may hold open."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be executed, where, and with how much memory at most; 0: no limit."""

    words: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    memory_bytes: int = 0


class Process(asyncio.SubprocessProtocol):
    """One process, from its start to its end."""

    def __init__(self, log: ContainerLog | None, ended: Callable[[int], None]) -> None:
        self.pid = 0
        self._log = log
        self._ended = ended
        self._transport: asyncio.SubprocessTransport | None = None
        self._exit_code: int | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process runs, or is about to."""
        self._transport = cast("asyncio.SubprocessTransport", transport)  # uvloop's is of no such class
        self.pid = self._transport.get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """The process wrote something."""
        if self._log is not None and not self._log.closed:
            self._log.write(_STREAMS[fd], data)

    def process_exited(self) -> None:
        """The first process of the container has ended, and with it the container: the rest of the group goes too."""
        assert self._transport is not None  # noqa: S101 - it was connected
        self._exit_code = self._transport.get_returncode()
        self.kill(signal.SIGKILL)
        self._timer = asyncio.get_running_loop().call_later(_LAST_WORDS_SECONDS, self._finish)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the exit code says it
        """All output has been read."""
        self._finish()

    def kill(self, number: signal.Signals) -> None:
        """Send a signal: the first process alone is asked to end, the whole group is made to."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number is signal.SIGKILL:
                os.killpg(self.pid, number)
            elif self._exit_code is None:
                os.kill(self.pid, number)

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        ended, self._ended = self._ended, _nothing
        if self._exit_code is not None:
            ended(self._exit_code)
        if self._transport is not None:
            self._transport.close()


def _nothing(_code: int) -> None:
    """Whoever waited has been told."""


class Launcher:
    """Starts processes that do not outlive this one."""

    def __init__(self) -> None:
        self._watchdog: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        """Start the watchdog, which needs to be there before any other."""
        self._watchdog = await asyncio.create_subprocess_exec(
            sys.executable, "-S", "-E", str(_WATCHDOG), stdin=asyncio.subprocess.PIPE, start_new_session=True
        )

    async def close(self) -> None:
        """Dismiss the watchdog, which kills whatever is left."""
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
            await self._watchdog.wait()

    async def start(self, command: Command, log: ContainerLog | None, ended: Callable[[int], None]) -> Process:
        """Start a process; ``ended`` is called once, with its exit code, negative for a signal."""

        def forget(code: int) -> None:
            self._tell(f"-{process.pid}\n")
            ended(code)

        process = Process(log, forget)
        await asyncio.get_running_loop().subprocess_exec(
            lambda: process,
            sys.executable,
            *("-S", "-E", str(_LAUNCHER), str(os.getpid()), str(command.memory_bytes), *command.words),
            stdin=asyncio.subprocess.DEVNULL,
            env=dict(command.environment),
            cwd=command.directory,
            start_new_session=True,
        )
        self._tell(f"+{process.pid}\n")
        return process

    def _tell(self, line: str) -> None:
        watchdog = self._watchdog
        if watchdog is not None and watchdog.stdin is not None and not watchdog.stdin.is_closing():
            watchdog.stdin.write(line.encode())
