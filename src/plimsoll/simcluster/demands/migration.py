"""Virtual machines that are moved from node to node."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveMigrations:
    """Virtual machines that are moved from node to node."""

    at_seconds: float
    for_seconds: float | None
    """Until the end of the run where there is none."""
    per_minute: float = 1.0
    memory_bytes: int = 4 * 1024**3
    dirty_bytes_per_second: float = 0.0
