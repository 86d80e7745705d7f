"""Transactions on the database cluster: how many there were, how many were lost, and how many failed for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Samples


def database(samples: Samples) -> Mapping[str, float]:
    """The numbers by name; none where there were no transactions."""
    transactions = _last(samples, "database.transactions")
    if not transactions:
        return {}
    failed = _last(samples, "database.failed")
    certification, brute_force = (
        _last(samples, f"database.{name}") for name in ("certificationFailures", "bruteForceAborts")
    )
    seconds = samples.series("database.transactionSeconds").values
    attempts = transactions + _last(samples, "database.retries")
    return {
        "database.transactions": transactions,
        "database.failed": failed,
        "database.failed.ratio": failed / transactions,
        "database.certificationFailures": certification,
        "database.bruteForceAborts": brute_force,
        "database.conflicts": certification + brute_force,
        "database.conflicts.ratio": (certification + brute_force) / attempts,
        "database.retries": attempts - transactions,
        "database.seconds.max": float(seconds.max(initial=0.0)),
    }


def _last(samples: Samples, name: str) -> float:
    """What a counter of all instances came to."""
    return sum(float(steps.values[-1]) for steps in samples.series(name).per_instance().values())
