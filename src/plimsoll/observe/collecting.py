"""Collecting what the programs in pods report, from logs: of the coordinators, or else of the pods themselves.

Every worker delivers its results to its job's coordinator, which prints them. So one stream per job brings all results,
as they come and without a request per pod. It takes no right but to read logs, and no way from here into the cluster's
network. Who cannot deliver prints the same: the logs of pods that are overdue are read one by one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.labels import JOB_LABEL
from plimsoll.kube.resources import PODS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from plimsoll.cluster.logs import PodLogs
    from plimsoll.cluster.port import Cluster
    from plimsoll.observe.results import Results
    from plimsoll.workloads.coordination import Coordination

_RETRY_SECONDS = 2.0
_OVERDUE_SECONDS = 60.0
"""How much longer than its work a job may take until its pods' own logs are looked at, and again as often."""
_PARALLEL = 10

Unfinished = Callable[[str], set[tuple[str, str]]]
"""Namespace and name of the pods of a job that run and have not finished."""


class Collector:
    """Reads logs for as long as it is :meth:`collecting`, and hands their lines to the results."""

    def __init__(
        self,
        logs: PodLogs,
        cluster: Cluster,
        label_selector: str,
        jobs: Sequence[Coordination],
        results: Results,
        unfinished: Unfinished,
    ) -> None:
        self._logs = logs
        self._cluster = cluster
        self._label_selector = label_selector
        self._jobs = jobs
        self._results = results
        self._unfinished = unfinished

    @asynccontextmanager
    async def collecting(self) -> AsyncIterator[None]:
        """Collect while the block runs."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work(job)) for job in self._jobs for work in (self._follow, self._look_after)]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def _follow(self, job: Coordination) -> None:
        """Follow the coordinator's log, from its beginning again where that breaks or the coordinator restarts."""
        while True:
            try:
                async for lines in self._logs.follow(job.namespace, job.pod, job.container):
                    for line in lines:
                        self._results.take(job.job, line)
            except (ApiError, OSError, TimeoutError):
                pass  # it is not there yet, or no longer
            await asyncio.sleep(_RETRY_SECONDS)

    async def _look_after(self, job: Coordination) -> None:
        """Once the job is overdue, read what its pods say themselves."""
        while True:
            await asyncio.sleep(_OVERDUE_SECONDS)
            began = self._results.began_seconds.get(job.job, 0.0)
            overdue = asyncio.get_running_loop().time() > began + job.work_seconds + _OVERDUE_SECONDS
            if overdue and (pods := self._unfinished(job.job)):
                await self._read_pods(job, pods)

    async def _read_pods(self, job: Coordination, pods: set[tuple[str, str]]) -> None:
        try:
            selector = f"{self._label_selector},{JOB_LABEL}={job.job}"
            listing = await self._cluster.list(PODS, label_selector=selector)
        except (ApiError, OSError, TimeoutError):
            return
        turns = asyncio.Semaphore(_PARALLEL)

        async def read(namespace: str, pod: str, container: str) -> None:
            async with turns:
                try:
                    log = await self._logs.read(namespace, pod, container)
                except (ApiError, OSError, TimeoutError):
                    return
            for line in log.splitlines():
                self._results.take(job.job, line)

        async with asyncio.TaskGroup() as group:
            for pod in listing.items:
                metadata = pod["metadata"]
                if (metadata["namespace"], metadata["name"]) in pods:
                    for container in pod["spec"]["containers"]:
                        group.create_task(read(metadata["namespace"], metadata["name"], container["name"]))
