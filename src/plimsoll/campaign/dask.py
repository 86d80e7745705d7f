"""A crew of the workers of a Dask scheduler, on any number of machines.

The scheduler gives the trials of a worker that it lost to others; what is a result already has been sent by then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from plimsoll import __version__
from plimsoll.campaign.crew import Results, lost
from plimsoll.campaign.performing import perform
from plimsoll.campaign.trial import Trial, TrialResult
from plimsoll.errors import Complaint, InputError, Place, RunError

try:
    from distributed import Client, Future, as_completed
    from distributed.scheduler import KilledWorker
except ImportError as error:
    raise InputError(
        Complaint(Place("--scheduler"), "Dask is not installed", "Install it: pip install 'plimsoll-k8s[dask]'")
    ) from error

CONNECT_SECONDS = 10.0
AHEAD = 2
"""Trials sent per worker: one that it works on, and one that it finds when it is done."""

_ALONE = threading.Lock()
"""A run switches the collector of cycles off for its whole process, so a worker of several threads makes one at a time."""


class DaskCrew:
    """The workers of the Dask scheduler at an address such as ``tcp://10.0.0.1:8786``; they may come and go.

    Each needs the same version of Plimsoll. A profile of one's own and the directory for runs are seen by all of them
    under the same path. One thread per worker is enough: more do not make a run faster.
    """

    def __init__(self, scheduler: str, runs_directory: Path | None = None) -> None:
        self._runs_directory = runs_directory
        if ":" not in scheduler:  # Dask would look for such a host, in threads that outlive the complaint
            remedy = "Write host and port, such as tcp://10.0.0.1:8786"
            raise InputError(Complaint(Place("--scheduler"), f"{scheduler!r} is not an address", remedy))
        try:
            self._client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            problem = f"there is no Dask scheduler at {scheduler}: {error}"
            remedy = "Start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1`"
            raise InputError(Complaint(Place("--scheduler"), problem, remedy)) from error

    def results(self, trials: Iterable[Trial]) -> Results:
        """As :meth:`plimsoll.campaign.crew.Crew.results`."""
        waiting = iter(trials)
        under_way: dict[Future, Trial] = {}
        done = as_completed(loop=self._client.loop)
        try:
            while self._send(waiting, under_way, done):
                future = next(done)
                trial = under_way.pop(future)
                yield trial, _result(future, trial)
        finally:
            self._client.cancel(list(under_way))

    def _send(self, waiting: Iterator[Trial], under_way: dict[Future, Trial], done: as_completed) -> bool:
        """Send as many trials as there is use for; whether any is under way then."""
        room = AHEAD * max(1, len(self._client.nthreads()))
        while len(under_way) < room and (trial := next(waiting, None)) is not None:
            # a name of its own for each, or Dask would take results of other runs directories for those asked for
            name = f"plimsoll-trial-{uuid4()}"
            future = self._client.submit(_perform_alone, trial, self._runs_directory, __version__, key=name)
            under_way[future] = trial
            done.add(future)
        return bool(under_way)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the scheduler; its workers stay for whoever comes next."""
        self._client.close()


def _result(future: Future, trial: Trial) -> TrialResult:
    error = future.exception()
    if error is None:
        result: TrialResult = future.result()
        return result
    if isinstance(error, KilledWorker):
        return lost(trial)
    raise RunError(f"{trial.label}: {type(error).__name__}: {error}")


def _perform_alone(trial: Trial, runs_directory: Path | None, version: str) -> TrialResult:
    """What a Dask worker does."""
    if version != __version__:
        raise RunError(f"a worker has Plimsoll {__version__}, not {version}. Install the same version everywhere")
    with _ALONE:
        return perform(trial, runs_directory)
