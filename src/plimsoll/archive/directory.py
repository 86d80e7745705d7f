"""Where runs are kept, and the files of one run.

::

    <runs directory>/index.sqlite           the list of runs, which can be made anew from the rest
    <runs directory>/<run>/run.json         the manifest
    <runs directory>/<run>/scenario.json    the scenario as resolved
    <runs directory>/<run>/profile.json     every constant of the simulated cluster, with its source and status
    <runs directory>/<run>/<table>.arrow    a table's journal while the run goes on …
    <runs directory>/<run>/<table>.parquet  … and the table once it is over
    <runs directory>/<run>/summary.json     what ``run --output json`` printed
    <runs directory>/<run>/run.lock         held by the process that is writing the run
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from plimsoll.errors import ArchiveError

_DEFAULT = "plimsoll-runs"
_VARIABLE = "PLIMSOLL_RUNS"

MANIFEST = "run.json"
SCENARIO = "scenario.json"
PROFILE = "profile.json"
SUMMARY = "summary.json"
LOCK = "run.lock"

_LONGEST_SLUG = 40  # with date, time and a number still a label's value, which has at most 63 characters


def default_runs_directory() -> Path:
    """``$PLIMSOLL_RUNS``, or ``plimsoll-runs`` in the current directory."""
    return Path(os.environ.get(_VARIABLE) or _DEFAULT)


def journal_path(directory: Path, table: str) -> Path:
    """Where a table is written while its run goes on."""
    return directory / f"{table}.arrow"


def parquet_path(directory: Path, table: str) -> Path:
    """Where a table is kept once its run is over."""
    return directory / f"{table}.parquet"


def reserve_run(runs_directory: Path, scenario_name: str, started: datetime) -> Path:
    """Make the directory of a new run; its name is the run's id.

    The id is ``<scenario>-<date>-<time>`` (UTC), with a number after it where that is taken; it is a valid value of a
    Kubernetes label, so that whatever the run creates can carry it.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", scenario_name.rpartition("/")[2].lower()).strip("-")[:_LONGEST_SLUG].strip("-")
    first = f"{slug or 'run'}-{started.astimezone(UTC):%Y%m%d-%H%M%S}"
    try:
        runs_directory.mkdir(parents=True, exist_ok=True)
        names = itertools.chain([first], (f"{first}-{number}" for number in itertools.count(2)))
        return next(path for path in (runs_directory / name for name in names) if _is_made(path))
    except OSError as error:
        message = f"cannot keep runs in {runs_directory}: {error.strerror}. Choose another place with $PLIMSOLL_RUNS"
        raise ArchiveError(message) from error


def _is_made(directory: Path) -> bool:
    """Make a directory, unless it is there already."""
    try:
        directory.mkdir()
    except FileExistsError:
        return False
    return True


def write_json(path: Path, document: Any) -> None:
    """Write a document for readers and programs; whoever reads at the same time sees the old one or the new one."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    unfinished.replace(path)


def read_json(path: Path) -> Any:
    """Read a document of an archive; :class:`ArchiveError` where it is missing or is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = f"{path.parent} is not the archive of a run: it has no {path.name}"
        raise ArchiveError(message) from error
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}. Restore it from a copy, or delete {path.parent}"
        raise ArchiveError(message) from error


def hold_lock(directory: Path) -> IO[bytes]:
    """Say that this process is writing the run, until the file returned is closed or the process is gone."""
    lock = (directory / LOCK).open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def is_locked(directory: Path) -> bool:
    """Whether a process is writing the run."""
    try:
        with (directory / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
