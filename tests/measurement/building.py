"""Small archives for tests, told fact by fact through the real writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from plimsoll import histogram
from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.archive.writer import RunWriter
from plimsoll.telemetry import Measure, Milestone, RequestRow

_numbers = count()


def archive_of(
    folder: Path,
    *tell: Callable[[RunWriter], None],
    scenario: Mapping[str, Any] | None = None,
    status: RunStatus = RunStatus.COMPLETE,
    virtual_seconds: float = 100.0,
) -> RunArchive:
    """The archive of a closed run that was told these facts."""
    directory = folder / f"run-{next(_numbers)}"
    directory.mkdir()
    writer = RunWriter(
        directory,
        scenario_name="test",
        scenario=scenario or {},
        profile_name="ideal",
        profile={},
        seed=1,
        started=datetime(2026, 1, 1, tzinfo=UTC),
    )
    for facts in tell:
        facts(writer)
    writer.close(status, virtual_seconds=virtual_seconds, wall_seconds=0.5)
    return RunArchive.open(directory)


def pod(name: str, created: float, *, node: str = "worker-0", **milestones: float) -> Callable[[RunWriter], None]:
    """A pod of namespace ``ns`` with its milestones, by their names."""

    def tell(writer: RunWriter) -> None:
        writer.pod(name, "ns", name, "job", created)
        if node:
            writer.pod_node(name, node)
        for milestone, seconds in milestones.items():
            writer.milestone(seconds, name, Milestone(milestone))

    return tell


def sampled(series: str, *values: float, interval: float = 10.0, instance: str = "") -> Callable[[RunWriter], None]:
    """A gauge sampled at 0, ``interval``, …"""

    def tell(writer: RunWriter) -> None:
        for step, value in enumerate(values):
            writer.sample(step * interval, series, instance, value)

    return tell


def requested(
    client: str,
    count: int,
    took: float,
    *,
    start: float = 0.0,
    verb: str = "get",
    resource: str = "secrets",
    code: int = 200,
    measure: Measure = "latency",
) -> Callable[[RunWriter], None]:
    """Requests that were alike, in a window of ten seconds."""
    bucket = histogram.bucket_of(took)
    row = RequestRow(start, 10.0, client, verb, resource, code, measure, bucket, count, count * took)
    return lambda writer: writer.requests([row])


def phase(name: str, start: float, end: float) -> Callable[[RunWriter], None]:
    """A phase of the load."""
    return lambda writer: writer.phase(name, start, end)


def wanting(pods: int, *, expect: tuple[str, ...] = (), bytes_per_second: float | None = None) -> dict[str, Any]:
    """A scenario that asks for so many client pods."""
    client = {"kind": "Pod", "name": "client", "count": pods, "pod": {"role": "client"}}
    job = {"name": "job", "namespaces": {"count": 1}, "objects": [client]}
    exchange = {"exchange": {"bytesPerSecond": bytes_per_second}} if bytes_per_second else {}
    return {"name": "test", "load": {"jobs": [{**job, **exchange}]}, "expect": list(expect)}
