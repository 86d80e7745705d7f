"""Dask's workers: the same archives as in this process, and a worker that dies takes nothing along."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from distributed import LocalCluster

from plimsoll.campaign.crew import SerialCrew
from plimsoll.campaign.hiring import hire
from plimsoll.errors import InputError
from tests.campaign.trials import small_trial, small_trials

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("dask"),
    # Dask leaves sockets to the collector when a worker is killed
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    with SerialCrew() as crew:
        return {trial.key: result.archive_hash for trial, result in crew.results(small_trials())}


def test_dask_gives_the_same_archives_as_this_process(cluster: LocalCluster, wanted: dict[str, str]) -> None:
    with hire(cluster.scheduler_address) as crew:
        found = {trial.key: result.archive_hash for trial, result in crew.results(small_trials())}

    assert found == wanted


def test_trials_of_a_lost_worker_are_done_by_another(cluster: LocalCluster, wanted: dict[str, str]) -> None:
    found: dict[str, str] = {}
    with hire(cluster.scheduler_address) as crew:
        for trial, result in crew.results([*small_trials(), small_trial(200)]):
            if not found:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
            found[trial.key] = result.archive_hash

    assert len(found) == len(wanted) + 1
    assert wanted.items() <= found.items()


def test_a_word_that_is_no_address_is_a_complaint_at_once() -> None:
    with pytest.raises(InputError, match=r"'nonsense' is not an address"):
        hire("nonsense")


def test_a_scheduler_that_is_not_there_is_a_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.campaign.dask.CONNECT_SECONDS", 0.2)

    with pytest.raises(InputError, match=r"there is no Dask scheduler at tcp://127.0.0.1:9"):
        hire("tcp://127.0.0.1:9")
