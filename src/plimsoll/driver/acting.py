"""Doing something to objects that are there: find them by their labels, then patch, read or delete each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plimsoll.driver.sending import Sender
from plimsoll.driver.steps import Call, Chain, Operation
from plimsoll.kube.resources import BY_KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from plimsoll.driver.client import Client
    from plimsoll.driver.steps import Phase
    from plimsoll.kube.resources import Object
    from plimsoll.scenario.actions import Action

POLL_SECONDS = 1.0
"""How often it is looked whether deleted objects are gone."""


class Actor:
    """Carries out the action of one phase."""

    def __init__(self, client: Client, phase: Phase, action: Action, label_selector: str) -> None:
        self._client = client
        self._phase = phase
        self._action = action
        self._resource = BY_KIND[action.kind]
        own = [f"{key}={value}" for key, value in action.labels.items()]
        self._label_selector = ",".join([label_selector, *own])

    async def act(self, on_sent: Callable[[Operation], None]) -> str:
        """Return what is left undone: objects that could not be found, or that would not go."""
        listing = await self._client.list(self._resource, None, self._label_selector)
        if listing is None:
            return f"the {self._resource.plural} could not be listed"
        sender = Sender(self._client, self._phase.pace, self._label_selector, on_sent)
        await sender.send(self._chains(listing.items))
        if self._action.verb == "delete" and self._action.until_gone:
            return await self._wait_until_gone({item["metadata"]["uid"] for item in listing.items})
        return ""

    def _chains(self, items: Sequence[Object]) -> Iterator[Chain]:
        rounds = 1 if self._action.verb == "delete" else self._action.iterations
        for iteration in range(rounds):
            patch = self._patch(iteration)
            for item in items:
                yield Chain((Call((self._operation(item["metadata"], patch),)),))

    def _operation(self, metadata: Object, patch: object) -> Operation:
        action = self._action
        return Operation(
            action.verb,
            self._resource,
            metadata.get("namespace"),
            metadata["name"],
            patch=patch,
            patch_format=action.format,
        )

    def _patch(self, iteration: int) -> object:
        return None if self._action.template is None else self._action.patch(iteration, self._phase.job)

    async def _wait_until_gone(self, uids: set[str]) -> str:
        left = uids
        try:
            async with asyncio.timeout(self._action.timeout_seconds):
                while left:
                    left = await self._left(left)
                    await asyncio.sleep(POLL_SECONDS if left else 0.0)
        except TimeoutError:
            return f"{len(left):,} {self._resource.plural} are still there"
        return ""

    async def _left(self, uids: set[str]) -> set[str]:
        """Those that a listing still shows; all of them where there is none."""
        listing = await self._client.list(self._resource, None, self._label_selector)
        return uids if listing is None else uids & {item["metadata"]["uid"] for item in listing.items}
