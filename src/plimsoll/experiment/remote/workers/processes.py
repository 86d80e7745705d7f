"""Workers that are processes of this machine, spoken to over their standard streams."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from plimsoll.experiment.remote.workers.messages import Order, encode

LONGEST_LINE = 1 << 26
PATIENCE_SECONDS = 60.0
"""For how long a process may take to start."""


class WorkerProcess:
    """One of them (see ``crew.Colleague``)."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    def tell(self, line: bytes) -> None:
        """Say something to it."""
        assert self.process.stdin is not None  # noqa: S101 - it is a pipe
        self.process.stdin.write(line)

    async def hear(self) -> bytes:
        """The next line that it says; nothing once it is gone."""
        assert self.process.stdout is not None  # noqa: S101 - it is a pipe
        return await self.process.stdout.readline()

    async def fate(self) -> str:
        """What has become of it."""
        try:
            async with asyncio.timeout(1.0):
                return f"ended with exit code {await self.process.wait()}"
        except TimeoutError:
            return "does not answer"


@asynccontextmanager
async def started(orders: Sequence[Order]) -> AsyncIterator[list[WorkerProcess]]:
    """Workers for as long as the block runs. They see the end of their input and end, however the block ends."""
    workers = [await _start(order) for order in orders]
    try:
        yield workers
    finally:
        for worker in workers:
            if worker.process.stdin is not None:
                worker.process.stdin.close()
        for worker in workers:
            await worker.process.wait()


async def _start(order: Order) -> WorkerProcess:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "plimsoll.experiment.remote.workers",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST_LINE,
        start_new_session=True,  # Ctrl-C is for the leader, which ends its workers in order
    )  # fmt: skip
    worker = WorkerProcess(process)
    worker.tell(encode(order))
    return worker
