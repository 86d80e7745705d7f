"""Sending the operations of a phase: parallel client processes that keep its pace."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plimsoll.driver.pacing import Pacer, Rate, Shape, ShapePoint
from plimsoll.kube.resources import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from plimsoll.driver.client import Client
    from plimsoll.driver.steps import Call, Chain, Operation
    from plimsoll.kube.resources import Resource
    from plimsoll.scenario.pace import Pace


def pacer_of(pace: Pace) -> Pacer | None:
    """The arrival process that a pace asks for; None where objects go as fast as earlier ones come back."""
    if pace.shape:
        return Shape([ShapePoint(point.at_seconds, point.rate_per_second) for point in pace.shape])
    if pace.rate_per_second is not None:
        return Rate(pace.rate_per_second, pace.burst or 1)
    return None


class Sender:
    """Carries out the chains of one phase.

    As many workers as the pace allows take the next chain each. They draw from one lazy iterator, so that a phase of
    fifty thousand objects never holds more of them than there are workers.
    """

    def __init__(self, client: Client, pace: Pace, label_selector: str, on_sent: Callable[[Operation], None]) -> None:
        self._client = client
        self._pace = pace
        self._pacer = pacer_of(pace)
        self._inventory = _Inventory(client, label_selector)
        self._create = client.apply if pace.call_seconds else client.create
        """A client that is a process looks before it creates, as ``kubectl apply``; a library just creates."""
        self._on_sent = on_sent
        self._time = asyncio.get_running_loop().time
        self.deleted: list[Operation] = []
        """The deletions that the cluster accepted: those whose end can be waited for."""

    async def send(self, chains: Iterator[Chain]) -> None:
        """Return when every operation has been done or given up."""
        async with asyncio.TaskGroup() as workers:
            for _ in range(self._pace.parallelism):
                workers.create_task(self._work(chains))

    async def _work(self, chains: Iterator[Chain]) -> None:
        for chain in chains:
            for call in chain.calls:
                await self._call(call)
            if chain.pause_seconds:
                await asyncio.sleep(chain.pause_seconds)

    async def _call(self, call: Call) -> None:
        """One client process: it starts, then sends its objects one after another."""
        if self._pace.call_seconds:
            await asyncio.sleep(self._pace.call_seconds)
        for operation in call.operations:
            if self._pacer is not None:
                await self._due(self._pacer)
            await self._carry_out(operation)
            self._on_sent(operation)

    async def _due(self, pacer: Pacer) -> None:
        """Return when the next object may go."""
        wait_seconds = pacer.reserve(self._time())
        if wait_seconds > 0:
            await asyncio.sleep(wait_seconds)

    def _carry_out(self, operation: Operation) -> Awaitable[object]:
        """Do it. Creations are awaited without anything in between, for there are so many of them."""
        match operation.verb:
            case "create":
                assert operation.manifest is not None  # noqa: S101 - a creation without an object is a bug of the plan
                return self._create(operation.resource, operation.manifest, operation.namespace)
            case "delete":
                return self._delete(operation)
            case "patch":
                return self._client.patch(operation)
            case "read":
                return self._client.read(operation)

    async def _delete(self, operation: Operation) -> None:
        uids = await self._inventory.uids(operation.resource, operation.namespace)
        if uids is None:
            return  # the listing was given up, and counted
        uid = uids.get(operation.name)
        if uid is None or await self._client.delete(operation.resource, operation.name, operation.namespace, uid):
            self.deleted.append(operation)


class _Inventory:
    """The UIDs of what carries the run's label: only that is ever deleted. One listing for each kind and namespace."""

    def __init__(self, client: Client, label_selector: str) -> None:
        self._client = client
        self._label_selector = label_selector
        self._listed: dict[tuple[Resource, str | None], Mapping[str, str] | None] = {}
        self._listing = asyncio.Lock()

    async def uids(self, resource: Resource, namespace: str | None) -> Mapping[str, str] | None:
        """UIDs by name; None where the cluster would not list."""
        async with self._listing:
            key = (resource, namespace)
            if key not in self._listed:
                self._listed[key] = await self._list(resource, namespace)
            return self._listed[key]

    async def _list(self, resource: Resource, namespace: str | None) -> Mapping[str, str] | None:
        listing = await self._client.list(resource, namespace, self._label_selector)
        if listing is None:
            return None
        return {item["metadata"]["name"]: item["metadata"]["uid"] for item in listing.items}


def namespace_of(operation: Operation) -> str:
    """The namespace that an operation is about."""
    if operation.resource is NAMESPACES:
        return operation.name
    assert operation.namespace is not None  # noqa: S101 - loads hold no other cluster-wide objects
    return operation.namespace
