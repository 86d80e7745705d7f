"""Requests: how many each client made, how long they took, and how long the client held them back itself.

Durations come as counts per bucket (:mod:`plimsoll.histogram`): quantiles and maxima are within 4.5 %.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from plimsoll import histogram

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

FIRST_ERROR_CODE = 400
TOO_MANY_REQUESTS = 429
FIRST_SERVER_ERROR_CODE = 500


@dataclass(frozen=True, slots=True)
class Durations:
    """A distribution of durations in seconds, read from bucket counts."""

    count: int
    total_seconds: float
    p50: float
    p90: float
    p99: float
    max: float

    @property
    def mean(self) -> float:
        """The mean, which is exact: sums are kept beside the counts."""
        return self.total_seconds / self.count


@dataclass(frozen=True, slots=True)
class ClientTraffic:
    """What one client (all kubelets are one) asked of the API server."""

    client: str
    requests: int
    errors: int
    """Requests answered with 400 or above, such as 404 to who asks whether something exists."""
    failures: int
    """Those of them that the server refused or failed at: answered with 429, or 500 and above."""
    per_second: float
    """Over the whole run."""
    peak_per_second: float
    """In the busiest window."""
    steady_per_second: float | None
    """While every pod ran and nothing was created or deleted; None where there was no such time."""
    latency: Durations
    """Answer times, waits at the client's own limiter left out."""
    throttle: Durations | None
    """Waits at the client's own limiter, of the requests that had to wait; None where none had to."""


@dataclass(frozen=True, slots=True)
class ApiLatency:
    """How long the API server took for requests of one kind, waits at the client's limiter left out."""

    verb: str
    resource: str
    errors: int
    durations: Durations


@dataclass(frozen=True, slots=True)
class Traffic:
    """All requests of a run, clients and kinds of request each in the order of how many there were."""

    clients: tuple[ClientTraffic, ...]
    latencies: tuple[ApiLatency, ...]
    refused: int
    """Requests answered with 429, each try counted."""


def traffic(requests: pa.Table, run_seconds: float, steady: tuple[float, float] | None) -> Traffic:
    """Sum up the ``requests`` table. ``steady`` is the stretch of time for the steady rates."""
    made = requests.filter(pc.equal(_words(requests, "measure"), "latency"))
    held = requests.filter(pc.equal(_words(requests, "measure"), "throttle"))
    refused = pc.sum(made.filter(pc.equal(made.column("code"), TOO_MANY_REQUESTS)).column("count")).as_py()
    return Traffic(_clients(made, held, run_seconds, steady), _latencies(made), refused or 0)


def _words(table: pa.Table, column: str) -> Any:
    return table.column(column).cast("string")


def _clients(
    made: pa.Table, held: pa.Table, run_seconds: float, steady: tuple[float, float] | None
) -> tuple[ClientTraffic, ...]:
    latencies, throttles = _durations(made, "client"), _durations(held, "client")
    errors, failures, peaks = _counts(_erroneous(made), "client"), _counts(_failed(made), "client"), _peaks(made)
    steady_counts = _counts(_between(made, *steady), "client") if steady else {}
    found = [
        ClientTraffic(
            client=key[0],
            requests=latency.count,
            errors=errors.get(key, 0),
            failures=failures.get(key, 0),
            per_second=latency.count / run_seconds if run_seconds > 0 else 0.0,
            peak_per_second=peaks[key[0]],
            steady_per_second=steady_counts.get(key, 0) / (steady[1] - steady[0]) if steady else None,
            latency=latency,
            throttle=throttles.get(key),
        )
        for key, latency in latencies.items()
    ]
    return tuple(sorted(found, key=lambda client: (-client.requests, client.client)))


def _latencies(made: pa.Table) -> tuple[ApiLatency, ...]:
    errors = _counts(_erroneous(made), "verb", "resource")
    found = [
        ApiLatency(verb=key[0], resource=key[1], errors=errors.get(key, 0), durations=durations)
        for key, durations in _durations(made, "verb", "resource").items()
    ]
    return tuple(sorted(found, key=lambda kind: (-kind.durations.count, kind.verb, kind.resource)))


def _failed(made: pa.Table) -> pa.Table:
    code = made.column("code")
    return made.filter(pc.or_(pc.equal(code, TOO_MANY_REQUESTS), pc.greater_equal(code, FIRST_SERVER_ERROR_CODE)))


def _erroneous(made: pa.Table) -> pa.Table:
    return made.filter(pc.greater_equal(made.column("code"), FIRST_ERROR_CODE))


def _between(made: pa.Table, start_seconds: float, end_seconds: float) -> pa.Table:
    """The rows whose whole window lies between two moments."""
    starts = made.column("windowStartSeconds")
    ends = pc.add(starts, made.column("windowSeconds"))
    return made.filter(pc.and_(pc.greater_equal(starts, start_seconds), pc.less_equal(ends, end_seconds)))


def _grouped(table: pa.Table, keys: Iterable[str], column: str) -> list[dict[str, Any]]:
    """The sums of a column by some keys, as rows."""
    names = list(keys)
    rows: list[dict[str, Any]] = table.select([*names, column]).group_by(names).aggregate([(column, "sum")]).to_pylist()
    return rows


def _counts(table: pa.Table, *keys: str) -> dict[tuple[str, ...], int]:
    return {tuple(row[key] for key in keys): row["count_sum"] for row in _grouped(table, keys, "count")}


def _peaks(made: pa.Table) -> dict[str, float]:
    peaks: dict[str, float] = defaultdict(float)
    for row in _grouped(made, ("client", "windowStartSeconds", "windowSeconds"), "count"):
        peaks[row["client"]] = max(peaks[row["client"]], row["count_sum"] / row["windowSeconds"])
    return peaks


def _durations(table: pa.Table, *keys: str) -> dict[tuple[str, ...], Durations]:
    counts: dict[tuple[str, ...], dict[int, int]] = defaultdict(dict)
    for row in _grouped(table, (*keys, "bucket"), "count"):
        counts[tuple(row[key] for key in keys)][row["bucket"]] = row["count_sum"]
    sums = {tuple(row[key] for key in keys): row["secondsSum_sum"] for row in _grouped(table, keys, "secondsSum")}
    return {key: distribution(buckets, sums[key]) for key, buckets in counts.items()}


def distribution(counts_by_bucket: Mapping[int, int], total_seconds: float) -> Durations:
    """The distribution behind some bucket counts, of which there is at least one."""
    p50, p90, p99, longest = (histogram.quantile(counts_by_bucket, q) or 0.0 for q in (0.5, 0.9, 0.99, 1.0))
    return Durations(sum(counts_by_bucket.values()), total_seconds, p50, p90, p99, longest)
