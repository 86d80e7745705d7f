"""Adds up what a simulation reports window by window, as Prometheus wants it: from the beginning on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.histogram import representative
from plimsoll.telemetry import NullTelemetry

if TYPE_CHECKING:
    from plimsoll.telemetry import RequestRow


class Requests(NamedTuple):
    """Requests that are alike."""

    client: str
    verb: str
    resource: str
    code: int


@dataclass(slots=True)
class Durations:
    """How often requests took how long, in seconds, and all of them together."""

    counts: dict[float, int] = field(default_factory=dict)
    total_seconds: float = 0.0

    def add(self, seconds: float, count: int, total_seconds: float) -> None:
        """Count some more."""
        self.counts[seconds] = self.counts.get(seconds, 0) + count
        self.total_seconds += total_seconds

    def merge(self, other: Durations) -> None:
        """Count all of another."""
        for seconds, count in other.counts.items():
            self.add(seconds, count, 0.0)
        self.total_seconds += other.total_seconds


class Totals(NullTelemetry):
    """Requests since a cluster began; all else goes unheard: gauges are read where they are."""

    def __init__(self) -> None:
        self.latencies: dict[Requests, Durations] = {}
        self.throttles: dict[Requests, Durations] = {}

    def requests(self, rows: Iterable[RequestRow]) -> None:
        """Add a window of requests."""
        for row in rows:
            kept = self.latencies if row.measure == "latency" else self.throttles
            key = Requests(row.client, row.verb, row.resource, row.code)
            if key not in kept:
                kept[key] = Durations()
            kept[key].add(representative(row.bucket), row.count, row.seconds_sum)
