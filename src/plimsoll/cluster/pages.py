"""The narrow port through which pages of components are read: metrics, configurations; what runs in virtual time has none."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol


class Pages(Protocol):
    """Pages as seen by one client of the API server, which passes on what nodes and pods serve."""

    def read(self, path: str) -> Awaitable[bytes]:
        """GET a page as it is. Raises :class:`plimsoll.errors.ApiError`, or an ``OSError`` of the network."""
        ...
