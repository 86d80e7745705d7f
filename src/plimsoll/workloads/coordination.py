"""Where the coordinator of a job's workers is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coordination:
    """Where the workers of a job deliver their results, and how long they work."""

    job: str
    namespace: str
    pod: str
    container: str
    work_seconds: float
