"""Transactions of applications on the database cluster."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DatabaseTransactions:
    """Transactions of a service on the database cluster.

    Either ``per_second``, at random, or ``parallel`` clients that each wait for an answer before they go on. The share
    ``hot_share`` of them writes one of ``hot_rows`` rows, the others one of ``rows``.
    """

    at_seconds: float
    for_seconds: float | None
    """Until the end of the run where there is none."""
    service: str = "nova-api"
    per_second: float | None = None
    parallel: int | None = None
    statements: int = 3
    rows: int = 100_000
    hot_rows: int = 1
    hot_share: float = 0.0
    zipf_exponent: float = 0.0
