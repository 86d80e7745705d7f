"""Counting a client's requests into the archive, as the simulation counts those of its components."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.metering import Meter, Metering

SHORTEST_WAIT_SECONDS = 0.001
"""Less than this between a request and its turn is no wait, but our own code running."""


class ClientMeter:
    """The requests of one client, such as ``driver``."""

    def __init__(self, metering: Metering, client: str) -> None:
        self._metering = metering
        self._client = client
        self._meters: dict[tuple[str, str, int], Meter] = {}

    def count(self, verb: str, resource: str, code: int, latency_seconds: float, throttle_seconds: float = 0.0) -> None:
        """Count one request."""
        key = (verb, resource, code)
        meter = self._meters.get(key)
        if meter is None:
            meter = self._meters[key] = self._metering.meter(self._client, verb, resource, code)
        meter.add(latency_seconds, throttle_seconds if throttle_seconds >= SHORTEST_WAIT_SECONDS else 0.0)
