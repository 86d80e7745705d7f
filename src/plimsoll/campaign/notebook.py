"""The notebook: results of trials on disk, so that what was stopped goes on where it was, and nothing is run twice."""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from types import TracebackType
from typing import TYPE_CHECKING, Self

from plimsoll.campaign.trial import Trial, TrialResult
from plimsoll.errors import ArchiveError

if TYPE_CHECKING:
    from pathlib import Path

    from plimsoll.campaign.crew import Crew, Results

FILE = "trials.sqlite"
_SCHEMA = "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, result TEXT NOT NULL) WITHOUT ROWID"
_PATIENCE_SECONDS = 60.0  # another process holds the file for milliseconds; a slow disk for seconds


class Notebook:
    """Results by their trials' keys, in a directory. Several processes may use it; a result noted survives ``kill -9``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def find(self, key: str) -> TrialResult | None:
        """The result of a trial that was made before."""
        with closing(self._open()) as database:
            row = database.execute("SELECT result FROM results WHERE key = ?", (key,)).fetchone()
        return TrialResult.from_json(json.loads(row[0])) if row else None

    def note(self, result: TrialResult) -> None:
        """Keep a result. One that was ``lost`` is not kept: with more memory it may come out."""
        if result.verdict == "lost":
            return
        with closing(self._open()) as database, database:
            text = json.dumps(result.as_json(), ensure_ascii=False, allow_nan=False)
            database.execute("INSERT OR REPLACE INTO results VALUES (?, ?)", (result.key, text))

    def __len__(self) -> int:
        with closing(self._open()) as database:
            return int(database.execute("SELECT count(*) FROM results").fetchone()[0])

    def _open(self) -> sqlite3.Connection:
        path = self._directory / FILE
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(path, timeout=_PATIENCE_SECONDS)
            database.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(f"cannot keep results in {path}: {error}. Choose another place, or delete it") from error
        return database


class Remembering:
    """A crew with a notebook: does what is not known yet, and notes what comes out."""

    def __init__(self, notebook: Notebook, crew: Crew) -> None:
        self._notebook = notebook
        self._crew = crew

    def results(self, trials: Iterable[Trial]) -> Results:
        """As :meth:`plimsoll.campaign.crew.Crew.results`; known results come as soon as they are come across."""
        known: deque[tuple[Trial, TrialResult]] = deque()
        for trial, result in self._crew.results(self._unknown(trials, known)):
            self._notebook.note(result)
            yield trial, result
            while known:
                yield known.popleft()
        yield from known

    def _unknown(self, trials: Iterable[Trial], known: deque[tuple[Trial, TrialResult]]) -> Iterator[Trial]:
        for trial in trials:
            result = self._notebook.find(trial.key)
            if result is None:
                yield trial
            else:
                known.append((trial, result))

    def __enter__(self) -> Self:
        self._crew.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Dismiss the crew; the notebook stays."""
        self._crew.__exit__(kind, error, traceback)


def remembered(notebook: Notebook, crew: Crew) -> Crew:
    """The crew, with whatever the notebook knows already left out."""
    return Remembering(notebook, crew)
