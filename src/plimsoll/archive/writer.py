"""Writing a run's archive while the run goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import plimsoll
from plimsoll.archive import rows
from plimsoll.archive.bindings import journal_batches
from plimsoll.archive.directory import (
    LOCK,
    PROFILE,
    SCENARIO,
    SUMMARY,
    hold_lock,
    journal_path,
    parquet_path,
    write_json,
)
from plimsoll.archive.hashing import archive_hash
from plimsoll.archive.index import RunIndex
from plimsoll.archive.journal import BATCH_ROWS, Journal
from plimsoll.archive.manifest import Manifest, RunStatus, TableDigest, read_manifest
from plimsoll.archive.parquet import write_parquet
from plimsoll.telemetry import RequestRow


class RunWriter:
    """The telemetry that keeps what it is told.

    Rows are held in memory until one table has a batch of them, and on :meth:`flush`; from then on a ``kill -9``
    cannot take them away. Calls with the uid of a pod that :meth:`pod` was not told of raise ``KeyError``: that is a
    bug of the caller, not a state of a cluster.
    """

    def __init__(
        self,
        directory: Path,
        *,
        scenario_name: str,
        scenario: Mapping[str, Any],
        profile_name: str,
        profile: Mapping[str, Any],
        seed: int,
        started: datetime,
    ) -> None:
        """Begin the archive of a run in the directory that ``reserve_run`` made, whose name is the run's id."""
        self.directory = directory
        self._scenario, self._profile = scenario, profile
        self._lock = hold_lock(directory)
        write_json(directory / SCENARIO, scenario)
        write_json(directory / PROFILE, profile)
        self._journals = {
            table: Journal(journal_path(directory, table), schema) for table, schema in rows.JOURNALS.items()
        }
        self._columns = {table: journal.columns for table, journal in self._journals.items()}
        self._appends = {table: [column.append for column in columns] for table, columns in self._columns.items()}
        self._milestones = self._columns["milestones"]
        self._samples = self._columns["samples"]
        self._ordinals: dict[str, int] = {}
        self._manifest = Manifest(
            id=directory.name,
            plimsoll_version=plimsoll.__version__,
            scenario=scenario_name,
            profile=profile_name,
            seed=seed,
            started=started.astimezone(UTC),
        )
        self._publish(self._manifest)

    # ------------------------------------------------------------------------------------------------ telemetry

    def pod(self, uid: str, namespace: str, name: str, job: str, created_seconds: float) -> None:
        """Number a pod that is seen for the first time; to tell of it again changes nothing."""
        if uid in self._ordinals:
            return
        ordinal = self._ordinals[uid] = len(self._ordinals)
        self._append("pods", ordinal, uid, namespace, name, job, created_seconds)

    def pod_node(self, uid: str, node: str) -> None:
        """Record where a pod was bound."""
        self._append("bindings", self._ordinals[uid], node)

    def milestone(self, seconds: float, uid: str, milestone: str) -> None:
        """Record a moment of a pod's life."""
        instants, pods, milestones = self._milestones
        pods.append(self._ordinals[uid])  # the one step that can fail comes first, and leaves no half row
        instants.append(seconds)
        milestones.append(milestone)
        if len(pods) >= BATCH_ROWS:
            self.flush()

    def requests(self, rows: Iterable[RequestRow]) -> None:
        """Record a window of requests."""
        columns = self._columns["requests"]
        for column, values in zip(columns, zip(*rows, strict=True), strict=False):  # no rows, no columns
            column.extend(values)
        if len(columns[0]) >= BATCH_ROWS:
            self.flush()

    def sample(self, seconds: float, series: str, instance: str, value: float) -> None:
        """Record the value of a gauge."""
        instants, names, instances, values = self._samples
        instants.append(seconds)
        names.append(series)
        instances.append(instance)
        values.append(value)
        if len(values) >= BATCH_ROWS:
            self.flush()

    def event(
        self,
        seconds: float,
        type: str,  # noqa: A002  the field's name in Kubernetes
        reason: str,
        kind: str,
        namespace: str,
        name: str,
        source: str,
        message: str,
        *,
        count: int = 1,
    ) -> None:
        """Record a Kubernetes event."""
        self._append("events", seconds, type, reason, kind, namespace, name, source, message, count)

    def log(self, seconds: float, component: str, instance: str, verbosity: int, message: str) -> None:
        """Record a line of a component's log."""
        self._append("logs", seconds, component, instance, verbosity, message)

    def phase(self, name: str, started_seconds: float, ended_seconds: float) -> None:
        """Record a phase, and make sure that it stays recorded."""
        self._append("phases", name, started_seconds, ended_seconds)
        self.flush()

    def result(
        self, seconds: float, client: tuple[str, str, str, int], job: str, kind: str, measure: str, value: float
    ) -> None:
        """Record what one client of a program measured; it is named by namespace, pod, container and number."""
        self._append("results", seconds, *client, job, kind, measure, value)

    def durations(self, job: str, kind: str, measure: str, bucket: int, count: int, seconds_sum: float) -> None:
        """Record durations that one client counted."""
        self._append("durations", job, kind, measure, bucket, count, seconds_sum)

    # --------------------------------------------------------------------------------------------------- archive

    def flush(self) -> None:
        """Write every row told so far, pods before whatever refers to them."""
        for journal in self._journals.values():
            journal.flush()

    def close(self, status: RunStatus, *, virtual_seconds: float, wall_seconds: float) -> Manifest:
        """Turn the journals into tables, hash them and say how the run ended. The writer is of no use afterwards."""
        for journal in self._journals.values():
            journal.close()
        tables = self._seal()
        self._manifest = replace(
            self._manifest,
            status=status,
            virtual_seconds=virtual_seconds,
            wall_seconds=wall_seconds,
            archive_hash=archive_hash(
                {table: digest.sha256 for table, digest in tables.items()}, self._scenario, self._profile
            ),
            tables=tables,
        )
        self._publish(self._manifest)
        (self.directory / LOCK).unlink()
        self._lock.close()
        return self._manifest

    def _seal(self) -> dict[str, TableDigest]:
        digests = {}
        for table, schema in rows.TABLES.items():
            digest = write_parquet(parquet_path(self.directory, table), schema, journal_batches(self.directory, table))
            digests[table] = TableDigest(digest.rows, digest.hexdigest())
        for journal in rows.JOURNALS:
            journal_path(self.directory, journal).unlink()
        return digests

    def _append(self, table: str, *row: Any) -> None:
        for append, value in zip(self._appends[table], row, strict=True):
            append(value)
        if len(self._columns[table][0]) >= BATCH_ROWS:
            self.flush()

    def _publish(self, manifest: Manifest) -> None:
        manifest.write(self.directory)
        RunIndex(self.directory.parent).record(manifest)


def write_summary(directory: Path, summary: Mapping[str, Any]) -> None:
    """Keep the document that ``run --output json`` prints beside the tables it was made from."""
    write_json(directory / SUMMARY, summary)
    RunIndex(directory.parent).record(read_manifest(directory), summary.get("verdict"))
