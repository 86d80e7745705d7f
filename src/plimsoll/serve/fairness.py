"""Priority and Fairness at the door: which requests from outside wait for a seat, and which are turned away.

The simulated components have seats of their own (:mod:`plimsoll.simcluster.flowcontrol`): clients from outside do not
take theirs. The levels here, which people may edit, neither lend nor borrow.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plimsoll.apimachinery.flowcontrol.bootstrap import FLOW_SCHEMAS, PRIORITY_LEVELS, flow_schemas, priority_levels
from plimsoll.apimachinery.flowcontrol.classification import Asked, Classifier, Flow
from plimsoll.apimachinery.flowcontrol.queueing import QueueSet, nominal_seats
from plimsoll.simcluster.apiserver import TOO_MANY_REQUESTS
from plimsoll.simcluster.client import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plimsoll.registry.identity import Identity
    from plimsoll.registry.requests import User
    from plimsoll.serve.requestinfo import RequestInfo
    from plimsoll.serve.responses import Header
    from plimsoll.simcluster.store import Store, StoredChange

KEPT_FLOWS = 4096
"""Kinds of requests whose flow is remembered."""


def install_flow_control(store: Store, identity: Identity) -> None:
    """Put the levels and schemas that every cluster has into a store that has none."""
    for resource, values in ((PRIORITY_LEVELS, priority_levels()), (FLOW_SCHEMAS, flow_schemas())):
        for value in values:
            value["metadata"] |= {"uid": identity.uid(), "creationTimestamp": identity.timestamp()}
            store.collection(resource).add("", value["metadata"]["name"], value)


class Fairness:
    """Sorts requests by the schemas in a store. ``limit`` is all seats together; at 0 nobody ever waits."""

    def __init__(self, store: Store, limit: int) -> None:
        self._schemas = store.collection(FLOW_SCHEMAS)
        self._levels = store.collection(PRIORITY_LEVELS)
        self._limit = limit
        self._flows: dict[tuple[object, ...], Flow] = {}
        self._headers: dict[tuple[str, str], tuple[Header, ...]] = {}
        self.queue_sets: Mapping[str, QueueSet] = {}
        self._classifier = Classifier(())
        self._changed = True
        for collection in (self._schemas, self._levels):
            collection.watchers.append(self._observe)

    def flow(self, user: User, info: RequestInfo) -> Flow:
        """Where a request belongs."""
        if self._changed:
            self._read()
        resource = f"{info.resource}/{info.subresource}" if info.subresource else info.resource
        path = "" if info.is_resource else info.path
        key = (user.name, user.groups, info.verb, info.group, resource, info.namespace, path)
        flow = self._flows.get(key)
        if flow is None:
            if len(self._flows) >= KEPT_FLOWS:
                self._flows.clear()
            asked = Asked(user.name, user.groups, info.verb, info.group, resource, info.namespace, path)
            flow = self._flows[key] = self._classifier.classify(asked)
        return flow

    def headers(self, flow: Flow) -> tuple[Header, ...]:
        """What an answer tells of its flow."""
        key = flow.schema, flow.level
        known = self._headers.get(key)
        if known is None:
            schema, level = self._schemas.find("", flow.schema), self._levels.find("", flow.level)
            uids = [found["metadata"]["uid"].encode() if found else b"" for found in (schema, level)]
            known = self._headers[key] = (
                (b"x-kubernetes-pf-flowschema-uid", uids[0]),
                (b"x-kubernetes-pf-prioritylevel-uid", uids[1]),
            )
        return known

    async def seat(self, flow: Flow, seats: int) -> QueueSet | None:
        """Wait for seats; returns what they are to be given back to, if anything. ``ApiError(429)`` where none are left."""
        queue_set = self.queue_sets.get(flow.level)
        if queue_set is None:
            return None
        free: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not queue_set.arrive(f"{flow.schema}/{flow.distinguisher}", seats, lambda: free.set_result(None)):
            raise refused(TOO_MANY_REQUESTS)
        await free
        return queue_set

    def _read(self) -> None:
        """Read schemas and levels anew; whoever waits keeps their place in what was."""
        self._changed = False
        self._flows.clear()
        self._headers.clear()
        self._classifier = Classifier(self._schemas)
        if self._limit:
            limited = {
                level["metadata"]["name"]: level["spec"]["limited"]
                for level in self._levels
                if level["spec"]["type"] == "Limited"
            }
            shares = sum(spec.get("nominalConcurrencyShares", 30) for spec in limited.values())
            self.queue_sets = {name: self._queue_set(spec, shares) for name, spec in limited.items()}

    def _queue_set(self, spec: Mapping[str, object], shares: int) -> QueueSet:
        own = spec.get("nominalConcurrencyShares", 30)
        response = spec.get("limitResponse")
        queuing = response.get("queuing") if isinstance(response, dict) else None
        seats = nominal_seats(own if isinstance(own, int) else 0, shares, self._limit)
        if not queuing:
            return QueueSet(seats)
        return QueueSet(seats, queues=queuing["queues"], hand=queuing["handSize"], length=queuing["queueLengthLimit"])

    def _observe(self, _: StoredChange) -> None:
        self._changed = True
