"""The archive's writer that also remembers how busy the cluster was a moment ago, for whoever watches the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.archive.writer import RunWriter
from plimsoll.histogram import bucket_bounds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plimsoll.telemetry import RequestRow


class PulseWriter(RunWriter):
    """Keeps what it is told, and the rates of the last window of requests."""

    requests_per_second = 0.0
    throttle_seconds = 0.0
    """The longest wait at any client's own limiter, to the resolution of the histogram."""

    def requests(self, rows: Iterable[RequestRow]) -> None:
        """Record a window of requests."""
        window = list(rows)
        latencies = [row for row in window if row.measure == "latency"]
        throttles = [row.bucket for row in window if row.measure == "throttle"]
        self.requests_per_second = sum(row.count / row.window_seconds for row in latencies)
        self.throttle_seconds = bucket_bounds(max(throttles))[1] if throttles else 0.0
        super().requests(window)
