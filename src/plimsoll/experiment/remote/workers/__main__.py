"""One worker: ``python -m plimsoll.experiment.remote.workers``, spoken to as ``messages`` says."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cluster.credentials.access import IN_CLUSTER, find_access
from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.driver.client import Client
from plimsoll.driver.plan import build_plan
from plimsoll.driver.sending import Sender
from plimsoll.driver.tally import Tally
from plimsoll.experiment.remote.metering import ClientMeter
from plimsoll.experiment.remote.target import Pressure, Target, connected
from plimsoll.experiment.remote.wallclock import run_in_wall_time
from plimsoll.experiment.remote.workers.messages import Order, Progress, Task, encode, read_order, read_task, take
from plimsoll.experiment.remote.workers.share import Share
from plimsoll.scenario.model import Scenario
from plimsoll.simcluster.metering import Metering
from plimsoll.simcluster.telemetry import NullTelemetry, RequestRow

if TYPE_CHECKING:
    from plimsoll.driver.steps import Operation, Plan

REPORT_SECONDS = 0.5
LONGEST_LINE = 1 << 26
DRIVER = "driver"


class _Rows(NullTelemetry):
    """Keeps rows of requests until they are reported."""

    def __init__(self) -> None:
        self.kept: list[RequestRow] = []

    def requests(self, rows: Iterable[RequestRow]) -> None:
        """Keep a window of requests."""
        self.kept.extend(rows)


class Worker:
    """Does its share of each phase that it is told to do."""

    def __init__(self, order: Order, plan: Plan, cluster: HttpCluster, metering: Metering, rows: _Rows) -> None:
        self._plan, self._metering, self._rows = plan, metering, rows
        self._share = Share(order.number, order.workers)
        self._client = Client(cluster, Tally())
        self._sent = 0

    async def carry_out(self, task: Task) -> None:
        """Do one phase, and report now and then and at the end."""
        self._client.foreign_namespaces.update(task.foreign)
        phase = self._plan.phases[task.phase]
        sender = Sender(self._client, self._share.pace(phase.pace), self._plan.label_selector, self._count)
        reporting = asyncio.get_running_loop().create_task(self._report_for_ever())
        try:
            await sender.send(self._share.chains(phase))
        finally:
            reporting.cancel()
        self._report(over=True)

    def _count(self, _: Operation) -> None:
        self._sent += 1

    async def _report_for_ever(self) -> None:
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            self._report(over=False)

    def _report(self, *, over: bool) -> None:
        self._metering.close_window(asyncio.get_running_loop().time())
        rows, self._rows.kept = self._rows.kept, []
        foreign = tuple(self._client.foreign_namespaces)
        sent, self._sent = self._sent, 0
        progress = Progress(sent, over, foreign, tuple(rows), **take(self._client.tally))
        sys.stdout.buffer.write(encode(progress))
        sys.stdout.buffer.flush()


async def work(order: Order, tasks: asyncio.StreamReader) -> None:
    """Do what is told until the leader is gone, be it in the middle of a task."""
    plan = build_plan(Scenario.model_validate(order.scenario), order.load, deliver_programs=True)
    kubeconfig = Path(order.kubeconfig) if order.kubeconfig else None
    access = find_access(kubeconfig=kubeconfig, context=None if order.context == IN_CLUSTER else order.context)
    pressure = Pressure(order.connections, order.requests_per_second, order.burst)
    rows = _Rows()
    metering = Metering(rows)
    metering.close_window(asyncio.get_running_loop().time())
    with connected(Target(access, kubeconfig, pressure)) as session:
        cluster = HttpCluster(session, meter=ClientMeter(metering, DRIVER), limit=pressure.limit())
        worker = Worker(order, plan, cluster, metering, rows)
        line = await tasks.readline()
        while line:
            task = asyncio.ensure_future(worker.carry_out(read_task(line)))
            following = asyncio.ensure_future(tasks.readline())
            await asyncio.wait({task, following}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():  # nothing more comes before a task is over: the leader is gone
                task.cancel()
                return
            task.result()
            line = await following


async def _main(order: Order, lines: io.FileIO) -> None:
    tasks = asyncio.StreamReader(limit=LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(tasks), lines)
    await work(order, tasks)


if __name__ == "__main__":
    standard_input = io.FileIO(0)  # unbuffered: what follows the order is the loop's to read
    order_given = read_order(standard_input.readline())
    run_in_wall_time(_main(order_given, standard_input), origin_seconds=order_given.origin_seconds)
