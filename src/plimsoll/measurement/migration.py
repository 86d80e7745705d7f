"""Live migrations: how many completed or failed, how long they took, and what they sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Samples


def migrations(samples: Samples) -> Mapping[str, float]:
    """The numbers by name; none where nothing migrated."""
    completed, failed = (samples.series(f"migration.{name}").values for name in ("completed", "failed"))
    done, lost = float(completed.max(initial=0.0)), float(failed.max(initial=0.0))
    if not done + lost:
        return {}
    found = {
        "migrations.completed": done,
        "migrations.failed": lost,
        "migrations.failed.ratio": lost / (done + lost),
        "migrations.sendBitsPerSecond.max": float(samples.series("migration.sendBitsPerSecond").values.max(initial=0)),
    }
    seconds = samples.series("migration.seconds").values
    if seconds.size:
        found["migrations.seconds.count"] = float(seconds.size)
        found["migrations.seconds.mean"] = float(seconds.mean())
        for name, quantile in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)):
            found[f"migrations.seconds.{name}"] = float(np.quantile(seconds, quantile))
    return found
