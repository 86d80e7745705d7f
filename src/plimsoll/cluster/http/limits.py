"""A client's own rate limit: the token bucket of client-go (``util/flowcontrol``, on ``golang.org/x/time/rate``)."""

from __future__ import annotations

import asyncio
import math


class RateLimit:
    """``rate_per_second`` requests on average, ``burst`` at once after a pause. First come, first served."""

    def __init__(self, rate_per_second: float, burst: int) -> None:
        if not (rate_per_second > 0 and burst >= 1):
            raise ValueError(f"no limit of {rate_per_second} a second with a burst of {burst}")
        self._seconds_each = 1.0 / rate_per_second
        self._burst_seconds = burst / rate_per_second
        self._full_at_seconds = -math.inf

    def reserve(self, now_seconds: float) -> float:
        """Claim the next place; return how many seconds until it is due."""
        self._full_at_seconds = max(self._full_at_seconds, now_seconds) + self._seconds_each
        return max(0.0, self._full_at_seconds - self._burst_seconds - now_seconds)

    async def wait(self) -> None:
        """Return when the next request may go."""
        wait_seconds = self.reserve(asyncio.get_running_loop().time())
        if wait_seconds > 0.0:
            await asyncio.sleep(wait_seconds)
