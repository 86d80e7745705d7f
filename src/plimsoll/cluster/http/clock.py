"""How far the cluster's clock is from ours.

The API tells the time in whole seconds only: the ``Date`` of every answer and the ``creationTimestamp`` of what was
created. But each of them was written between the moment a request was sent and the moment its answer came, so each
bounds the offset from both sides, and many together leave an interval not much wider than the fastest round trip:

    written at s on the cluster's clock,  stamp <= s < stamp + 1,  sent <= t <= received on ours
    =>  stamp - received <= s - t < stamp + 1 - sent
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz

from plimsoll.kube.timestamps import parse_rfc3339

_RESOLUTION_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """The cluster's clock minus ours, in seconds: between these two. ``stamps`` is how many the bounds come from."""

    lowest_seconds: float
    highest_seconds: float
    stamps: int
    contradictions: int = 0
    """Stamps that left nothing in between: a clock was set, drifts, or several servers have different ones."""

    @property
    def seconds(self) -> float:
        """The middle of the interval."""
        return (self.lowest_seconds + self.highest_seconds) / 2

    @property
    def uncertainty_seconds(self) -> float:
        """How far the true offset may be from the middle."""
        return (self.highest_seconds - self.lowest_seconds) / 2


class ClockEstimate:
    """Narrows the offset down, answer by answer.

    ``epoch_seconds`` is our wall clock's Unix time at second zero of the clock that ``sent`` and ``received`` are read
    from.
    """

    def __init__(self, epoch_seconds: float) -> None:
        self._epoch_seconds = epoch_seconds
        self._lowest, self._highest = -math.inf, math.inf
        self._stamps = self._contradictions = 0
        self._stamp: bytes | str = b""
        self._stamp_seconds = math.nan

    @property
    def offset(self) -> ClockOffset | None:
        """What is known; None before the first answer."""
        if not self._stamps:
            return None
        return ClockOffset(self._lowest, self._highest, self._stamps, self._contradictions)

    def date(self, value: bytes, sent_seconds: float, received_seconds: float) -> None:
        """Take the ``Date`` of an answer (RFC 9110, 5.6.7)."""
        if value != self._stamp:  # it changes once a second
            parsed = parsedate_tz(value.decode("latin-1"))
            self._stamp, self._stamp_seconds = value, math.nan if parsed is None else float(mktime_tz(parsed))
        self._bound(self._stamp_seconds, sent_seconds, received_seconds)

    def created(self, timestamp: str, sent_seconds: float, received_seconds: float) -> None:
        """Take the ``creationTimestamp`` of an object that this request created."""
        seconds = parse_rfc3339(timestamp)
        if seconds is not None:
            self._bound(seconds, sent_seconds, received_seconds)

    def _bound(self, stamp_seconds: float, sent_seconds: float, received_seconds: float) -> None:
        if math.isnan(stamp_seconds):
            return
        stamp_seconds -= self._epoch_seconds
        lowest, highest = stamp_seconds - received_seconds, stamp_seconds + _RESOLUTION_SECONDS - sent_seconds
        self._stamps += 1
        if max(lowest, self._lowest) > min(highest, self._highest):
            self._contradictions += 1
            self._lowest, self._highest = lowest, highest
            return
        if lowest > self._lowest:
            self._lowest = lowest
        if highest < self._highest:
            self._highest = highest
