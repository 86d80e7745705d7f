"""A worker that is a process of its leader, and spoken to over its standard streams."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from plimsoll.cluster.credentials.access import IN_CLUSTER, Access, find_access
from plimsoll.experiment.remote.wallclock import origin_seconds, run_in_wall_time
from plimsoll.experiment.remote.workers.messages import Order, read_order
from plimsoll.experiment.remote.workers.working import work

LONGEST_LINE = 1 << 26


async def _main(order: Order, lines: io.FileIO) -> None:
    tasks = asyncio.StreamReader(limit=LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(tasks), lines)
    await work(order, _access(order), _lines(tasks), _say)


def _access(order: Order) -> Access:
    kubeconfig = Path(order.kubeconfig) if order.kubeconfig else None
    return find_access(kubeconfig=kubeconfig, context=None if order.context == IN_CLUSTER else order.context)


async def _lines(tasks: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while line := await tasks.readline():
        yield line


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    standard_input = io.FileIO(0)  # unbuffered: what follows the order is the loop's to read
    order_given = read_order(standard_input.readline())
    run_in_wall_time(_main(order_given, standard_input), origin_seconds=origin_seconds(order_given.epoch_seconds))
