"""Whoever carries trials out, the same comes out, and a worker that dies takes nothing along."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll.campaign.crew import ATTEMPTS, Crew, SerialCrew
from plimsoll.campaign.hiring import hire
from plimsoll.campaign.pool import ProcessPool
from plimsoll.campaign.trial import Trial
from plimsoll.errors import RunError
from tests.campaign.trials import impossible_trial, small_trial, small_trials


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPool]:
    with ProcessPool(2) as crew:
        yield crew


def hashes(crew: Crew) -> dict[str, str]:
    return {trial.key: result.archive_hash for trial, result in crew.results(small_trials())}


def kill_a_worker(pool: ProcessPool) -> None:
    process = next(worker.process.pid for worker in pool._workers if worker.trial is not None)
    assert process is not None
    os.kill(process, signal.SIGKILL)


def test_processes_give_the_same_archives_as_this_process(pool: ProcessPool) -> None:
    assert hashes(pool) == hashes(SerialCrew())


def test_a_trial_whose_worker_is_killed_is_done_again(pool: ProcessPool) -> None:
    wanted = hashes(pool)
    found: dict[str, str] = {}

    for trial, result in pool.results(small_trials()):
        if not found:
            kill_a_worker(pool)
        found[trial.key] = result.archive_hash

    assert found == wanted


def test_a_trial_that_kills_every_worker_is_lost_after_a_few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    with ProcessPool(1) as pool:
        occupy = pool._until_one_is_done

        def killing() -> object:
            begun.extend(worker.trial.label for worker in pool._workers if worker.trial)
            kill_a_worker(pool)
            return occupy()

        monkeypatch.setattr(pool, "_until_one_is_done", killing)
        ((trial, result),) = pool.results([small_trial(200)])

    assert begun == [trial.label] * ATTEMPTS
    assert result.verdict == "lost"


def test_trials_are_taken_only_as_workers_become_free(pool: ProcessPool) -> None:
    taken = 0

    def endless() -> Iterator[Trial]:
        nonlocal taken
        while True:
            taken += 1
            yield small_trial(3, seed=taken)

    results = pool.results(endless())
    next(results)
    results.close()

    assert taken <= 3


def test_after_stopping_early_a_crew_is_ready_for_other_trials(pool: ProcessPool) -> None:
    first = pool.results(small_trials())
    next(first)
    first.close()

    assert [trial.label for trial, _ in pool.results([small_trial(4)])] == ["4 namespaces, seed 1"]


def test_a_trial_that_cannot_be_run_is_impossible_and_says_why(pool: ProcessPool) -> None:
    ((_, result),) = pool.results([impossible_trial()])

    assert result.verdict == "impossible"
    assert "2,000 pods do not fit" in result.shortfall


def test_what_a_worker_could_not_do_is_raised_with_the_name_of_the_trial() -> None:
    with (
        ProcessPool(1, Path("/dev/null/runs")) as pool,
        pytest.raises(RunError, match="5 namespaces, seed 1: ArchiveError: cannot keep runs"),
    ):
        list(pool.results([small_trial()]))


def test_archives_are_kept_where_they_are_wanted(tmp_path: Path) -> None:
    with hire(processes=1, runs_directory=tmp_path) as crew:
        ((_, result),) = crew.results([small_trial()])

    assert result.directory is not None
    assert (result.directory / "run.json").is_file()


def test_one_process_is_this_one() -> None:
    assert isinstance(hire(processes=1), SerialCrew)
    assert isinstance(hire(processes=2), ProcessPool)
