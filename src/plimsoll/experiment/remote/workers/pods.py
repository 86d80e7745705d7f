"""The leader's side of workers that are pods: brought to the cluster, heard by their logs, and taken away again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.cluster.http.logs import HttpPodLogs
from plimsoll.errors import ApiError, RunError
from plimsoll.experiment.remote.cleaning import RUN_WIDE
from plimsoll.experiment.remote.target import Target, connected
from plimsoll.experiment.remote.workers.inpod import HEARTBEAT, HEARTBEAT_SECONDS, TASKS
from plimsoll.experiment.remote.workers.messages import Order, read_progress
from plimsoll.experiment.remote.workers.podmanifests import CONTAINER, Site
from plimsoll.kube.resources import CONFIGMAPS, PODS

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

PATIENCE_SECONDS = 300.0
"""For how long an image may be on its way to a node."""
LOOK_SECONDS = 1.0
_INDEX = "batch.kubernetes.io/job-completion-index"
_FAILURES = (ApiError, OSError, TimeoutError)


@dataclass(slots=True)
class WorkerPod:
    """One of them (see ``crew.Colleague``)."""

    number: int
    lines: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    heard: int = 0
    remark: str = ""
    """The last line of its log that was no message: what it died of."""
    pod: Object | None = None

    async def hear(self) -> bytes:
        """The next line that it says; nothing once it is gone."""
        return await self.lines.get()

    async def fate(self) -> str:
        """What has become of it."""
        if self.pod is None:
            return "has no pod"
        name, status = self.pod["metadata"]["name"], self.pod.get("status", {})
        details = [*_states(status), self.remark]
        return f"(pod {name}) is {status.get('phase', 'gone')}" + "".join(f", {each}" for each in details if each)

    def is_at(self, pod: Object) -> bool:
        """Whether this is its pod: the first of its number. One that takes its place begins again, and is not it."""
        if self.pod is not None:
            return bool(pod["metadata"]["uid"] == self.pod["metadata"]["uid"])
        return _number(pod) == self.number

    def take(self, line: bytes) -> None:
        """Take a line of its log, unless it was taken before."""
        try:
            number = read_progress(line).number
        except (ValueError, TypeError, KeyError):
            self.remark = line.decode("utf-8", "replace").strip() or self.remark
            return
        if number >= self.heard:
            self.heard = number + 1
            self.lines.put_nowait(line)


class Workplace:
    """The site of a run's workers while it is there."""

    def __init__(self, cluster: HttpCluster, logs: HttpPodLogs, site: Site) -> None:
        self._cluster, self._logs, self._site = cluster, logs, site
        self._told = 0
        self.workers = [WorkerPod(number) for number in range(site.workers)]

    async def build(self, order: Order) -> None:
        """Create everything; :class:`RunError` where the cluster would not."""
        for resource, namespace, body in self._site.objects(order):
            try:
                await self._cluster.create(resource, body, namespace)
            except _FAILURES as error:
                name = body["metadata"]["name"]
                raise RunError(f"the workers' {resource.kind} {name} cannot be created: {error}") from error

    async def remove(self) -> None:
        """Take everything away; what cannot be removed now carries the run's label for ``plimsoll clean``."""
        for resource in RUN_WIDE:
            try:
                found = await self._cluster.get(resource, self._site.name)
                await self._cluster.delete(resource, self._site.name, uid=found["metadata"]["uid"])
            except _FAILURES:
                continue

    async def tell(self, line: bytes) -> None:
        """Say something to all workers; :class:`RunError` where that fails."""
        try:
            await self._patch({str(self._told): line.decode()})
        except _FAILURES as error:
            raise RunError(f"the workers cannot be told what to do: {error}") from error
        self._told += 1

    async def stay_in_touch(self) -> None:
        """Let the workers know that somebody leads them, and follow each; until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat())
            for worker in self.workers:
                group.create_task(self._follow(worker))

    async def _beat(self) -> None:
        for beat in itertools.count():
            with suppress(*_FAILURES):  # it may work the next time, and if not, the workers end
                await self._patch({HEARTBEAT: str(beat)})
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _patch(self, data: dict[str, str]) -> None:
        await self._cluster.patch(CONFIGMAPS, TASKS, {"data": data}, self._site.name)

    async def _follow(self, worker: WorkerPod) -> None:
        """Read the log of a worker, from its beginning again where that breaks, until the pod has ended."""
        while True:
            ended = await self._look(worker)
            if worker.pod is not None:
                await self._read(worker, worker.pod["metadata"]["name"])
            if ended:
                worker.lines.put_nowait(b"")
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, worker: WorkerPod) -> bool:
        """Find the pod of a worker; whether it has ended, or is gone again."""
        try:
            pods = (await self._cluster.list(PODS, self._site.name)).items
        except _FAILURES:
            return False
        mine = [each for each in pods if worker.is_at(each)]
        if not mine:
            if worker.pod is not None:
                worker.pod = {**worker.pod, "status": {"phase": "gone"}}
            return worker.pod is not None
        worker.pod = mine[0]
        return mine[0].get("status", {}).get("phase") in {"Succeeded", "Failed"}

    async def _read(self, worker: WorkerPod, pod: str) -> None:
        try:
            async for lines in self._logs.follow(self._site.name, pod, CONTAINER):
                for line in lines:
                    worker.take(line)
        except _FAILURES:
            return  # it has not started, or its node is out of reach: looked at again


@asynccontextmanager
async def built(target: Target, site: Site, order: Order) -> AsyncIterator[Workplace]:
    """The workers' site for as long as the block runs."""
    with connected(target) as session:
        workplace = Workplace(HttpCluster(session), HttpPodLogs(session), site)
        try:
            await workplace.build(order)
            touch = asyncio.get_running_loop().create_task(workplace.stay_in_touch())
            try:
                yield workplace
            finally:
                touch.cancel()
        finally:
            await workplace.remove()


def _number(pod: Object) -> int:
    text = (pod["metadata"].get("annotations") or {}).get(_INDEX, "")
    return int(text) if text.isdigit() else -1


def _states(status: Object) -> list[str]:
    """Why its containers wait or have ended."""
    reasons = []
    for container in status.get("containerStatuses") or ():
        for state in ("waiting", "terminated"):
            details = container.get("state", {}).get(state) or {}
            code = f" with exit code {details['exitCode']}" if "exitCode" in details else ""
            if details:
                reasons.append(f"{details.get('reason', state)}{code}")
    return reasons
