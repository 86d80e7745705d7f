"""Hiring the crew that a user asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.campaign.crew import Crew, SerialCrew
from plimsoll.campaign.pool import ProcessPool

if TYPE_CHECKING:
    from pathlib import Path


def hire(scheduler: str | None = None, processes: int | None = None, runs_directory: Path | None = None) -> Crew:
    """The crew of a Dask scheduler's workers, or of so many processes on this machine: by default, one for each core.

    ``runs_directory`` keeps the trials' archives; they are thrown away where there is none. Workers on other machines
    see it under the same path.

    Raises:
        InputError: there is no such scheduler, or Dask is not installed.

    """
    if scheduler is not None:
        from plimsoll.campaign.dask import DaskCrew  # noqa: PLC0415  an extra, and slow to import

        return DaskCrew(scheduler, runs_directory)
    return SerialCrew(runs_directory) if processes == 1 else ProcessPool(processes, runs_directory)
