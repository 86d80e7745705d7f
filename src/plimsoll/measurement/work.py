"""What the programs in pods measured, per job and kind of work: all of its clients together.

Durations are merged from counts per bucket (:mod:`plimsoll.histogram`), so their quantiles are those of all round trips,
not of averages: within 4.5 %.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from plimsoll.measurement.traffic import Durations, distribution

SUMMED = (
    "attempts",
    "refused",
    "timedOut",
    "unresolved",
    "unknown",
    "failed",
    "connections",
    "disconnects",
    "corrupt",
    "messages",
    "lookups",
    "operations",
    "lines",
    "changes",
    "bytesSent",
    "bytesReceived",
)
"""Measures that make sense added up over clients."""

PER_CLIENT = ("firstConnectionSeconds", "bytesPerSecond", "busyShare", "waitedSeconds")
"""Measures of which the spread over clients is telling."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A measure over all clients that have it."""

    p50: float
    p99: float
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work of one job."""

    job: str
    kind: str
    clients: int
    complete: int
    """Clients that came to the end of their work; the others were stopped before."""
    late: int
    """Clients that began after the others."""
    totals: Mapping[str, float]
    spreads: Mapping[str, Spread]
    durations: Mapping[str, Durations]


def work(results: pa.Table, durations: pa.Table) -> tuple[Work, ...]:
    """Sum up both tables, in the order of jobs and kinds."""
    values: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    interesting = {"complete", "late", *SUMMED, *PER_CLIENT}
    wanted = pc.is_in(results.column("measure").cast("string"), value_set=pa.array(sorted(interesting)))
    for row in results.filter(wanted).select(["job", "kind", "measure", "value"]).to_pylist():
        values[row["job"], row["kind"]][row["measure"]].append(row["value"])
    found = _durations(durations)
    return tuple(_work(*key, measures, found.get(key, {})) for key, measures in sorted(values.items()))


def _work(job: str, kind: str, measures: Mapping[str, list[float]], durations: Mapping[str, Durations]) -> Work:
    return Work(
        job=job,
        kind=kind,
        clients=len(measures["complete"]),
        complete=round(sum(measures["complete"])),
        late=round(sum(measures["late"])),
        totals={name: sum(measures[name]) for name in SUMMED if name in measures},
        spreads={name: _spread(measures[name]) for name in PER_CLIENT if name in measures},
        durations=durations,
    )


def _spread(values: list[float]) -> Spread:
    ordered = sorted(values)
    last = len(ordered) - 1
    return Spread(ordered[round(last * 0.5)], ordered[round(last * 0.99)], ordered[0], ordered[last])


def _durations(table: pa.Table) -> dict[tuple[str, str], dict[str, Durations]]:
    counts: dict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    keys = ["job", "kind", "measure", "bucket"]
    for row in table.group_by(keys).aggregate([("count", "sum"), ("secondsSum", "sum")]).to_pylist():
        key = row["job"], row["kind"], row["measure"]
        counts[key][row["bucket"]] = row["count_sum"]
        sums[key] += row["secondsSum_sum"]
    found: dict[tuple[str, str], dict[str, Durations]] = defaultdict(dict)
    for (job, kind, measure), buckets in sorted(counts.items()):
        found[job, kind][measure] = distribution(buckets, sums[job, kind, measure])
    return found
