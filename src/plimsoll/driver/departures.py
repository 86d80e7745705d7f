"""Waiting until what was deleted is gone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plimsoll.driver.sending import namespace_of
from plimsoll.kube.resources import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.driver.client import Client
    from plimsoll.driver.observation import Observation
    from plimsoll.driver.steps import Operation

WATCH_LAG_SECONDS = 1.0
"""What was created or deleted just now may not have been observed yet: give it this long before believing it gone."""


class Departures:
    """Deleted namespaces must be gone; where only their contents were deleted, their pods must."""

    def __init__(
        self, client: Client, observation: Observation, label_selector: str, deleted: Sequence[Operation]
    ) -> None:
        self._client = client
        self._observation = observation
        self._label_selector = label_selector
        self._whole = any(operation.resource is NAMESPACES for operation in deleted)
        self._left = list(dict.fromkeys(map(namespace_of, deleted)))

    async def over(self) -> None:
        """Return when all are gone: when it has been observed, and for namespaces a listing agrees."""
        while self._left:
            await asyncio.sleep(WATCH_LAG_SECONDS)
            waited_for = list(self._left)
            await self._observation.until(self._all_gone)
            if self._whole:
                self._left = await self._still_listed(waited_for)

    @property
    def remaining(self) -> str:
        """What is not gone yet, in words."""
        namespaces = sum(not self._is_gone(namespace) for namespace in self._left)
        return f"{namespaces:,} namespaces still {'exist' if self._whole else 'hold pods'}"

    def _all_gone(self) -> bool:
        while self._left and self._is_gone(self._left[-1]):
            self._left.pop()  # asked after each change: so each is found gone once, and never looked at again
        return not self._left

    def _is_gone(self, namespace: str) -> bool:
        # Namespaces and pods are watched apart: a namespace may be seen to go before its last pod is.
        return self._observation.is_empty(namespace) and (not self._whole or self._observation.is_gone(namespace))

    async def _still_listed(self, namespaces: Sequence[str]) -> list[str]:
        """Those that the API still shows; all of them where it would not say."""
        listing = await self._client.list(NAMESPACES, None, self._label_selector)
        if listing is None:
            return list(namespaces)
        shown = {item["metadata"]["name"] for item in listing.items}
        return [namespace for namespace in namespaces if namespace in shown]
