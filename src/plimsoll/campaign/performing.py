"""Performing a trial: one run in this process, measured and diagnosed."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.archive.reader import RunArchive
from plimsoll.campaign.trial import Trial, TrialResult
from plimsoll.diagnosis.diagnose import diagnose
from plimsoll.errors import InputError
from plimsoll.experiment.running import run
from plimsoll.measurement.summary import summarise
from plimsoll.scenario.loading import scenario_of

if TYPE_CHECKING:
    from plimsoll.experiment.liverun import Outcome


def perform(trial: Trial, runs_directory: Path | None = None) -> TrialResult:
    """Make a trial's run and keep its archive in ``runs_directory``, or nowhere where none is given.

    A scenario that cannot be run gives the verdict ``impossible``. Ctrl-C ends the run and is passed on.
    """
    if runs_directory is not None:
        return _performed(trial, runs_directory, keep_archive=True)
    with tempfile.TemporaryDirectory(prefix="plimsoll-trial-") as passing:
        return _performed(trial, Path(passing), keep_archive=False)


def _performed(trial: Trial, runs_directory: Path, *, keep_archive: bool) -> TrialResult:
    try:
        outcome = run(scenario_of(trial.scenario, trial.label), seed=trial.seed, runs_directory=runs_directory)
    except InputError as error:
        return TrialResult.without_run(trial, "impossible", str(error))
    if outcome.interrupted:
        raise KeyboardInterrupt
    return _measured(trial, outcome, outcome.directory if keep_archive else None)


def _measured(trial: Trial, outcome: Outcome, directory: Path | None) -> TrialResult:
    archive = RunArchive.open(outcome.directory)
    summary = summarise(archive)
    return TrialResult(
        key=trial.key,
        verdict=summary.verdict,
        shortfall=outcome.shortfall,
        metrics={name: number for name, number in summary.metrics.items() if math.isfinite(number)},
        objectives=summary.objectives,
        findings=tuple(found.code for found in diagnose(archive).findings),
        directory=directory,
        virtual_seconds=outcome.manifest.virtual_seconds or 0.0,
        wall_seconds=outcome.manifest.wall_seconds or 0.0,
        archive_hash=outcome.manifest.archive_hash or "",
    )
