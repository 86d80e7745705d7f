"""Whole runs: what they leave behind, and how they end."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.archive.manifest import RunStatus
from plimsoll.archive.reader import RunArchive
from plimsoll.errors import InputError
from plimsoll.experiment.running import Experiment
from plimsoll.kube.resources import NAMESPACES
from plimsoll.telemetry import Milestone
from tests.experiment.endless import wait_until_exchanging
from tests.experiment.small_scenarios import SMALL, STUCK, TALK, loaded
from tests.experiment.whole_path import Captured, run

ROOT = Path(__file__).parents[2]

RUN = """
import sys
from pathlib import Path
from plimsoll.experiment.running import run
from tests.experiment.small_scenarios import loaded
print(run(loaded(), seed=int(sys.argv[2]), runs_directory=Path(sys.argv[1])).manifest.archive_hash)
"""

LONG_RUN = """
import sys
from pathlib import Path
from plimsoll.experiment.running import run
from tests.experiment.endless import ENDLESS
from tests.experiment.small_scenarios import loaded
outcome = run(loaded(ENDLESS), seed=1, runs_directory=Path(sys.argv[1]))
print(outcome.manifest.status)
"""


def hash_in_another_process(runs: Path, seed: int) -> str:
    command = [sys.executable, "-c", RUN, str(runs), str(seed)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def milestones(archive: RunArchive) -> Counter[str]:
    return Counter(archive.table("milestones").column("milestone").to_pylist())


def test_a_run_leaves_an_archive_with_every_phase_and_every_pod(tmp_path: Path) -> None:
    outcome = run(loaded(), tmp_path)
    assert outcome.manifest.status is RunStatus.COMPLETE
    archive = RunArchive.open(outcome.directory)
    archive.verify()
    assert archive.table("phases").column("name").to_pylist() == [
        "Create namespaces",
        "Create secrets",
        "Create deployments",
        "Wait for pods",
        "Delete pods and namespaces",
    ]
    seen = milestones(archive)
    assert {
        milestone: seen[milestone] for milestone in Milestone if milestone != Milestone.API_FAILED
    } == dict.fromkeys((milestone for milestone in Milestone if milestone != Milestone.API_FAILED), 6)
    assert archive.scenario["name"] == "small"
    assert archive.profile["name"] == "openshift-4.3"


def test_everything_that_was_created_carries_the_label_of_the_run_and_is_gone_at_the_end(tmp_path: Path) -> None:
    captured = Captured()
    outcome = run(loaded(), tmp_path, onlooker=captured)
    (experiment,) = captured.experiments
    assert experiment.plan.label_selector == f"plimsoll.dev/run={outcome.directory.name}"
    assert list(experiment.cluster.store.collection(NAMESPACES)) == []


def test_the_same_seed_gives_the_same_archive_in_another_process(tmp_path: Path) -> None:
    first = run(loaded(), tmp_path / "here", seed=5).manifest.archive_hash
    assert hash_in_another_process(tmp_path / "there", seed=5) == first
    assert run(loaded(), tmp_path / "here", seed=6).manifest.archive_hash != first


def test_an_exchange_goes_on_until_its_clients_have_finished(tmp_path: Path) -> None:
    archive = RunArchive.open(run(loaded(TALK), tmp_path).directory)
    phases = archive.table("phases").to_pylist()
    (exchange,) = (phase for phase in phases if phase["name"] == "Exchange data")
    assert exchange["endedSeconds"] - exchange["startedSeconds"] == pytest.approx(600, abs=15)


def test_a_load_that_never_comes_up_is_a_failed_run_with_all_it_saw(tmp_path: Path) -> None:
    outcome = run(loaded(STUCK), tmp_path)
    assert outcome.manifest.status is RunStatus.FAILED
    assert outcome.shortfall == "Wait for pods: 3 of 5 pods are running"
    archive = RunArchive.open(outcome.directory)
    assert milestones(archive)[Milestone.API_RUNNING] == 3
    assert outcome.shortfall in archive.table("logs").column("message").to_pylist()


def test_a_scenario_that_cannot_be_run_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run(loaded(STUCK.replace("allowOverload: true, ", "")), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_an_error_in_the_simulation_is_raised_after_the_archive_is_closed(tmp_path: Path) -> None:
    class Saboteur(Captured):
        def __call__(self, experiment: Experiment) -> Captured:
            def break_down() -> None:
                raise ZeroDivisionError

            experiment.cluster.kernel.after(3.0, break_down)
            return super().__call__(experiment)

    with pytest.raises(ZeroDivisionError):
        run(loaded(), tmp_path, onlooker=Saboteur())
    archive = RunArchive.open("latest", tmp_path)
    assert archive.manifest.status is RunStatus.FAILED
    assert archive.manifest.virtual_seconds == 3


CHURN_AND_FAULTS = TALK.replace(
    "nodes: 2", "nodes: 3, faults: [{kind: apiErrors, at: 5s, for: 20s, fraction: 0.3, code: 429}]"
).replace("exchange:", "churn: {percent: 50, cycles: 2, delay: 10s}\n    exchange:")


@pytest.mark.parametrize("text", [SMALL, CHURN_AND_FAULTS])
def test_a_run_leaves_no_cycles_to_collect(text: str, tmp_path: Path) -> None:
    """Otherwise its memory would grow while it goes on: runs switch the collector of cycles off."""

    class Counting(Captured):
        def __exit__(self, *_: object) -> None:
            self.found = gc.collect()

    counting = Counting()
    run(loaded(text), tmp_path, onlooker=counting)
    assert counting.found < 100  # what the interpreter itself leaves, not what grows with the number of pods


def started(runs: Path) -> subprocess.Popen[str]:
    """Start an endless run, and return when it has written that its pods run."""
    process = subprocess.Popen(
        [sys.executable, "-c", LONG_RUN, str(runs)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_until_exchanging(process, runs)
    return process


def test_ctrl_c_ends_a_run_cleanly_with_what_was_measured(tmp_path: Path) -> None:
    process = started(tmp_path)
    process.send_signal(signal.SIGINT)
    said, complained = process.communicate()
    assert (said.strip(), complained, process.returncode) == ("interrupted", "", 0)
    archive = RunArchive.open("latest", tmp_path)
    archive.verify()
    assert milestones(archive)[Milestone.API_RUNNING] == 6
    assert archive.table("phases").column("name").to_pylist()[-1] == "Exchange data"


def test_a_run_whose_process_was_killed_can_be_read(tmp_path: Path) -> None:
    process = started(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    archive = RunArchive.open("latest", tmp_path)
    assert archive.manifest.status is RunStatus.KILLED
    assert archive.table("pods").num_rows == 6
    assert archive.table("samples").num_rows > 0


def test_the_small_scenario_is_over_in_minutes_of_virtual_time(tmp_path: Path) -> None:
    seconds = run(loaded(SMALL), tmp_path).manifest.virtual_seconds
    assert seconds is not None
    assert seconds < 300
