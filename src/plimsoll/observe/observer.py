"""Everything that is observed of a run through the API of its cluster, and what others may ask about it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from plimsoll.kube.resources import EVENTS, NAMESPACES, NODES, PODS
from plimsoll.observe.conditions import Conditions
from plimsoll.observe.events import EventCensus
from plimsoll.observe.namespaces import NamespaceCensus
from plimsoll.observe.nodes import NodeCensus
from plimsoll.observe.pods import JobCounts, PodCensus
from plimsoll.observe.watching import Watcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from plimsoll.cluster.port import Cluster
    from plimsoll.observe.stamps import Stamps
    from plimsoll.telemetry import Telemetry


class Observer:
    """Watches a run's pods and namespaces and the cluster's nodes, and samples their counts at an interval.

    ``stamps`` records what the API itself says about the pods' milestones. Who may not see nodes can do without. Events
    are watched where nobody else reports them, as a simulation does.
    """

    def __init__(
        self,
        cluster: Cluster,
        label_selector: str,
        telemetry: Telemetry,
        interval_seconds: float,
        *,
        stamps: Stamps | None = None,
        watch_nodes: bool = True,
        watch_events: bool = False,
    ) -> None:
        self.pods = PodCensus(telemetry, stamps)
        self.namespaces = NamespaceCensus()
        self.nodes = NodeCensus()
        self._telemetry = telemetry
        self._interval_seconds = interval_seconds
        self._conditions = Conditions()
        check = self._conditions.check
        self._watchers = [
            Watcher(cluster, PODS, self.pods, on_change=check, label_selector=label_selector),
            Watcher(cluster, NAMESPACES, self.namespaces, on_change=check, label_selector=label_selector),
        ]
        if watch_nodes:
            self._watchers.append(Watcher(cluster, NODES, self.nodes, on_change=check))
        if watch_events:
            events = EventCensus(telemetry, self.namespaces.exists)
            self._watchers.append(Watcher(cluster, EVENTS, events, on_change=check))

    def job(self, name: str) -> JobCounts:
        """The counts of one job's pods."""
        return self.pods.job(name)

    def is_gone(self, namespace: str) -> bool:
        """Whether the API no longer shows this namespace of the run."""
        return not self.namespaces.exists(namespace)

    def is_empty(self, namespace: str) -> bool:
        """Whether no pod of the run is left in a namespace."""
        return self.pods.is_empty(namespace)

    def finish(self, namespace: str, name: str) -> None:
        """A client or worker has reported all of its results."""
        self.pods.finish(namespace, name)
        self._conditions.check()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on these counts holds."""
        await self._conditions.until(condition)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Observe while the block runs; it begins when every first listing is in."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(watcher.run()) for watcher in self._watchers]
            try:
                for watcher in self._watchers:
                    await watcher.listed.wait()
                tasks.append(group.create_task(self._sample_for_ever()))
                yield
            finally:
                for task in tasks:
                    task.cancel()
                self.sample()

    async def _sample_for_ever(self) -> None:
        """Sample at whole multiples of the interval after now, so that the instants do not drift."""
        loop = asyncio.get_running_loop()
        due_seconds = loop.time()
        while True:
            self.sample()
            due_seconds += self._interval_seconds
            await asyncio.sleep(due_seconds - loop.time())

    def sample(self) -> None:
        """Read every gauge now.

        All of them each time, changed or not: at one row a gauge and interval an eight-hour run has some 30,000 rows,
        and a reader can draw a line through them without knowing what was left out.
        """
        now_seconds = asyncio.get_running_loop().time()
        for census in (self.pods, self.namespaces, self.nodes):
            for series, value in census.samples():
                self._telemetry.sample(now_seconds, series, "", value)
