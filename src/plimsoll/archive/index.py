"""The list of runs: an SQLite database beside them.

It holds nothing that the runs themselves do not, so it can never be what stops a run: whatever is missing from it, or
the whole of it, is made anew from the manifests, and where it cannot be written it is done without. Any number of
processes may use it at once.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from plimsoll.archive.directory import MANIFEST, SUMMARY, read_json
from plimsoll.archive.manifest import Manifest, RunStatus, parse_manifest, read_manifest
from plimsoll.errors import ArchiveError

_FILE = "index.sqlite"
_BUSY_SECONDS = 10.0

_MIGRATIONS = ("CREATE TABLE runs (id TEXT PRIMARY KEY, manifest TEXT NOT NULL, verdict TEXT) WITHOUT ROWID",)
"""Statements that bring an index from version n to n + 1; ``PRAGMA user_version`` counts those applied."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run in the list: what it was, and the verdict of its summary where it has one."""

    manifest: Manifest
    verdict: str | None = None


class RunIndex:
    """The list of the runs in one directory."""

    def __init__(self, runs_directory: Path) -> None:
        self._directory = runs_directory
        self._path = runs_directory / _FILE

    def record(self, manifest: Manifest, verdict: str | None = None) -> None:
        """Enter a run, or what has become of it."""
        self._store([RunRecord(manifest, verdict)])

    def runs(self) -> list[RunRecord]:
        """All runs, the latest first; one whose manifest cannot be read is left out."""
        known = self._load()
        directories = {path.parent.name: path.parent for path in self._directory.glob(f"*/{MANIFEST}")}
        settled = {run_id: record for run_id, record in known.items() if run_id in directories and _is_settled(record)}
        fresh = list(_read_all(path for run_id, path in directories.items() if run_id not in settled))
        if fresh or len(settled) < len(known):
            self._store(fresh, forget=known.keys() - directories.keys())
        records = [*settled.values(), *fresh]
        return sorted(records, key=lambda record: (record.manifest.started, record.manifest.id), reverse=True)

    def _load(self) -> dict[str, RunRecord]:
        if not self._path.is_file():
            return {}
        with _indifferent(), self._database() as database:
            rows = database.execute("SELECT manifest, verdict FROM runs").fetchall()
            records = [RunRecord(parse_manifest(json.loads(manifest)), verdict) for manifest, verdict in rows]
            return {record.manifest.id: record for record in records}
        return {}

    def _store(self, records: Iterable[RunRecord], forget: Iterable[str] = ()) -> None:
        rows = [
            (record.manifest.id, json.dumps(record.manifest.as_json()), record.verdict)
            for record in records
            if record.manifest.status is not RunStatus.KILLED  # not a status that a run writes
        ]
        with _indifferent(), self._database() as database:
            database.executemany("DELETE FROM runs WHERE id = ?", [(run_id,) for run_id in forget])
            database.executemany("INSERT OR REPLACE INTO runs (id, manifest, verdict) VALUES (?, ?, ?)", rows)

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """One transaction on an index of our version."""
        with contextlib.closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
            try:
                _begin(database)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # not a database: what it held can be had from the runs
                self._path.unlink(missing_ok=True)
                raise
            yield database
            database.execute("COMMIT")


def _begin(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA synchronous = OFF")  # a list lost with the power is made anew
    database.execute("BEGIN IMMEDIATE")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > len(_MIGRATIONS):
        raise sqlite3.OperationalError("the index was made by a newer Plimsoll")
    for statement in _MIGRATIONS[version:]:
        database.execute(statement)
    database.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")


def _indifferent() -> contextlib.suppress:
    """Go on without the index where it cannot be used."""
    return contextlib.suppress(sqlite3.Error, ArchiveError, ValueError)


def _is_settled(record: RunRecord) -> bool:
    return record.manifest.status is not RunStatus.RUNNING


def _read_all(directories: Iterable[Path]) -> Iterator[RunRecord]:
    for directory in directories:
        with contextlib.suppress(ArchiveError):
            yield RunRecord(read_manifest(directory), _verdict(directory))


def _verdict(directory: Path) -> str | None:
    path = directory / SUMMARY
    summary: Mapping[str, object] = read_json(path) if path.is_file() else {}
    verdict = summary.get("verdict")
    return str(verdict) if verdict is not None else None
