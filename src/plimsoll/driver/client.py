"""One operation on a cluster, carried through: the requests a client makes for it, retried and accounted for."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from plimsoll.driver.retries import FAILURES, is_already_exists, is_not_found, reason_of, wait_before_retry
from plimsoll.driver.tally import GivenUp, Tally

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from plimsoll.cluster.port import Cluster, Listing
    from plimsoll.kube.resources import Object, Resource

T = TypeVar("T")


class Client:
    """What ``kubectl`` and ``oc`` do for a user, on top of the port. Failures are counted in the tally, never raised."""

    def __init__(self, cluster: Cluster, tally: Tally) -> None:
        self._cluster = cluster
        self.tally = tally

    async def create(self, resource: Resource, body: Object, namespace: str | None) -> bool:
        """Create an object: one POST. Whether it is there now."""
        send = partial(self._cluster.create, resource, body, namespace)
        try:
            await self._persist(send, done=is_already_exists)
        except FAILURES as error:
            return self._give_up("create", resource, error)
        self.tally.created[resource.kind] += 1
        return True

    async def apply(self, resource: Resource, body: Object, namespace: str | None) -> bool:
        """Create an object unless it is there: a GET, and a POST where that finds nothing, as ``kubectl apply`` does."""
        try:
            await self._persist(partial(self._cluster.get, resource, body["metadata"]["name"], namespace))
        except FAILURES as error:
            if is_not_found(error):
                return await self.create(resource, body, namespace)
            return self._give_up("get", resource, error)
        self.tally.existing[resource.kind] += 1
        return True

    async def delete(self, resource: Resource, name: str, namespace: str | None, uid: str) -> bool:
        """Delete this very object; one of the same name that is not it stays. Whether it is, or will be, gone."""
        try:
            await self._persist(partial(self._cluster.delete, resource, name, namespace, uid=uid))
        except FAILURES as error:
            if not is_not_found(error):
                return self._give_up("delete", resource, error)
        self.tally.deleted[resource.kind] += 1
        return True

    async def list(self, resource: Resource, namespace: str | None, label_selector: str) -> Listing | None:
        """List objects by label; None where the server would not answer."""
        send = partial(self._cluster.list, resource, namespace, label_selector=label_selector)
        try:
            return await self._persist(send)
        except FAILURES as error:
            self._give_up("list", resource, error)
            return None

    async def _persist(
        self, send: Callable[[], Awaitable[T]], *, done: Callable[[Exception], bool] = lambda _: False
    ) -> T | None:
        """Send until it succeeds or is not worth another try. ``done`` tells that an earlier attempt had got through."""
        retries = 0
        while True:
            try:
                return await send()
            except FAILURES as error:
                if retries and done(error):
                    return None
                wait_seconds = wait_before_retry(error, retries)
                if wait_seconds is None:
                    raise
            retries += 1
            self.tally.retries += 1
            await asyncio.sleep(wait_seconds)

    def _give_up(self, verb: str, resource: Resource, error: Exception) -> bool:
        self.tally.given_up[GivenUp(verb, resource.kind, reason_of(error))] += 1
        return False
