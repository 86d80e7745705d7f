"""The vocabulary between those who report on a running cluster and those who read what was reported.

Belongs here: the listener's protocol, the names of milestones and series, and what of a real cluster each series is.

Does not belong here: who reports (`simcluster`, `observe`), who keeps it (`archive`), what is made of it (`measurement`,
`diagnosis`).
"""

from __future__ import annotations

from plimsoll.telemetry.listener import Measure, NullTelemetry, RequestRow, Telemetry
from plimsoll.telemetry.milestones import Milestone

__all__ = ["Measure", "Milestone", "NullTelemetry", "RequestRow", "Telemetry"]
