"""The leader's side: worker processes that are started, told what to do, listened to, and ended."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from plimsoll.errors import RunError
from plimsoll.experiment.remote.workers.messages import Order, Progress, Task, add, encode, read_progress

if TYPE_CHECKING:
    from plimsoll.driver.steps import Phase
    from plimsoll.driver.tally import Tally
    from plimsoll.simcluster.telemetry import Telemetry

LONGEST_LINE = 1 << 26


class Crew:
    """Workers that create objects together (see ``plimsoll.driver.phases.Hands``)."""

    def __init__(
        self, processes: Sequence[asyncio.subprocess.Process], phases: Sequence[Phase], telemetry: Telemetry
    ) -> None:
        self._processes = processes
        self._phases = phases
        self._telemetry = telemetry
        self._foreign: set[str] = set()

    async def create(self, phase: Phase, tally: Tally, on_sent: Callable[[int], None]) -> None:
        """Have a phase's objects created; :class:`RunError` where a worker ends before its share is done."""
        number = next(number for number, each in enumerate(self._phases) if each is phase)
        task = encode(Task(number, tuple(sorted(self._foreign))))

        def hear(progress: Progress) -> None:
            add(tally, progress)
            self._foreign.update(progress.foreign)
            self._telemetry.requests(progress.requests)
            on_sent(progress.sent)

        async with asyncio.TaskGroup() as group:
            for place, process in enumerate(self._processes):
                group.create_task(_carry_out(process, place, task, hear))


async def _carry_out(
    process: asyncio.subprocess.Process, place: int, task: bytes, hear: Callable[[Progress], None]
) -> None:
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(task)
    over = False
    while not over:
        line = await process.stdout.readline()
        if not line:
            raise RunError(f"worker {place} ended with exit code {await process.wait()}")
        progress = read_progress(line)
        hear(progress)
        over = progress.over


@asynccontextmanager
async def crew(orders: Sequence[Order], phases: Sequence[Phase], telemetry: Telemetry) -> AsyncIterator[Crew]:
    """Workers for as long as the block runs. They see the end of their input and end, however the block ends."""
    processes = [await _start(order) for order in orders]
    try:
        yield Crew(processes, phases, telemetry)
    finally:
        for process in processes:
            if process.stdin is not None:
                process.stdin.close()
        for process in processes:
            await process.wait()


async def _start(order: Order) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "plimsoll.experiment.remote.workers",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST_LINE,
        start_new_session=True,  # Ctrl-C is for the leader, which ends its workers in order
    )  # fmt: skip
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    process.stdin.write(encode(order))
    return process
