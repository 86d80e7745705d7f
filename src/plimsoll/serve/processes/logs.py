"""The log of a container: a file that never grows beyond a bound, and whoever follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from plimsoll.kube.timestamps import unix_seconds

LARGEST_FILE_BYTES = 10 * 1024 * 1024
"""Where a kubelet begins a new file (``containerLogMaxSize``); here one old file is kept."""
MOST_WAITING_LINES = 10_000
LONGEST_LINE_BYTES = 16 * 1024
"""Longer lines are cut into several, as container runtimes do."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which part of a log is asked for; see ``core/v1`` PodLogOptions."""

    tail_lines: int | None = None
    since_unix_seconds: float | None = None
    timestamps: bool = False
    limit_bytes: int | None = None


class ContainerLog:
    """Lines with the time at which they came, which ``timestamp`` gives as the API writes it, with fractions."""

    def __init__(self, path: Path, timestamp: Callable[[], str]) -> None:
        self.path = path
        self.closed = False
        self._timestamp = timestamp
        self._file = path.open("wb")
        self._partial: dict[str, bytes] = {}
        self._queues: set[asyncio.Queue[bytes | None]] = set()

    def write(self, stream: str, data: bytes) -> None:
        """Take what a container wrote to ``stdout`` or ``stderr``."""
        *lines, rest = (self._partial.pop(stream, b"") + data).split(b"\n")
        while len(rest) >= LONGEST_LINE_BYTES:
            lines.append(rest[:LONGEST_LINE_BYTES])
            rest = rest[LONGEST_LINE_BYTES:]
        if rest:
            self._partial[stream] = rest
        for line in lines:
            self._append(line)
        self._file.flush()

    def close(self) -> None:
        """The container has ended."""
        for rest in self._partial.values():
            self._append(rest)
        self._partial.clear()
        self.closed = True
        self._file.close()
        for queue in self._queues:
            queue.put_nowait(None)

    def read(self, query: LogQuery) -> bytes:
        """What is there of the log."""
        return select(self._stamped(), query)

    def follow(self) -> asyncio.Queue[bytes | None]:
        """A queue of the lines that come from now on, with their times; None when there will be no more."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        if self.closed:
            queue.put_nowait(None)
        else:
            self._queues.add(queue)
        return queue

    def forget(self, queue: asyncio.Queue[bytes | None]) -> None:
        """Nobody reads this queue any more."""
        self._queues.discard(queue)

    def _append(self, line: bytes) -> None:
        stamped = self._timestamp().encode() + b" " + line + b"\n"
        if self._file.tell() + len(stamped) > LARGEST_FILE_BYTES:
            self._file.close()
            self.path.replace(self._old)
            self._file = self.path.open("wb")
        self._file.write(stamped)
        for queue in self._queues:
            if queue.qsize() < MOST_WAITING_LINES:  # who reads too slowly misses lines, and this process stays small
                queue.put_nowait(stamped)

    @property
    def _old(self) -> Path:
        return self.path.with_name(self.path.name + ".1")

    def _stamped(self) -> Iterator[bytes]:
        if not self.closed:
            self._file.flush()
        for path in (self._old, self.path):
            if path.exists():
                with path.open("rb") as lines:
                    yield from lines


def select(stamped: Iterable[bytes], query: LogQuery) -> bytes:
    """The lines that are asked for, of lines with their times."""
    lines = [line for line in stamped if _is_wanted(line, query)]
    if query.tail_lines is not None:
        lines = lines[max(0, len(lines) - query.tail_lines) :]
    text = b"".join(shown(line, query) for line in lines)
    return text if query.limit_bytes is None else text[: query.limit_bytes]


def _is_wanted(line: bytes, query: LogQuery) -> bool:
    if query.since_unix_seconds is None:
        return True
    return unix_seconds(line.split(b" ", 1)[0].decode()) >= query.since_unix_seconds


def shown(line: bytes, query: LogQuery) -> bytes:
    """A line of the log as it was asked for."""
    return line if query.timestamps else line.split(b" ", 1)[1]
