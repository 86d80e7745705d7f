from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plimsoll.measurement.columns import Samples
from plimsoll.measurement.creation import Little, little, rate
from plimsoll.measurement.timelines import read_timelines
from tests.measurement.building import archive_of, pod, sampled


def test_a_rate_is_from_the_first_to_the_last() -> None:
    found = rate(np.array([10.0, 11.0, np.nan, 12.0]))

    assert found is not None
    assert (found.pods, found.per_minute, found.best_per_minute) == (3, 60.0, 60.0)


@pytest.mark.parametrize("moments", [[], [1.0], [2.0, 2.0], [np.nan, 1.0]])
def test_one_moment_has_no_rate(moments: list[float]) -> None:
    assert rate(np.array(moments)) is None


def test_the_best_ten_minutes_are_where_most_came_up() -> None:
    """A stall as in the article: 450 pods in ten minutes, then three a minute."""
    quick = np.arange(0.0, 600.0, 600 / 450)
    slow = 600 + 20.0 * np.arange(1, 181)

    found = rate(np.concatenate([slow, quick]))

    assert found is not None
    assert found.best_per_minute == pytest.approx(45.0)
    assert found.per_minute == pytest.approx(9.0, abs=0.1)


def _law(folder: Path, stay: float, inside: float) -> Little | None:
    """A pod every second for 200 s, each staying so long, while so many were seen."""
    pods = (pod(f"pod-{n}", float(n), kubeletSaw=float(n), apiRunning=n + stay) for n in range(200))
    archive = archive_of(folder, *pods, sampled("pods.containerCreating", *[inside] * 200, interval=1.0))
    return little(
        read_timelines(archive), Samples(archive.table("samples")).series("pods.containerCreating").steps, 300.0
    )


def test_arrivals_times_stay_is_what_is_inside(tmp_path: Path) -> None:
    found = _law(tmp_path, stay=10.0, inside=9.6)

    assert found is not None
    assert found.arrivals_per_second == pytest.approx(200 / 209)
    assert found.expected_inside == pytest.approx(9.57, abs=0.01)
    assert found.agrees


def test_a_count_that_does_not_fit_is_noticed(tmp_path: Path) -> None:
    found = _law(tmp_path, stay=10.0, inside=5.0)

    assert found is not None
    assert found.ratio == pytest.approx(0.52, abs=0.01)
    assert not found.agrees


def test_few_samples_are_not_held_against_the_law() -> None:
    law = Little(
        0.0, 60.0, mean_inside=12.0, max_inside=20.0, samples=6, arrivals_per_second=1.0, mean_stay_seconds=10.0
    )

    assert law.ratio == 1.2
    assert law.agrees


def test_pods_that_never_run_stay_to_the_end_of_the_run(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        pod("runs", 0.0, kubeletSaw=0.0, apiRunning=10.0),
        pod("never", 0.0, kubeletSaw=0.0),
        sampled("pods.containerCreating", *[1.0] * 11),
    )

    found = little(
        read_timelines(archive), Samples(archive.table("samples")).series("pods.containerCreating").steps, 100.0
    )

    assert found is not None
    assert (found.end_seconds, found.mean_stay_seconds) == (100.0, 55.0)


def test_a_cluster_whose_kubelets_do_not_tell_is_measured_from_scheduling(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path, pod("a", 0.0, apiScheduled=20.0, apiRunning=60.0), sampled("pods.containerCreating", *[1.0] * 9)
    )

    found = little(
        read_timelines(archive), Samples(archive.table("samples")).series("pods.containerCreating").steps, 100.0
    )

    assert found is not None
    assert (found.start_seconds, found.mean_stay_seconds, found.mean_inside) == (20.0, 40.0, 1.0)
    assert found.agrees


def test_without_samples_or_pods_there_is_no_law(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, pod("a", 0.0, apiScheduled=20.0, apiRunning=60.0))
    nothing = Samples(archive.table("samples")).series("pods.containerCreating").steps

    assert little(read_timelines(archive), nothing, 100.0) is None
    assert little(read_timelines(archive_of(tmp_path)), nothing, 100.0) is None
