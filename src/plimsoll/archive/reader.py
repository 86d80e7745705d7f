"""Reading a run's archive: one that is complete, one that is being written, one whose process was killed."""

from __future__ import annotations

import difflib
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from plimsoll.archive import rows
from plimsoll.archive.bindings import journal_batches
from plimsoll.archive.directory import (
    MANIFEST,
    PROFILE,
    SCENARIO,
    SUMMARY,
    default_runs_directory,
    parquet_path,
    read_json,
)
from plimsoll.archive.index import RunIndex
from plimsoll.archive.manifest import Manifest, read_manifest
from plimsoll.archive.parquet import hash_parquet, read_parquet
from plimsoll.errors import ArchiveError

LATEST = "latest"


class RunArchive:
    """What one run saw. Tables are read when asked for and kept."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.manifest: Manifest = read_manifest(directory)
        self._tables: dict[str, pa.Table] = {}

    @classmethod
    def open(cls, run: Path | str = LATEST, runs_directory: Path | None = None) -> RunArchive:
        """Open a run by its directory, its id, or ``latest``; :class:`ArchiveError` where there is none."""
        directory = Path(run)
        if (directory / MANIFEST).is_file():
            return cls(directory)
        runs_directory = runs_directory or default_runs_directory()
        run_id = _latest(runs_directory) if str(run) == LATEST else str(run)
        if (runs_directory / run_id / MANIFEST).is_file():
            return cls(runs_directory / run_id)
        raise ArchiveError(f"there is no run {run_id} in {runs_directory}. {_hint(run_id, runs_directory)}")

    @cached_property
    def scenario(self) -> dict[str, Any]:
        """The scenario as resolved."""
        return dict(read_json(self.directory / SCENARIO))

    @cached_property
    def profile(self) -> dict[str, Any]:
        """Every constant of the simulated cluster, with its source and status."""
        return dict(read_json(self.directory / PROFILE))

    @property
    def summary(self) -> dict[str, Any] | None:
        """What ``run --output json`` printed; ``None`` where the run did not get that far."""
        path = self.directory / SUMMARY
        return dict(read_json(path)) if path.is_file() else None

    def table(self, name: str) -> pa.Table:
        """One of the tables of ``rows.TABLES``, as far as it was written when first asked for."""
        if name not in self._tables:
            self._tables[name] = self._read(name)
        return self._tables[name]

    def verify(self) -> None:
        """Read every table of a closed run; :class:`ArchiveError` where one is not what the run wrote."""
        for name, written in self.manifest.tables.items():
            path = parquet_path(self.directory, name)
            try:
                found = hash_parquet(path, rows.TABLES[name]).hexdigest()
            except (OSError, pa.ArrowException) as error:
                raise _unreadable(path, error) from error
            if found != written.sha256:
                raise ArchiveError(f"{path} is not what run {self.manifest.id} wrote. Restore it from a copy")

    def _read(self, name: str) -> pa.Table:
        schema = rows.TABLES[name]
        if self.manifest.tables and name not in self.manifest.tables:
            return schema.empty_table()  # a run of a version that did not have this table
        path = parquet_path(self.directory, name)
        try:
            if path.is_file():
                return read_parquet(path, schema)
            return self._read_journal(name, schema)
        except FileNotFoundError as error:
            if path.is_file():  # the run was closed between the two looks
                return read_parquet(path, schema)
            raise _unreadable(path, error) from error
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(path, error) from error

    def _read_journal(self, name: str, schema: pa.Schema) -> pa.Table:
        table = pa.Table.from_batches(journal_batches(self.directory, name), schema).unify_dictionaries()
        if name != "milestones":
            return table
        # Where the journal of pods was cut, or read earlier, some milestones belong to pods that nobody can name.
        return table.filter(pc.less(table["pod"], self.table("pods").num_rows))


def _latest(runs_directory: Path) -> str:
    runs = RunIndex(runs_directory).runs()
    if not runs:
        raise ArchiveError(f"there are no runs in {runs_directory}. Make one with `plimsoll run`")
    return runs[0].manifest.id


def _hint(run_id: str, runs_directory: Path) -> str:
    ids = [run.manifest.id for run in RunIndex(runs_directory).runs()]
    alike = difflib.get_close_matches(run_id, ids, n=1)
    return f"Did you mean {alike[0]}?" if alike else "`plimsoll runs` lists those that there are"


def _unreadable(path: Path, error: Exception) -> ArchiveError:
    return ArchiveError(f"{path} cannot be read: {error}. Restore it from a copy, or run again")
