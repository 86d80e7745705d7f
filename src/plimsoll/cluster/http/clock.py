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
    from. Timestamps of objects count for more than dates of answers: some servers write the same date for a second or
    longer, and what is behind a proxy may have the proxy's.
    """

    def __init__(self, epoch_seconds: float) -> None:
        self._epoch_seconds = epoch_seconds
        self._by_dates, self._by_objects = _Bounds(), _Bounds()
        self._stamp = b""
        self._stamp_seconds: float | None = None
        self._created = b""
        self._created_seconds: float | None = None

    @property
    def offset(self) -> ClockOffset | None:
        """What is known; None before the first answer."""
        return self._by_objects.offset or self._by_dates.offset

    @property
    def wants_dates(self) -> bool:
        """Whether dates tell anything more: not once there are timestamps of objects."""
        return not self._by_objects.stamps

    def date(self, value: bytes, sent_seconds: float, received_seconds: float) -> None:
        """Take the ``Date`` of an answer (RFC 9110, 5.6.7)."""
        if value != self._stamp:  # it changes once a second
            parsed = parsedate_tz(value.decode("latin-1"))
            self._stamp, self._stamp_seconds = value, None if parsed is None else float(mktime_tz(parsed))
        if self._stamp_seconds is not None and self.wants_dates:
            self._by_dates.narrow(self._stamp_seconds - self._epoch_seconds, sent_seconds, received_seconds)

    def created(self, timestamp: bytes, sent_seconds: float, received_seconds: float) -> None:
        """Take the ``creationTimestamp`` of an object that this request created."""
        if timestamp != self._created:
            self._created, self._created_seconds = timestamp, parse_rfc3339(timestamp.decode("latin-1"))
        if self._created_seconds is not None:
            self._by_objects.narrow(self._created_seconds - self._epoch_seconds, sent_seconds, received_seconds)


class _Bounds:
    """What some stamps leave for the offset."""

    def __init__(self) -> None:
        self._lowest, self._highest = -math.inf, math.inf
        self.stamps = self._contradictions = 0

    @property
    def offset(self) -> ClockOffset | None:
        if not self.stamps:
            return None
        return ClockOffset(self._lowest, self._highest, self.stamps, self._contradictions)

    def narrow(self, stamp_seconds: float, sent_seconds: float, received_seconds: float) -> None:
        lowest, highest = stamp_seconds - received_seconds, stamp_seconds + _RESOLUTION_SECONDS - sent_seconds
        self.stamps += 1
        if max(lowest, self._lowest) > min(highest, self._highest):
            self._contradictions += 1
            self._lowest, self._highest = lowest, highest
            return
        if lowest > self._lowest:
            self._lowest = lowest
        if highest < self._highest:
            self._highest = highest
