"""What the adapter tells about its requests, one by one."""

from __future__ import annotations

from typing import Protocol


class RequestMeter(Protocol):
    """Counts requests. ``code`` is the answer's status, 0 where no answer came."""

    def count(self, verb: str, resource: str, code: int, latency_seconds: float, throttle_seconds: float = 0.0) -> None:
        """A request is over: how long it took, and how long it had waited before at this client's own limits."""
        ...


class Uncounted:
    """Nobody counts."""

    def count(self, verb: str, resource: str, code: int, latency_seconds: float, throttle_seconds: float = 0.0) -> None:
        """Forget it."""
