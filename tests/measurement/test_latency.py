from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.measurement.latency import latencies, quantiles, stages
from plimsoll.measurement.timelines import read_timelines
from tests.measurement.building import archive_of, pod


def test_quantiles_are_nearest_rank() -> None:
    found = quantiles(np.arange(1.0, 101.0))

    assert found is not None
    assert (found.p50, found.p90, found.p95, found.p99, found.max, found.mean) == (50, 90, 95, 99, 100, 50.5)


def test_no_durations_have_no_quantiles() -> None:
    assert quantiles(np.zeros(0)) is None


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=1))
def test_every_quantile_is_a_duration_that_occurred_and_they_are_in_order(durations: list[float]) -> None:
    found = quantiles(np.array(durations))

    assert found is not None
    assert {found.p50, found.p90, found.p99, found.max} <= set(durations)
    assert found.p50 <= found.p90 <= found.p95 <= found.p99 <= found.max


def test_only_what_pods_completed_is_a_latency(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, pod("a", 1.0, apiScheduled=1.5, kubeletRunning=4.0, apiRunning=6.0))

    found = latencies(read_timelines(archive))

    assert {name: distribution.max for name, distribution in found.items()} == {
        "podScheduled": 0.5,
        "podKubeletRunning": 3.0,
        "podRunning": 5.0,
        "podStarting": 4.5,
        "podStatusLag": 2.0,
    }


def test_the_stages_of_a_pod_add_up_to_its_time_to_running(tmp_path: Path) -> None:
    way: dict[str, Any] = {
        "scheduled": 1.5,
        "kubeletSaw": 1.75,
        "volumesMounted": 3.0,
        "sandboxReady": 4.0,
        "containersStarted": 4.5,
        "kubeletRunning": 5.0,
        "apiRunning": 11.0,
    }
    timelines = read_timelines(archive_of(tmp_path, pod("a", 1.0, **way)))

    assert sum(stage.mean for stage in stages(timelines).values()) == latencies(timelines)["podRunning"].mean == 10.0
