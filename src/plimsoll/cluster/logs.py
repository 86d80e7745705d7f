"""The narrow port through which the logs of pods are read; what runs in virtual time has none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Protocol


class PodLogs(Protocol):
    """Logs as seen by one client. Calls raise :class:`plimsoll.errors.ApiError`, or an ``OSError`` of the network."""

    def read(self, namespace: str, pod: str, container: str) -> Awaitable[bytes]:
        """All that is kept of a container's log."""
        ...

    def follow(self, namespace: str, pod: str, container: str) -> AsyncIterator[Sequence[bytes]]:
        """The lines of a container's log from the first that is kept on, as they come, until it ends."""
        ...
