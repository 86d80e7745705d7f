"""The node ports of services (pkg/registry/core/service/portallocator)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from plimsoll.kernel import Random

FIRST_PORT = 30_000
LAST_PORT = 32_767
_BAND = 86
"""Lowest ports of the range that are given out last, so that people can choose them."""


class PortRange:
    """Which node ports are free."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[int] = set()

    def problem(self, port: int) -> str:
        """Why a port cannot be had; empty where it can."""
        if not FIRST_PORT <= port <= LAST_PORT:
            return f"provided port is not in the valid range. The range of valid ports is {FIRST_PORT}-{LAST_PORT}"
        return "provided port is already allocated" if port in self._taken else ""

    def free(self, besides: Container[int] = ()) -> int | None:
        """A port that nobody has, and is not ``besides``; None where all are taken."""
        first = FIRST_PORT + _BAND
        upper = LAST_PORT + 1 - first
        offset = self._random.randrange(upper)
        candidates = [first + (offset + step) % upper for step in range(upper)] + list(range(FIRST_PORT, first))
        return next((port for port in candidates if port not in self._taken and port not in besides), None)

    def take(self, port: int) -> None:
        """Take a port."""
        self._taken.add(port)

    def release(self, port: int) -> None:
        """Let others have a port."""
        self._taken.discard(port)
