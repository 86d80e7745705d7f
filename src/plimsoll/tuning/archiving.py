"""Trials whose archives are kept, because a diagnosis needs to see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.campaign.performing import perform

if TYPE_CHECKING:
    from pathlib import Path

    from plimsoll.campaign.notebook import Notebook
    from plimsoll.campaign.trial import Trial, TrialResult


class ArchivedTrials:
    """Makes trials one at a time, in this process, into a runs directory; one whose archive is still there is not repeated."""

    def __init__(self, notebook: Notebook, runs_directory: Path) -> None:
        self._notebook = notebook
        self._runs_directory = runs_directory

    def __call__(self, trial: Trial) -> TrialResult:
        """The trial's result, with the directory of its archive unless it could not be run at all."""
        known = self._notebook.find(trial.key)
        if known is not None and known.directory is not None and known.directory.is_dir():
            return known
        result = perform(trial, self._runs_directory)
        self._notebook.note(result)
        return result
