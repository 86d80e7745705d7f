"""Crews: whoever carries trials out."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from plimsoll.campaign.performing import perform
from plimsoll.campaign.trial import Trial, TrialResult

if TYPE_CHECKING:
    from pathlib import Path

ATTEMPTS = 3
"""How often a trial is begun whose worker ended: once might be an accident, three times is the trial."""


Results = Generator[tuple[Trial, TrialResult], None, None]
"""Trials with their results as they come; closing it gives up whatever is under way."""


class Crew(Protocol):
    """Carries trials out, several at a time; a context that dismisses its workers at the end."""

    def results(self, trials: Iterable[Trial]) -> Results:
        """Carry trials out and yield each with its result once it is done, in whatever order that is.

        Trials are taken from the iterable as workers become free, so there may be any number of them. What comes out
        of a trial does not depend on who carried it out, nor on what else was. One whose worker ended is begun again;
        after :data:`ATTEMPTS` times its verdict is ``lost``.

        Raises:
            RunError: a trial broke Plimsoll; the error names the trial.

        """
        ...

    def __enter__(self) -> Self:
        """Become ready."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Dismiss the workers, whatever they are doing."""
        ...


class SerialCrew:
    """Carries trials out one after another in this process: for few short ones, and to compare others with."""

    def __init__(self, runs_directory: Path | None = None) -> None:
        self._runs_directory = runs_directory

    def results(self, trials: Iterable[Trial]) -> Results:
        """As :meth:`Crew.results`."""
        for trial in trials:
            yield trial, perform(trial, self._runs_directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nobody to dismiss."""


def lost(trial: Trial) -> TrialResult:
    """The result of a trial whose workers all ended."""
    reason = f"the process that ran it ended {ATTEMPTS} times, perhaps for want of memory"
    return TrialResult.without_run(trial, "lost", reason)
