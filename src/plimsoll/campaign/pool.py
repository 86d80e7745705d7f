"""A crew of processes on this machine.

Each worker has a pipe of its own, so that the end of a worker is known at once, and so is whose trial it was. (The
standard library's pool gives all pending work up when one of its processes ends, without saying which was to blame.)
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing import connection, get_context
from types import TracebackType
from typing import TYPE_CHECKING, Self

from plimsoll.campaign.crew import ATTEMPTS, Results, lost
from plimsoll.campaign.performing import perform
from plimsoll.campaign.trial import Trial, TrialResult
from plimsoll.errors import RunError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

# Fresh interpreters: a fork would copy what this process has in memory, and its threads' locks.
_SPAWN = get_context("spawn")


class ProcessPool:
    """Processes of this machine, one for each core unless told otherwise; they start when there is work for them."""

    def __init__(self, processes: int | None = None, runs_directory: Path | None = None) -> None:
        self._size = processes or os.cpu_count() or 1
        self._runs_directory = runs_directory
        self._workers: list[_Worker] = []

    def results(self, trials: Iterable[Trial]) -> Results:
        """As :meth:`plimsoll.campaign.crew.Crew.results`."""
        waiting = iter(trials)
        try:
            while self._occupy(waiting):
                for worker in self._until_one_is_done():
                    finished = self._finished(worker)
                    if finished is not None:
                        yield finished
        finally:
            self._abandon()

    def _occupy(self, waiting: Iterator[Trial]) -> bool:
        """Give every idle worker a trial, while there are any; whether anything is under way then."""
        for worker in self._workers:
            if worker.trial is None and (trial := next(waiting, None)) is not None:
                worker.begin(trial)
        while len(self._workers) < self._size and (trial := next(waiting, None)) is not None:
            self._workers.append(_Worker(self._runs_directory))
            self._workers[-1].begin(trial)
        return any(worker.trial for worker in self._workers)

    def _until_one_is_done(self) -> list[_Worker]:
        busy = {worker.connection: worker for worker in self._workers if worker.trial is not None}
        return [busy[ready] for ready in connection.wait(list(busy)) if ready in busy]

    def _finished(self, worker: _Worker) -> tuple[Trial, TrialResult] | None:
        """The trial that a worker is done with; None where the worker ended and its trial was begun again."""
        trial, attempts = worker.trial, worker.attempts
        if trial is None:
            return None
        try:
            return trial, worker.result()
        except (EOFError, ConnectionError):
            self._remove(worker)
        if attempts >= ATTEMPTS:
            return trial, lost(trial)
        successor = _Worker(self._runs_directory)
        self._workers.append(successor)
        successor.begin(trial, attempts + 1)
        return None

    def _abandon(self) -> None:
        """Give up what is under way: whoever asked has seen enough, or something went wrong."""
        for worker in [worker for worker in self._workers if worker.trial is not None]:
            self._remove(worker)

    def _remove(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.dismiss()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End all processes, also those in the middle of a run."""
        while self._workers:
            self._workers.pop().dismiss()


class _Worker:
    """A process, and the trial that it is at."""

    def __init__(self, runs_directory: Path | None) -> None:
        self.connection, theirs = _SPAWN.Pipe()
        self.trial: Trial | None = None
        self.attempts = 0
        self.process = _SPAWN.Process(target=_work, args=(theirs, runs_directory), daemon=True)
        self.process.start()
        theirs.close()  # or else this process would keep the pipe open when the worker is gone

    def begin(self, trial: Trial, attempt: int = 1) -> None:
        self.trial, self.attempts = trial, attempt
        with suppress(ConnectionError):  # it ended while it was idle: its pipe tells when it is read
            self.connection.send(trial)

    def result(self) -> TrialResult:
        """What became of the trial; EOFError where the process ended."""
        answer = self.connection.recv()
        trial, self.trial = self.trial, None
        if isinstance(answer, TrialResult):
            return answer
        raise RunError(f"{trial.label if trial else 'a trial'}: {answer}")

    def dismiss(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.connection.close()


def _work(trials: Connection, runs_directory: Path | None) -> None:
    """What a worker does until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever hired the crew, and ends it
    while True:
        try:
            trial = trials.recv()
        except EOFError:
            return
        answer: TrialResult | str
        try:
            answer = perform(trial, runs_directory)
        except Exception as error:  # noqa: BLE001  whatever it is belongs to whoever asked
            answer = f"{type(error).__name__}: {error}"
        try:
            trials.send(answer)
        except ConnectionError:
            return
