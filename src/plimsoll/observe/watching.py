"""Following a resource as client-go's reflector does: list once, watch from there, list again when history is gone."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from plimsoll.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from plimsoll.cluster.port import Change, Cluster
    from plimsoll.kube.resources import Object, Resource

FIRST_BACKOFF_SECONDS = 0.8
LONGEST_BACKOFF_SECONDS = 30.0
"""client-go's reflector waits 800 ms after a failure, doubling to 30 s (``tools/cache/reflector.go``)."""


class Census(Protocol):
    """Something that is kept up to date by listings and changes."""

    def relist(self, objects: Iterable[Object], seconds: float) -> None:
        """Take a complete listing, received at ``seconds``."""
        ...

    def update(self, changes: Sequence[Change]) -> None:
        """Take a batch of changes, oldest first."""
        ...


class Watcher:
    """Keeps a census up to date until it is cancelled; calls ``on_change`` after each batch it has taken."""

    def __init__(
        self,
        cluster: Cluster,
        resource: Resource,
        census: Census,
        *,
        on_change: Callable[[], None],
        label_selector: str = "",
    ) -> None:
        self._cluster = cluster
        self._resource = resource
        self._census = census
        self._on_change = on_change
        self._label_selector = label_selector
        self._resource_version = ""
        self.listed = asyncio.Event()
        """Set once the first listing has been taken: from then on no change is missed."""

    async def run(self) -> None:
        """List and watch for ever; what goes wrong is waited out. A watch that brought nothing counts as a failure."""
        backoff_seconds = FIRST_BACKOFF_SECONDS
        while True:
            if await self._follow():
                backoff_seconds = FIRST_BACKOFF_SECONDS
                continue
            await asyncio.sleep(backoff_seconds)
            backoff_seconds = min(2 * backoff_seconds, LONGEST_BACKOFF_SECONDS)

    async def _follow(self) -> bool:
        """Watch from the last revision known until the watch ends; whether it brought any change."""
        changed = False
        try:
            if not self._resource_version:
                await self._list()
            watch = self._cluster.watch(
                self._resource, label_selector=self._label_selector, resource_version=self._resource_version
            )
            async for changes in watch:
                changed = self._take(changes) or changed
        except (ApiError, ConnectionError, TimeoutError) as error:
            if isinstance(error, ApiError) and error.code == HTTPStatus.GONE:
                self._resource_version = ""  # the server has forgotten what came after it: list again
        return changed

    async def _list(self) -> None:
        listing = await self._cluster.list(self._resource, label_selector=self._label_selector)
        self._census.relist(listing.items, asyncio.get_running_loop().time())
        self._resource_version = listing.resource_version
        self.listed.set()
        self._on_change()

    def _take(self, changes: Sequence[Change]) -> bool:
        if not changes:
            return False
        self._census.update(changes)
        self._resource_version = changes[-1].object["metadata"]["resourceVersion"]
        self._on_change()
        return True
