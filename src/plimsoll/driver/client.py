"""One operation on a cluster, carried through: the requests a client makes for it, retried and accounted for."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from plimsoll.driver.retries import FAILURES, is_already_exists, is_not_found, reason_of, wait_before_retry
from plimsoll.driver.tally import GivenUp, Tally
from plimsoll.errors import ApiError
from plimsoll.kube.labels import RUN_LABEL
from plimsoll.kube.resources import NAMESPACES

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Awaitable, Callable, MutableSequence

    from plimsoll.cluster.port import Cluster, Listing
    from plimsoll.driver.steps import Operation
    from plimsoll.kube.resources import Object, Resource

T = TypeVar("T")

_TAKEN = ApiError(409, "AlreadyExists", "somebody else has an object of this name")
_FOREIGN = ApiError(409, "ForeignNamespace", "the namespace is somebody else's")


def run_of(body: Object) -> str | None:
    """The id of the run that an object is of."""
    run_id: str | None = body["metadata"].get("labels", {}).get(RUN_LABEL)
    return run_id


class Client:
    """What ``kubectl`` and ``oc`` do for a user, on top of the port. Failures are counted in the tally, never raised.

    An object that is there already counts as created if it carries the same run's label: an earlier attempt got
    through, or an earlier process of this run. A namespace that does not is somebody else's, and nothing is created in
    it.
    """

    def __init__(self, cluster: Cluster, tally: Tally) -> None:
        self._cluster = cluster
        self.foreign_namespaces: set[str] = set()
        """Namespaces that turned out to be somebody else's."""
        self.tally = tally

    async def create(self, resource: Resource, body: Object, namespace: str | None) -> bool:
        """Create an object: one POST. Whether it is there now."""
        if namespace in self.foreign_namespaces:
            return self._give_up("create", resource, _FOREIGN)
        try:
            await self._cluster.create(
                resource, body, namespace
            )  # loads do this so often that every call on top counts
        except FAILURES as error:
            return await self._create_after(error, resource, body, namespace)
        self.tally.created[resource.kind] += 1
        return True

    async def apply(self, resource: Resource, body: Object, namespace: str | None) -> bool:
        """Create an object unless it is there: a GET, and a POST where that finds nothing, as ``kubectl apply`` does."""
        try:
            found = await self._persist(partial(self._cluster.get, resource, body["metadata"]["name"], namespace))
        except FAILURES as error:
            if is_not_found(error):
                return await self.create(resource, body, namespace)
            return self._give_up("get", resource, error)
        return self._accept(resource, body, found, retried=False)

    async def delete(self, resource: Resource, name: str, namespace: str | None, uid: str) -> bool:
        """Delete this very object; one of the same name that is not it stays. Whether it is, or will be, gone."""
        try:
            await self._persist(partial(self._cluster.delete, resource, name, namespace, uid=uid))
        except FAILURES as error:
            if not is_not_found(error):
                return self._give_up("delete", resource, error)
        self.tally.deleted[resource.kind] += 1
        return True

    async def patch(self, operation: Operation) -> bool:
        """Patch an object; one that is gone needs none. Whether it was patched."""
        send = partial(
            self._cluster.patch,
            operation.resource,
            operation.name,
            operation.patch,
            operation.namespace,
            patch_format=operation.patch_format,
        )
        return await self._touch("patch", operation, send, self.tally.patched)

    async def read(self, operation: Operation) -> bool:
        """Read an object. Whether it was there."""
        send = partial(self._cluster.get, operation.resource, operation.name, operation.namespace)
        return await self._touch("get", operation, send, self.tally.read)

    async def _touch(
        self, verb: str, operation: Operation, send: Callable[[], Awaitable[Object]], counts: Counter[str]
    ) -> bool:
        try:
            await self._persist(send)
        except FAILURES as error:
            return self._give_up(verb, operation.resource, error)
        counts[operation.resource.kind] += 1
        return True

    async def list(self, resource: Resource, namespace: str | None, label_selector: str) -> Listing | None:
        """List objects by label; None where the server would not answer."""
        send = partial(self._cluster.list, resource, namespace, label_selector=label_selector)
        try:
            return await self._persist(send)
        except FAILURES as error:
            self._give_up("list", resource, error)
            return None

    async def _create_after(self, error: Exception, resource: Resource, body: Object, namespace: str | None) -> bool:
        """Go on creating an object when the first attempt has failed."""
        waits: list[float] = []
        try:
            await self._persist(partial(self._cluster.create, resource, body, namespace), waits, failed=error)
        except FAILURES as last:
            if not is_already_exists(last):
                return self._give_up("create", resource, last)
            return await self._recognise(resource, body, namespace, retried=bool(waits))
        self.tally.created[resource.kind] += 1
        return True

    async def _recognise(self, resource: Resource, body: Object, namespace: str | None, *, retried: bool) -> bool:
        """Look whose the object is that was there already."""
        try:
            found = await self._persist(partial(self._cluster.get, resource, body["metadata"]["name"], namespace))
        except FAILURES as error:
            return self._give_up("get", resource, error)
        return self._accept(resource, body, found, retried=retried)

    def _accept(self, resource: Resource, body: Object, found: Object, *, retried: bool) -> bool:
        """Count an object that is there already as ours, or give up the one that was wanted."""
        if run_of(found) != run_of(body):
            if resource is NAMESPACES:
                self.foreign_namespaces.add(body["metadata"]["name"])
            return self._give_up("create", resource, _TAKEN)
        counts = self.tally.created if retried else self.tally.existing
        counts[resource.kind] += 1
        return True

    async def _persist(
        self,
        send: Callable[[], Awaitable[T]],
        waits: MutableSequence[float] | None = None,
        *,
        failed: Exception | None = None,
    ) -> T:
        """Send until it succeeds or is not worth another try; ``failed`` is what became of an attempt before.

        ``waits`` collects the seconds between the attempts.
        """
        waited: MutableSequence[float] = [] if waits is None else waits
        error = failed
        while True:
            if error is None:
                try:
                    return await send()
                except FAILURES as latest:
                    error = latest
            wait_seconds = wait_before_retry(error, len(waited))
            if wait_seconds is None:
                raise error
            waited.append(wait_seconds)
            self.tally.retries += 1
            await asyncio.sleep(wait_seconds)
            error = None

    def _give_up(self, verb: str, resource: Resource, error: Exception) -> bool:
        self.tally.given_up[GivenUp(verb, resource.kind, reason_of(error))] += 1
        return False
