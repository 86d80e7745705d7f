"""The runtime: all pods of a served cluster whose containers are processes of this machine."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from plimsoll.kube.resources import CONFIGMAPS, PODS, SECRETS, SERVICES, Object, Resource
from plimsoll.serve.processes.container import FIRST_BACKOFF_SECONDS
from plimsoll.serve.processes.hosts import hosts_lines
from plimsoll.serve.processes.pod import RunningPod
from plimsoll.serve.processes.process import Launcher
from plimsoll.simcluster.kubelet.containers import Report, Reported

if TYPE_CHECKING:
    from plimsoll.embed.pacer import Pacer
    from plimsoll.serve.processes.apiservice import ApiService
    from plimsoll.serve.processes.logs import ContainerLog
    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.store import StoredChange

NETWORK_SETTINGS = {"network.clusterNetwork": "127.128.0.0/9", "network.hostPrefix": 22}
"""Every address of this network is one of this machine, so that servers of different pods can have the same port."""
_HOSTS_DELAY_SECONDS = 0.05
"""Changes that come together are written together."""

NOTHING_RUNS = Report("Succeeded", ready=False, statuses=())


class ProcessRuntime:
    """Runs the containers of pods (:class:`plimsoll.simcluster.kubelet.containers.Containers`).

    To be used as an asynchronous context manager on the loop of the pacer; leaving it ends every process and removes
    every file. The processes live in real time, so the pacer's rate has to be 1.
    """

    runs_commands = True

    def __init__(
        self, cluster: SimulatedCluster, pacer: Pacer, *, backoff_seconds: float = FIRST_BACKOFF_SECONDS
    ) -> None:
        self._cluster = cluster
        self._pacer = pacer
        self._backoff_seconds = backoff_seconds
        self._launcher = Launcher()
        self._directory = Path()
        self._pods: dict[str, RunningPod] = {}
        self._changed: dict[str, Reported] = {}
        self._stopping: set[asyncio.Task[None]] = set()
        self._hosts_timer: asyncio.TimerHandle | None = None
        self.service: ApiService | None = None
        """How pods get to the API, where they can."""
        store = cluster.store
        self._collections = {resource: store.collection(resource) for resource in (CONFIGMAPS, SECRETS)}
        self._services, self._all_pods = store.collection(SERVICES), store.collection(PODS)

    async def __aenter__(self) -> Self:
        """Begin to run what the cluster's kubelets start."""
        self._directory = _private_directory()
        self._write_hosts()
        await self._launcher.open()
        for collection in (self._services, self._all_pods):
            collection.watchers.append(self._write_hosts_soon)
        for resource, collection in self._collections.items():
            collection.watchers.append(partial(self._object_changed, resource))
        self._cluster.node_shared.containers = self
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything at once; there is nobody left to care for it."""
        self._cluster.node_shared.containers = None
        if self._hosts_timer is not None:
            self._hosts_timer.cancel()
        self._changed.clear()
        await asyncio.gather(*(pod.stop(0.0) for pod in self._pods.values()), *self._stopping)
        await self._launcher.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def log(self, uid: str, container: str, *, previous: bool = False) -> ContainerLog | None:
        """The log of a container of a pod that runs here or did, as long as that is not deleted."""
        pod = self._pods.get(uid)
        return None if pod is None else pod.log(container, previous=previous)

    # --- what kubelets ask for --------------------------------------------------------------------------------------------

    def start(self, pod: Object, node: str, address: str, changed: Reported) -> None:
        """Start a pod's containers."""
        uid = pod["metadata"]["uid"]
        namespace = pod["metadata"]["namespace"]
        directory = self._directory / uid
        directory.mkdir()
        self._changed[uid] = changed
        running = self._pods[uid] = RunningPod(
            {**pod, "spec": {**pod["spec"], "nodeName": node}},
            address,
            directory,
            self._launcher,
            lambda resource, name: self._collections[resource].find(namespace, name),
            {"PLIMSOLL_HOSTS": str(self._directory / "hosts")},
            self.service,
            partial(self._tell, uid),
            backoff_seconds=self._backoff_seconds,
        )
        asyncio.get_running_loop().call_soon(running.start)  # the kernel must not be entered from within

    def resume(self, uid: str, changed: Reported) -> None:
        """Tell somebody else of the changes from now on."""
        if uid in self._pods:
            self._changed[uid] = changed
            asyncio.get_running_loop().call_soon(self._tell, uid)

    def stop(self, uid: str, grace_seconds: float, stopped: Reported) -> None:
        """End a pod's containers, and forget them when its files are gone."""
        self._changed.pop(uid, None)
        pod = self._pods.get(uid)
        if pod is None:
            stopped(NOTHING_RUNS)
            return
        task = asyncio.get_running_loop().create_task(self._stop(uid, pod, grace_seconds, stopped))
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _stop(self, uid: str, pod: RunningPod, grace_seconds: float, stopped: Reported) -> None:
        await pod.stop(grace_seconds)
        if self._pods.pop(uid, None) is not None:
            shutil.rmtree(pod.directory, ignore_errors=True)
        self._enter(lambda: stopped(pod.report()))

    # --- changes ----------------------------------------------------------------------------------------------------------

    def _tell(self, uid: str) -> None:
        changed, pod = self._changed.get(uid), self._pods.get(uid)
        if changed is not None and pod is not None:
            self._enter(lambda: changed(pod.report()))

    def _enter(self, action: Callable[[], None]) -> None:
        """Do something in the kernel's time, which is the present."""
        self._pacer.catch_up()
        action()
        self._pacer.poke()

    def _object_changed(self, resource: Resource, change: StoredChange) -> None:
        """A config map or secret was updated: the pods that mount it see that at once."""
        if change.type != "MODIFIED":
            return
        metadata = change.object["metadata"]
        for pod in self._pods.values():
            if pod.pod["metadata"]["namespace"] == metadata["namespace"]:
                pod.volumes.changed(resource, metadata["name"])

    def _write_hosts_soon(self, _change: StoredChange) -> None:
        if self._hosts_timer is None:
            loop = asyncio.get_running_loop()
            self._hosts_timer = loop.call_later(_HOSTS_DELAY_SECONDS, self._write_hosts)

    def _write_hosts(self) -> None:
        self._hosts_timer = None
        fresh = self._directory / "hosts.new"
        fresh.write_text("".join(hosts_lines(self._services, self._all_pods)), encoding="utf-8")
        fresh.replace(self._directory / "hosts")


def _private_directory() -> Path:
    """A directory that only its owner may enter, for there are secrets in it."""
    return Path(tempfile.mkdtemp(prefix="plimsoll-pods-"))
