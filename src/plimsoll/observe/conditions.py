"""Waiting until what is observed meets a condition."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Conditions:
    """Conditions that somebody waits for. Whoever changes what they are about calls :meth:`check`.

    A waiter is woken once, by the change that fulfils its condition: waking it for every change to look for itself
    would cost a turn of the event loop each, some hundred thousand times.
    """

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as the condition holds, at once if it does already."""
        if condition():
            return
        met = asyncio.get_running_loop().create_future()
        self._waiting[met] = condition
        try:
            await met
        finally:
            self._waiting.pop(met, None)

    def check(self) -> None:
        """Wake those whose condition holds by now."""
        for met in [met for met, condition in self._waiting.items() if condition()]:
            del self._waiting[met]
            if not met.done():
                met.set_result(None)
