"""Requests of other clients to the API servers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiRequests:
    """Requests of other clients to the API servers: ``per_second`` of one kind, at random moments."""

    at_seconds: float
    for_seconds: float | None
    """Until the end of the run where there is none."""
    per_second: float
    client: str = "other-clients"
    verb: str = "GET"
    resource: str = "pods"
