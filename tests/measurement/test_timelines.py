from __future__ import annotations

from pathlib import Path

import numpy as np

from plimsoll.measurement.timelines import read_timelines
from plimsoll.telemetry import Milestone
from tests.measurement.building import archive_of, pod


def test_a_milestone_reached_twice_counts_from_the_first_time(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        pod("a", 1.0, kubeletReady=5.0),
        lambda writer: writer.milestone(9.0, "a", Milestone.KUBELET_READY),
        lambda writer: writer.milestone(3.0, "a", Milestone.KUBELET_READY),
    )

    assert read_timelines(archive).at(Milestone.KUBELET_READY).tolist() == [3.0]


def test_what_was_never_reached_is_not_a_number(tmp_path: Path) -> None:
    timelines = read_timelines(archive_of(tmp_path, pod("a", 1.0, apiRunning=4.0), pod("b", 2.0)))

    np.testing.assert_array_equal(timelines.at(Milestone.API_RUNNING), [4.0, np.nan])
    assert timelines.reached(Milestone.API_RUNNING) == 1
    assert timelines.first(Milestone.DELETED) is None


def test_a_duration_is_never_negative(tmp_path: Path) -> None:
    """One event can carry both news, and a pod be seen Running before it was seen scheduled."""
    timelines = read_timelines(archive_of(tmp_path, pod("a", 1.0, apiScheduled=4.0, apiRunning=3.9)))

    assert timelines.between(Milestone.API_SCHEDULED, Milestone.API_RUNNING).tolist() == [0.0]


def test_the_cohort_is_the_pods_created_first(tmp_path: Path) -> None:
    timelines = read_timelines(archive_of(tmp_path, pod("late", 50.0), pod("first", 1.0), pod("second", 2.0)))

    assert timelines.cohort(2).names == ["first", "second"]
    assert timelines.cohort(5) is timelines


def test_a_run_without_pods_has_no_timelines(tmp_path: Path) -> None:
    assert len(read_timelines(archive_of(tmp_path))) == 0
