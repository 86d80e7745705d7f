"""A worker: does its share of each phase that it is told to do, wherever the telling comes from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TYPE_CHECKING

from plimsoll import __version__
from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.driver.client import Client
from plimsoll.driver.plan import build_plan
from plimsoll.driver.sending import Sender
from plimsoll.driver.tally import Tally
from plimsoll.errors import RunError
from plimsoll.experiment.remote.metering import ClientMeter
from plimsoll.experiment.remote.target import Pressure, Target, connected
from plimsoll.experiment.remote.workers.messages import Order, Progress, Task, encode, read_task, take
from plimsoll.experiment.remote.workers.share import Share
from plimsoll.scenario.model import Scenario
from plimsoll.simcluster.metering import Metering
from plimsoll.telemetry import NullTelemetry, RequestRow

if TYPE_CHECKING:
    from plimsoll.cluster.credentials.access import Access
    from plimsoll.driver.steps import Operation, Plan

REPORT_SECONDS = 0.5
DRIVER = "driver"

Say = Callable[[bytes], None]


class _Rows(NullTelemetry):
    """Keeps rows of requests until they are reported."""

    def __init__(self) -> None:
        self.kept: list[RequestRow] = []

    def requests(self, rows: Iterable[RequestRow]) -> None:
        """Keep a window of requests."""
        self.kept.extend(rows)


class Worker:
    """Does its share of each phase that it is told to do."""

    def __init__(
        self, order: Order, plan: Plan, cluster: HttpCluster, metering: Metering, rows: _Rows, say: Say
    ) -> None:
        self._plan, self._metering, self._rows, self._say = plan, metering, rows, say
        self._share = Share(order.number, order.workers)
        self._client = Client(cluster, Tally())
        self._sent = self._said = 0

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
        self.report(over=True)

    def _count(self, _: Operation) -> None:
        self._sent += 1

    async def _report_for_ever(self) -> None:
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            self.report()

    def report(self, *, over: bool = False) -> None:
        """Say what has been done since the last time."""
        self._metering.close_window(asyncio.get_running_loop().time())
        rows, self._rows.kept = self._rows.kept, []
        foreign = tuple(self._client.foreign_namespaces)
        sent, self._sent = self._sent, 0
        self._say(encode(Progress(self._said, sent, over, foreign, tuple(rows), **take(self._client.tally))))
        self._said += 1


async def work(order: Order, access: Access, tasks: AsyncIterator[bytes], say: Say) -> None:
    """Do what is told until nothing more can come because the leader is gone, be it in the middle of a task."""
    if order.version != __version__:
        raise RunError(f"the leader is Plimsoll {order.version}, this worker is {__version__}. Make them the same")
    plan = build_plan(Scenario.model_validate(order.scenario), order.load, deliver_programs=True)
    pressure = Pressure(order.connections, order.requests_per_second, order.burst)
    rows = _Rows()
    metering = Metering(rows)
    metering.close_window(asyncio.get_running_loop().time())
    with connected(Target(access, pressure=pressure)) as session:
        cluster = HttpCluster(session, meter=ClientMeter(metering, DRIVER), limit=pressure.limit())
        worker = Worker(order, plan, cluster, metering, rows, say)
        worker.report()
        line = await anext(tasks, b"")
        while line:
            task = asyncio.ensure_future(worker.carry_out(read_task(line)))
            following = asyncio.ensure_future(_next(tasks))
            await asyncio.wait({task, following}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():  # nothing more comes before a task is over: the leader is gone
                task.cancel()
                return
            task.result()
            line = await following


async def _next(tasks: AsyncIterator[bytes]) -> bytes:
    return await anext(tasks, b"")
