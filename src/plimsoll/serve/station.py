"""Requests from outside at the simulated API server: they take its time, queue for its cores, and are refused by it.

A request is taken in when the kernel has caught up with the wall clock; where the profile says that serving it takes
time, it takes effect that much later, as the requests of the simulated clients do. Where it takes none, as in the
``ideal`` profile, it is served at once; and so it is while the simulation stands still, or it would never be answered.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from plimsoll.apimachinery.flowcontrol.seats import estimated_seats
from plimsoll.simcluster.apiserver import Refusal
from plimsoll.simcluster.client import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plimsoll.embed.pacer import Pacer
    from plimsoll.registry.registry import Registry
    from plimsoll.registry.requests import User
    from plimsoll.serve.fairness import Fairness
    from plimsoll.serve.requestinfo import RequestInfo
    from plimsoll.serve.responses import Header
    from plimsoll.simcluster.apiserver import RequestCost
    from plimsoll.simcluster.metering import Meter

CLIENT = "external"
"""The name under which requests from outside are accounted."""

REPORTED_VERBS = {
    "get": "GET",
    "list": "LIST",
    "watch": "WATCH",
    "create": "POST",
    "update": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "deletecollection": "DELETECOLLECTION",
}
"""Verbs as metrics and profiles name them."""


logger = logging.getLogger(__name__)


class Station:
    """The simulated API server's door to the outside."""

    def __init__(self, registry: Registry, pacer: Pacer, fairness: Fairness) -> None:
        cluster = registry.cluster
        self._resolve = registry.resolve
        self._fairness = fairness
        self._store = cluster.store
        self._kernel = cluster.kernel
        self._server = cluster.server
        self._metering = cluster.metering
        self._pacer = pacer
        self._costs: dict[tuple[str, str], RequestCost] = {}
        self._meters: dict[tuple[str, str, int], Meter] = {}

    def arrive(self) -> float:
        """Bring the simulation up to the present, which is returned in virtual seconds."""
        try:
            self._pacer.catch_up()
        except Exception:
            logger.exception("the simulation failed, and goes on")
        return self._kernel.now

    async def admit(self, user: User, info: RequestInfo, options: Mapping[str, str]) -> tuple[Header, ...]:
        """Wait until the API server gets to a request; ``ApiError`` where it refuses it.

        Returns the headers that tell the client how its request was sorted.
        """
        flow = self._fairness.flow(user, info)
        headers = self._fairness.headers(flow)
        if not info.is_resource:
            return headers
        cost = self._cost(info)
        if cost.long_running or not (cost.cpu_seconds or cost.latency_seconds):
            await self._serve(cost)
            return headers
        seats = self._seats(info, options)
        queue_set = await self._fairness.seat(flow, seats)
        try:
            await self._serve(cost)
        finally:
            if queue_set is not None:
                queue_set.leave(seats)
        return headers

    async def _serve(self, cost: RequestCost) -> None:
        now = self._kernel.now
        finish = self._server.admit(now, cost)
        if isinstance(finish, Refusal):
            raise refused(finish)
        if finish > now and self._pacer.rate > 0.0:
            due = asyncio.get_running_loop().create_future()
            self._kernel.after(finish - now, _settle, due)
            self._pacer.poke()
            await due

    def _seats(self, info: RequestInfo, options: Mapping[str, str]) -> int:
        if info.verb != "list":
            return 1
        limit = options.get("limit", "")
        objects = sum(
            len(collection)
            for collection in self._store.collections()
            if (collection.resource.group, collection.resource.plural) == (info.group, info.resource)
        )
        return estimated_seats(info.verb, objects, int(limit) if limit.isdecimal() else 0)

    def leave(self, info: RequestInfo, code: int, arrived_seconds: float) -> None:
        """Account for an answer, and let the simulation go on with what the request has set off.

        Resources that there are not share one account, whatever they are called.
        """
        if info.is_resource:
            key = (info.verb, info.resource if self._is_known(info) else "", code)
            meter = self._meters.get(key)
            if meter is None:
                verb = REPORTED_VERBS.get(info.verb, info.method)
                meter = self._meters[key] = self._metering.meter(CLIENT, verb, key[1], code)
            meter.add(self._kernel.now - arrived_seconds)
        self._pacer.poke()

    def _cost(self, info: RequestInfo) -> RequestCost:
        key = (info.verb, info.resource if self._is_known(info) else "")
        cost = self._costs.get(key)
        if cost is None:
            verb = REPORTED_VERBS.get(info.verb, info.method)
            cost = self._costs[key] = self._server.cost(verb, key[1])
        return cost

    def _is_known(self, info: RequestInfo) -> bool:
        return self._resolve(info.group, info.version, info.resource) is not None


def _settle(due: asyncio.Future[None]) -> None:
    if not due.done():  # the client may have gone
        due.set_result(None)
