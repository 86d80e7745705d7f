from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll import histogram
from plimsoll.measurement.columns import Samples
from plimsoll.report.html import series
from tests.measurement.building import archive_of, requested, sampled

EDGES = np.array([0.0, 20.0, 40.0, 60.0])


def test_a_bin_has_the_mean_lowest_and_highest_of_all_instances(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path, sampled("kubelet.pods", 1, 3, 5, 5, instance="a"), sampled("kubelet.pods", 8, instance="b")
    )
    found = series.binned(Samples(archive.table("samples")).series("kubelet.pods"), EDGES)

    np.testing.assert_array_equal(found, [[5.0, 6.5, 6.5], [2.0, 5.0, 5.0], [8.0, 8.0, 8.0]])


def test_the_interval_of_samples_is_the_usual_one() -> None:
    assert series.interval_of(np.array([0.0, 0.0, 10.0, 20.0, 30.0, 31.0])) == 10.0
    assert series.interval_of(np.array([5.0])) == 1.0


def test_moments_become_a_rate_per_minute() -> None:
    assert series.per_minute(np.array([1.0, 2.0, np.nan, 45.0]), EDGES).tolist() == [6.0, 0.0, 3.0]


@given(st.lists(st.floats(0.001, 1e4), min_size=1, max_size=2000))
def test_a_cumulative_curve_keeps_its_ends_and_few_points(durations: list[float]) -> None:
    values, shares = series.cumulative(np.array(durations), of=len(durations) + 1)

    assert (values[0], values[-1]) == (min(durations), max(durations))
    assert values.size <= series.DISTRIBUTION_POINTS
    assert shares[-1] == pytest.approx(len(durations) / (len(durations) + 1))
    assert (np.diff(shares) > 0).all()


def test_labels_beyond_the_busiest_are_summed_up_as_others(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, *(requested(f"client-{n}", 10 * (n + 1), 0.1) for n in range(9)))

    lines = series.request_counts(archive.table("requests"), "latency", "client", EDGES).rates()

    assert [line.name for line in lines] == [*(f"client-{n}" for n in range(8, 1, -1)), "others"]
    assert [line.values[0] for line in lines[-2:]] == [1.5, 1.5]


def test_a_window_counts_where_its_middle_lies(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, requested("kubelet", 20, 0.1, start=18.0))

    (line,) = series.request_counts(archive.table("requests"), "latency", "client", EDGES).rates()

    assert line.values.tolist() == [0.0, 1.0, 0.0]


def test_quantiles_over_time_are_those_of_each_bin(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, requested("a", 98, 0.01), requested("a", 2, 5.0), requested("a", 1, 0.3, start=20.0))
    counts = series.request_counts(archive.table("requests"), "latency", "verb", EDGES)

    medians, tails = counts.quantile(0, 0.5), counts.quantile(0, 0.99)

    assert medians[:2] == pytest.approx([0.01, 0.3], rel=histogram.RELATIVE_ERROR)
    assert tails[:2] == pytest.approx([5.0, 0.3], rel=histogram.RELATIVE_ERROR)
    assert np.isnan(medians[2])


def test_the_longest_wait_is_nought_where_nobody_waited(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, requested("kubelet", 5, 31.0, start=20.0, measure="throttle"))

    (line,) = series.request_counts(archive.table("requests"), "throttle", "client", EDGES).longest()

    assert line.values == pytest.approx([0.0, 31.0, 0.0], rel=histogram.RELATIVE_ERROR)
