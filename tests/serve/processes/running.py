"""A simulated cluster in step with the wall clock, whose containers are processes of this machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from plimsoll.embed.pacer import Pacer
from plimsoll.kube.resources import NAMESPACES, PODS, Object, Resource
from plimsoll.serve.processes.logs import LogQuery
from plimsoll.serve.processes.runtime import NETWORK_SETTINGS, ProcessRuntime
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry

PATIENCE_SECONDS = 20.0


async def eventually(read: Callable[[], Any], condition: Callable[[Any], bool] = bool) -> Any:
    """What can be read, once it meets a condition."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            value = read()
            if value is not None and condition(value):
                return value
            await asyncio.sleep(0.02)


class Bench:
    """The cluster under test."""

    def __init__(self, cluster: SimulatedCluster, pacer: Pacer, runtime: ProcessRuntime) -> None:
        self.cluster, self.pacer, self.runtime = cluster, pacer, runtime

    def create(self, resource: Resource, body: Object) -> Object:
        """Create an object, as of now."""
        self.pacer.catch_up()
        collection = self.cluster.store.collection(resource)
        stored = self.cluster.api.create(collection, "ns" if resource.namespaced else "", body)
        self.pacer.poke()
        return stored

    def change(self, resource: Resource, name: str, patch: Object) -> None:
        """Patch an object, as of now."""
        self.pacer.catch_up()
        self.cluster.api.patch(self.cluster.store.collection(resource), "ns", name, patch)
        self.pacer.poke()

    def delete(self, name: str) -> None:
        """Ask for a pod's deletion, as of now."""
        self.pacer.catch_up()
        self.cluster.api.delete(self.cluster.store.collection(PODS), "ns", name, None)
        self.pacer.poke()

    def find(self, name: str) -> Object | None:
        """The pod as it is in the API."""
        return self.cluster.store.collection(PODS).find("ns", name)

    def pod(self, name: str, *command: str, **spec: Any) -> Object:
        """Create a pod with one container; what begins with ``container_`` is its own."""
        own = {key.removeprefix("container_"): spec.pop(key) for key in list(spec) if key.startswith("container_")}
        container = {"name": "main", "image": "none", "command": list(command), **own}
        body: Object = {"metadata": {"name": name}, "spec": {"containers": [container], **spec}}
        return self.create(PODS, body)

    async def until(self, name: str, condition: Callable[[Object], bool]) -> Object:
        """The pod, once it meets a condition."""
        found: Object = await self.eventually(lambda: self.find(name), condition)
        return found

    async def eventually(self, read: Callable[[], Any], condition: Callable[[Any], bool] = bool) -> Any:
        """What can be read, once it meets a condition."""
        return await eventually(read, condition)

    def log(self, pod: Object, **options: Any) -> str:
        """What a pod's container has written."""
        log = self.runtime.log(pod["metadata"]["uid"], "main", previous=options.pop("previous", False))
        return "" if log is None else log.read(LogQuery(**options)).decode()


@asynccontextmanager
async def running() -> AsyncIterator[Bench]:
    """A cluster of one node and one namespace, whose clock is the wall's."""
    profile = load_profile("ideal", NETWORK_SETTINGS)
    shape = NodeShape("worker-0", 8000, 2**35, 10**10, {}, ())
    cluster = assemble(profile, [shape], 1, NullTelemetry(), epoch_seconds=time.time())
    pacer = Pacer(cluster.kernel, time.monotonic)
    keeping = asyncio.get_running_loop().create_task(pacer.run())
    try:
        async with ProcessRuntime(cluster, pacer, backoff_seconds=0.05) as runtime:
            bench = Bench(cluster, pacer, runtime)
            bench.create(NAMESPACES, {"metadata": {"name": "ns"}})
            yield bench
    finally:
        keeping.cancel()
