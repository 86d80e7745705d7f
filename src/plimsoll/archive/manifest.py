"""What a run was: its manifest, ``run.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from plimsoll.archive.directory import MANIFEST, is_locked, read_json, write_json
from plimsoll.errors import ArchiveError

FORMAT = 1
"""The version of the layout of an archive; a reader refuses those that it does not know."""


class RunStatus(StrEnum):
    """How far a run got."""

    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    """It was asked to stop, and closed its archive."""
    FAILED = "failed"
    """It could not go on, and closed its archive."""
    KILLED = "killed"
    """Its process is gone without a word; the archive holds what had been flushed. Never written, only read."""


@dataclass(frozen=True, slots=True)
class TableDigest:
    """How many rows a closed table has, and the SHA-256 of its content."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run was: enough to list it, and to do it again."""

    id: str
    plimsoll_version: str
    scenario: str
    """The scenario's name; the scenario itself is ``scenario.json``."""
    profile: str
    """The profile's name, or empty on a cluster that is not simulated."""
    seed: int
    started: datetime
    """By the wall clock, with its time zone."""
    status: RunStatus = RunStatus.RUNNING
    virtual_seconds: float | None = None
    """How long the run took on its own clock; unknown until it is closed."""
    wall_seconds: float | None = None
    archive_hash: str | None = None
    tables: Mapping[str, TableDigest] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The document that ``run.json`` holds."""
        return {
            "format": FORMAT,
            "id": self.id,
            "plimsollVersion": self.plimsoll_version,
            "scenario": self.scenario,
            "profile": self.profile,
            "seed": self.seed,
            "status": str(self.status),
            "started": self.started.isoformat(),
            "clock": {"virtualSeconds": self.virtual_seconds, "wallSeconds": self.wall_seconds},
            "archiveHash": self.archive_hash,
            "tables": {name: {"rows": table.rows, "sha256": table.sha256} for name, table in self.tables.items()},
        }

    def write(self, directory: Path) -> None:
        """Put the manifest into a run's directory."""
        write_json(directory / MANIFEST, self.as_json())


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a run; a run that was being written by a process now gone is ``killed``."""
    document = read_json(directory / MANIFEST)
    try:
        manifest = parse_manifest(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{directory / MANIFEST} is not the manifest of a run ({error!r}). Restore it from a copy"
        raise ArchiveError(message) from error
    if manifest.status is RunStatus.RUNNING and not is_locked(directory):
        return parse_manifest({**document, "status": RunStatus.KILLED})
    return manifest


def parse_manifest(document: Mapping[str, Any]) -> Manifest:
    """Read a manifest from its document; ``ArchiveError`` for a format that is not known."""
    if document["format"] != FORMAT:
        message = (
            f"run {document.get('id')} has an archive of format {document['format']}, and this Plimsoll reads "
            f"format {FORMAT}. Read it with the Plimsoll that wrote it, {document.get('plimsollVersion')}"
        )
        raise ArchiveError(message)
    return Manifest(
        id=document["id"],
        plimsoll_version=document["plimsollVersion"],
        scenario=document["scenario"],
        profile=document["profile"],
        seed=int(document["seed"]),
        started=datetime.fromisoformat(document["started"]),
        status=RunStatus(document["status"]),
        virtual_seconds=document["clock"]["virtualSeconds"],
        wall_seconds=document["clock"]["wallSeconds"],
        archive_hash=document["archiveHash"],
        tables={name: TableDigest(table["rows"], table["sha256"]) for name, table in document["tables"].items()},
    )
