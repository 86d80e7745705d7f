"""The token bucket that every Kubernetes client is limited by."""

from __future__ import annotations

from math import inf

SHORTEST_WAIT_SECONDS = 1e-9
"""``x/time/rate`` computes waits in whole nanoseconds; what is shorter is no wait."""


class TokenBucket:
    """Pure arithmetic of a token bucket with the reservations of Go's ``golang.org/x/time/rate``.

    The bucket starts full with ``burst`` tokens, gains ``rate_per_second`` and never holds more than ``burst``. A
    reservation takes its tokens at once even where that leaves less than none, and waits until the debt is paid: so
    whoever reserves first is served first, there are no priorities, and the queue has no limit. A rate of zero or less
    means no limit, as a negative QPS does in client-go.

    A process waits with ``yield bucket.reserve(kernel.now)``.
    """

    __slots__ = ("_at_seconds", "_tokens", "burst", "rate_per_second")

    def __init__(self, rate_per_second: float, burst: float) -> None:
        if rate_per_second > 0 and not burst > 0:
            raise ValueError(f"a bucket for {burst} tokens would never let anything through")
        self.rate_per_second = rate_per_second
        self.burst = burst
        self._tokens = float(burst)
        self._at_seconds = 0.0  # when there were so many tokens

    def tokens(self, now_seconds: float) -> float:
        """How many tokens there are; below zero is what waiting reservations have taken in advance."""
        if self.rate_per_second <= 0:
            return inf
        elapsed_seconds = max(0.0, now_seconds - self._at_seconds)
        return min(self.burst, self._tokens + elapsed_seconds * self.rate_per_second)

    def reserve(self, now_seconds: float, tokens: float = 1) -> float:
        """Take tokens and return how long to wait for them, in seconds.

        ``ValueError`` for more tokens than the bucket can hold: Go's limiter refuses them too.
        """
        rate = self.rate_per_second
        if rate <= 0:
            return 0.0
        if tokens > self.burst:
            raise ValueError(f"{tokens} tokens never fit into a bucket for {self.burst}")
        left = self._tokens
        if now_seconds > self._at_seconds:  # the body of tokens(), without the calls: a cluster reserves all the time
            left += (now_seconds - self._at_seconds) * rate
            if left > self.burst:
                left = self.burst
            self._at_seconds = now_seconds
        left -= tokens
        self._tokens = left
        wait_seconds = -left / rate
        return wait_seconds if wait_seconds >= SHORTEST_WAIT_SECONDS else 0.0

    def try_take(self, now_seconds: float, tokens: float = 1) -> bool:
        """Take tokens if they are there, and say whether they were: for clients that fail rather than wait."""
        if self.tokens(now_seconds) < tokens:
            return False
        self.reserve(now_seconds, tokens)
        return True
