"""Requests of other clients to the API servers."""

from __future__ import annotations

from typing import Literal

from plimsoll.scenario.demands.timed import TimedDemand


class ApiRequests(TimedDemand):
    """Requests of other clients to the API servers."""

    kind: Literal["apiRequests"]
