"""The logs of simulated containers: what their commands would print, read from the commands when somebody asks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from plimsoll.kube.resources import PODS
from plimsoll.kube.timestamps import rfc3339_micro, unix_seconds
from plimsoll.serve.processes.logs import LogQuery, select
from plimsoll.simcluster.kubelet.commands import program_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.store import StoredChange


class SimulatedLogs:
    """Finds the logs of containers by their pods' statuses."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._pods = cluster.store.collection(PODS)

    def log(self, uid: str, container: str, *, previous: bool = False) -> SimulatedLog | None:
        """The log of a container of a pod, or of the one before its last restart; None where it has not run."""
        pod = next((pod for pod in self._pods if pod["metadata"]["uid"] == uid), None)
        if pod is None:
            return None
        run = _run_of(pod, container, "lastState" if previous else "state")
        if run is None and not previous:
            run = _run_of(pod, container, "lastState")  # between a crash and the next start
        return None if run is None else SimulatedLog(self._cluster, pod, container, run)


class SimulatedLog:
    """What one run of a container has printed, and will print until it ends."""

    def __init__(self, cluster: SimulatedCluster, pod: Object, container: str, run: Object) -> None:
        inits = pod["spec"].get("initContainers") or ()
        spec = next(one for one in (*pod["spec"]["containers"], *inits) if one["name"] == container)
        self.closed = "finishedAt" in run
        self._cluster = cluster
        self._pods = cluster.store.collection(PODS)
        self._uid, self._container, self._started = pod["metadata"]["uid"], container, run.get("startedAt")
        self._output = program_of(pod, spec, init=spec in inits).output
        self._queues: list[asyncio.Queue[bytes | None]] = []

    def read(self, query: LogQuery) -> bytes:
        """What it has printed so far."""
        now = self._cluster.kernel.now
        return select((line for seconds, line in self._lines() if self.closed or seconds <= now), query)

    def follow(self) -> asyncio.Queue[bytes | None]:
        """A queue of the lines that come from now on, with their times; None when the container ends."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        if self.closed:
            queue.put_nowait(None)
            return queue
        kernel = self._cluster.kernel
        for seconds, line in self._lines():
            if seconds > kernel.now:
                kernel.at(seconds, self._print, line)
        if not self._queues:
            self._pods.watchers = [*self._pods.watchers, self._observe]
        self._queues.append(queue)
        return queue

    def forget(self, queue: asyncio.Queue[bytes | None]) -> None:
        """Nobody reads this queue any more."""
        self._queues.remove(queue)
        if not self._queues:
            self._pods.watchers = [watcher for watcher in self._pods.watchers if watcher != self._observe]

    def _lines(self) -> Iterator[tuple[float, bytes]]:
        """Every line with its time on the cluster's clock, as it is kept."""
        epoch = self._cluster.epoch_seconds
        start = unix_seconds(self._started) - epoch if self._started else 0.0
        for offset, text in self._output:
            yield start + offset, f"{rfc3339_micro(start + offset, epoch)} {text}\n".encode()

    def _print(self, line: bytes) -> None:
        for queue in self._queues:
            queue.put_nowait(line)

    def _observe(self, change: StoredChange) -> None:
        """End where the container has, or its pod is gone."""
        pod = change.object
        if pod["metadata"]["uid"] != self._uid:
            return
        run = _run_of(pod, self._container, "state") if change.type != "DELETED" else None
        if run is None or "finishedAt" in run or run.get("startedAt") != self._started:
            self._cluster.kernel.after(0.0, self._end)

    def _end(self) -> None:
        self.closed = True
        for queue in self._queues:
            queue.put_nowait(None)


def _run_of(pod: Object, container: str, state: str) -> Any | None:
    """What a pod's status says of a container's present run, or of the one before; None where there is none."""
    status = pod.get("status") or {}
    for one in (*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())):
        if one["name"] == container:
            found = one.get(state) or {}
            return found.get("running") or found.get("terminated")
    return None
