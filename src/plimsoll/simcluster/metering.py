"""Counts requests by client, verb, resource and code, with the distributions of latency and of limiter waits.

A request adds to two small dictionaries; rows are made only when a window closes. That keeps the cost of accounting
for millions of requests a fraction of a microsecond each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from plimsoll.histogram import bucket_bounds, bucket_of
from plimsoll.telemetry import RequestRow, Telemetry

Measure = Literal["latency", "throttle"]


class Meter:
    """The requests of one (client, verb, resource, code) in the current window."""

    __slots__ = (
        "_above",
        "_below",
        "_bucket",
        "client",
        "code",
        "latency_counts",
        "latency_sums",
        "resource",
        "throttle_counts",
        "throttle_sums",
        "verb",
    )

    def __init__(self, client: str, verb: str, resource: str, code: int) -> None:
        self.client = client
        self.verb = verb
        self.resource = resource
        self.code = code
        self.latency_counts: dict[int, int] = {}
        self.latency_sums: dict[int, float] = {}
        self.throttle_counts: dict[int, int] = {}
        self.throttle_sums: dict[int, float] = {}
        self._bucket, self._above, self._below = 0, 0.0, 0.0

    def add(self, latency_seconds: float, throttle_seconds: float = 0.0, count: int = 1) -> None:
        """Count ``count`` requests that took this long, after this long in the client's limiter."""
        if self._above <= latency_seconds < self._below:  # most requests of a kind take about the same time
            bucket = self._bucket
        else:
            bucket = self._bucket = bucket_of(latency_seconds)
            self._above, self._below = bucket_bounds(bucket)
        counts = self.latency_counts
        if bucket in counts:
            counts[bucket] += count
            self.latency_sums[bucket] += latency_seconds * count
        else:
            counts[bucket] = count
            self.latency_sums[bucket] = latency_seconds * count
        if throttle_seconds > 0.0:
            bucket = bucket_of(throttle_seconds)
            self.throttle_counts[bucket] = self.throttle_counts.get(bucket, 0) + count
            self.throttle_sums[bucket] = self.throttle_sums.get(bucket, 0.0) + throttle_seconds * count

    def take(self) -> Iterator[tuple[Measure, int, int, float]]:
        """Yield ``(measure, bucket, count, seconds_sum)`` of the window, and start the next one empty."""
        yield from (
            ("latency", bucket, count, self.latency_sums[bucket]) for bucket, count in self.latency_counts.items()
        )
        yield from (
            ("throttle", bucket, count, self.throttle_sums[bucket]) for bucket, count in self.throttle_counts.items()
        )
        self.latency_counts, self.latency_sums = {}, {}
        self.throttle_counts, self.throttle_sums = {}, {}


class Metering:
    """Every meter of a cluster; closes windows into telemetry rows."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._meters: dict[tuple[str, str, str, int], Meter] = {}
        self._window_start_seconds = 0.0
        self.answered = 0
        """Requests in all windows that were closed."""

    def meter(self, client: str, verb: str, resource: str, code: int) -> Meter:
        """The meter of these labels; hold on to it, the look-up is not for hot paths."""
        key = (client, verb, resource, code)
        if key not in self._meters:
            self._meters[key] = Meter(*key)
        return self._meters[key]

    def totals(self, client: str) -> int:
        """Requests of one client in the window that is still open."""
        return sum(sum(meter.latency_counts.values()) for key, meter in self._meters.items() if key[0] == client)

    def close_window(self, now_seconds: float) -> None:
        """Report what was counted since the last call."""
        start = self._window_start_seconds
        width = now_seconds - start
        self._window_start_seconds = now_seconds
        busy = [meter for meter in self._meters.values() if meter.latency_counts]
        self.answered += sum(sum(meter.latency_counts.values()) for meter in busy)
        self._telemetry.requests(
            RequestRow(
                start, width, meter.client, meter.verb, meter.resource, meter.code, measure, bucket, count, seconds
            )
            for meter in busy
            for measure, bucket, count, seconds in meter.take()
        )
