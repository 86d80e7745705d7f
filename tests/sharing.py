"""Runs that several tests look at, made once whichever of the test processes needs them first."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from plimsoll.campaign.crew import Results, SerialCrew
from plimsoll.campaign.notebook import Notebook
from plimsoll.campaign.trial import Trial, TrialResult


class SharingCrew(SerialCrew):
    """A crew of one that makes no run which another process with the same directory has made or is making."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory / "runs")
        self._locks = directory / "locks"
        self._locks.mkdir(parents=True, exist_ok=True)
        self._notebook = Notebook(directory)

    def results(self, trials: Iterable[Trial]) -> Results:
        """What others have made first, so that two that want the same do not wait for each other in step."""
        postponed = []
        for trial in trials:
            if (known := self._notebook.find(trial.key)) is not None:
                yield trial, known
            elif self._is_under_way(trial):
                postponed.append(trial)
            else:
                yield trial, self.result(trial)
        for trial in postponed:
            yield trial, self.result(trial)

    def result(self, trial: Trial) -> TrialResult:
        """Of one trial: somebody else's, or made now."""
        with self._lock(trial):
            known = self._notebook.find(trial.key)
            if known is None:
                [(_, known)] = super().results([trial])
                self._notebook.note(known)
            return known

    def _is_under_way(self, trial: Trial) -> bool:
        with (self._locks / trial.key).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    @contextmanager
    def _lock(self, trial: Trial) -> Iterator[None]:
        with (self._locks / trial.key).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
