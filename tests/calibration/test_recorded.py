"""Simulated kubelets with the settings of recorded ones give their curves."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.archive.reader import RunArchive
from plimsoll.experiment.running import run
from plimsoll.scenario.loading import load_scenario
from plimsoll.telemetry import Milestone
from tests.calibration.recordings import NAMES, compare, read
from tests.simcluster.wholecluster import Cluster


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_a_simulated_kubelet_gives_the_recorded_curve(name: str, seed: int) -> None:
    recording = read(name)
    cluster = Cluster("kubernetes-1.36", recording.settings, namespaces=recording.namespaces, seed=seed)
    for index in range(recording.pods):
        cluster.later(index / recording.pods_per_second, f"p{index}", f"ns-{index % recording.namespaces}")
    cluster.run(1.3 * recording.last_running_seconds)

    compare(recording, cluster.running_times(), cluster.latencies())


@pytest.mark.parametrize("name", NAMES)
def test_the_gallery_s_scenario_of_a_recording_gives_its_curve(name: str, tmp_path: Path) -> None:
    outcome = run(load_scenario(f"calibration/{name}"), seed=1, runs_directory=tmp_path)
    archive = RunArchive.open(outcome.directory)
    created = dict(
        zip(*(archive.table("pods").column(column).to_pylist() for column in ("pod", "createdSeconds")), strict=True)
    )
    rows = archive.table("milestones").to_pylist()
    running = {row["pod"]: row["seconds"] for row in rows if row["milestone"] == Milestone.API_RUNNING}
    start = min(created.values())

    compare(
        read(name),
        sorted(seconds - start for seconds in running.values()),
        sorted(seconds - created[pod] for pod, seconds in running.items()),
    )
