"""Small archives written as data: a YAML file of some lines stands for the tables of a run.

Keys of a case (times in seconds of the run's clock)::

    why: one sentence                       # what makes it a case
    found: true | false                     # whether the finding that the folder is named after must be raised
    seconds: 3600                           # how long the run took
    load: {pace: …, jobs: …}                # as in a scenario
    settings: {kubelet.kubeAPIQPS: 5}       # what /configz and command lines show
    pods:                                   # groups of pods, one every so many seconds
    - {count: 100, node: worker-0, created: 0, every: 2, scheduled: 1, running: [5, 900], ready: …, failed: …, deletion: …}
                                            # seconds after creation; [first, last]: growing in between; absent: never
    samples:
    - {series: kubelet.requestsPerSecond, instance: worker-0, value: 5}      # all along, every 10 s
    - {series: …, from: 60, until: 600, every: 10, values: [1, 4, 9]}        # or points: [[60, 1], [70, 4]]
    requests:
    - {client: kubelet, verb: GET, resource: secrets, code: 200, perSecond: 5, took: 0.01, from: 0, until: 600}
    events:
    - {reason: FailedScheduling, source: default-scheduler, name: pod, message: …, objects: 3, count: 5, at: 60, every: 1}
    logs:
    - {component: kubelet, instance: worker-0, message: …, at: 60, times: 3, every: 10, verbosity: 2}
    phases: {create: [0, 100]}

Texts may contain ``{n}``, the number of the event or line. Node, instance and client may be lists: then one group for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from plimsoll import histogram
from plimsoll.archive.manifest import Manifest, RunStatus
from plimsoll.archive.rows import TABLES
from plimsoll.telemetry import Milestone

WINDOW_SECONDS = 10.0
_MILESTONES = {
    "scheduled": Milestone.API_SCHEDULED,
    "running": Milestone.API_RUNNING,
    "ready": Milestone.API_READY,
    "failed": Milestone.API_FAILED,
    "deletion": Milestone.DELETION_REQUESTED,
    "deleted": Milestone.DELETED,
}

Document = Mapping[str, Any]
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class CaseArchive:
    """An archive in memory."""

    manifest: Manifest
    scenario: Mapping[str, Any]
    profile: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    def table(self, name: str) -> pa.Table:
        """One of the tables."""
        return self.tables[name]


def read_case(path: Path) -> Document:
    """A case's document."""
    document: Document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def archive_of_case(document: Document) -> CaseArchive:
    """The archive that a case stands for."""
    rows: Rows = {name: [] for name in TABLES}
    seconds = float(document["seconds"])
    for group in _each(document.get("pods", ()), "node"):
        _pods(rows, group, seconds)
    for name, value in document.get("settings", {}).items():
        rows["samples"].append((0.0, f"config.{name}", "", float(value)))
    for group in _each(document.get("samples", ()), "instance"):
        rows["samples"].extend(_samples(group, seconds))
    for group in _each(document.get("requests", ()), "client"):
        rows["requests"].extend(_requests(group, seconds))
    for group in document.get("events", ()):
        rows["events"].extend(_events(group))
    for group in _each(document.get("logs", ()), "instance"):
        rows["logs"].extend(_logs(group))
    rows["phases"].extend((name, *span) for name, span in document.get("phases", {}).items())
    tables = {name: _table(name, rows[name]) for name in TABLES}
    manifest = Manifest("case", "0", "case", "", 1, datetime(2026, 1, 1, tzinfo=UTC), RunStatus.COMPLETE, seconds)
    return CaseArchive(manifest, {"name": "case", "load": document.get("load", {})}, {}, tables)


def _each(groups: Any, *keys: str) -> Iterator[dict[str, Any]]:
    """The groups, with lists under a key spread over one group each."""
    for group in groups:
        choices = [group[key] if isinstance(group.get(key), list) else [group.get(key)] for key in keys]
        for values in product(*choices):
            yield {**group, **dict(zip(keys, values, strict=True))}


def _pods(rows: Rows, group: Document, run_seconds: float) -> None:
    number = int(group.get("count", 1))
    first, every = float(group.get("created", 0)), float(group.get("every", 1))
    after = {key: _between(group[key], number) for key in _MILESTONES if key in group}
    for index in range(number):
        pod, created = len(rows["pods"]), first + every * index
        namespace = str(group.get("namespace", "ns-{n}")).format(n=pod)
        name = f"{group.get('name', 'pod')}-{pod}"
        node = (group.get("node") or "") if "scheduled" in group or "running" in group else ""
        rows["pods"].append((pod, f"uid-{pod}", namespace, name, "job", node, created))
        for key, offsets in after.items():
            if created + offsets[index] <= run_seconds:
                rows["milestones"].append((created + float(offsets[index]), pod, str(_MILESTONES[key])))


def _between(value: Any, number: int) -> Any:
    first, last = value if isinstance(value, list) else (value, value)
    return np.linspace(float(first), float(last), number)


def _samples(group: Document, run_seconds: float) -> Iterator[tuple[Any, ...]]:
    name, instance = group["series"], group.get("instance") or ""
    if "points" in group:
        points = [(float(at), float(value)) for at, value in group["points"]]
    else:
        start, every = float(group.get("from", 0)), float(group.get("every", WINDOW_SECONDS))
        if "values" in group:
            points = [(start + every * step, float(value)) for step, value in enumerate(group["values"])]
        else:
            moments = np.arange(start, float(group.get("until", run_seconds)), every)
            points = [(float(moment), float(group["value"])) for moment in moments]
    return ((at, name, instance, value) for at, value in points)


def _requests(group: Document, run_seconds: float) -> Iterator[tuple[Any, ...]]:
    took = float(group.get("took", 0.01))
    count = round(float(group["perSecond"]) * WINDOW_SECONDS)
    kind = (group["client"], group.get("verb", "GET"), group.get("resource", "pods"), int(group.get("code", 200)))
    for start in np.arange(float(group.get("from", 0)), float(group.get("until", run_seconds)), WINDOW_SECONDS):
        yield (
            float(start),
            WINDOW_SECONDS,
            *kind,
            group.get("measure", "latency"),
            histogram.bucket_of(took),
            count,
            count * took,
        )


def _events(group: Document) -> Iterator[tuple[Any, ...]]:
    for number in range(int(group.get("objects", 1))):
        yield (
            float(group.get("at", 0)) + number * float(group.get("every", 1)),
            group.get("type", "Warning"),
            group["reason"],
            group.get("kind", "Pod"),
            group.get("namespace", "ns"),
            f"{group.get('name', 'object')}-{number}",
            group.get("source", ""),
            str(group.get("message", "")).replace("{n}", str(number)),
            int(group.get("count", 1)),
        )


def _logs(group: Document) -> Iterator[tuple[Any, ...]]:
    for number in range(int(group.get("times", 1))):
        yield (
            float(group.get("at", 0)) + number * float(group.get("every", 1)),
            group["component"],
            group.get("instance") or "",
            int(group.get("verbosity", 2)),
            str(group["message"]).replace("{n}", str(number)),
        )


def _table(name: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    schema = TABLES[name]
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [pa.array(list(column), field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
