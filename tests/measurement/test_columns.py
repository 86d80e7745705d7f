from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.measurement.columns import Samples, Steps, categories
from tests.measurement.building import archive_of, sampled

CHANGED = Steps(np.array([10.0, 20.0, 100.0]), np.array([4.0, 8.0, 0.0]))
"""Sampled only when it changed."""


def test_a_sample_holds_until_the_next() -> None:
    assert CHANGED.integral(200.0) == 10 * 4 + 80 * 8
    assert CHANGED.mean(110.0) == (40 + 640) / 100


def test_a_stretch_begins_with_what_held_before() -> None:
    inside = CHANGED.within(50.0, 90.0)

    assert (inside.seconds.tolist(), inside.values.tolist()) == ([50.0], [8.0])
    assert inside.mean(90.0) == 8.0


def test_bins_have_the_mean_over_time() -> None:
    found = CHANGED.means(np.array([0.0, 10.0, 30.0, 90.0, 110.0, 120.0]))

    np.testing.assert_array_equal(found, [np.nan, 6.0, 8.0, 4.0, 0.0])


def test_a_gauge_without_samples_is_nought() -> None:
    assert Steps(np.zeros(0), np.zeros(0)).within(0.0, 9.0).mean(9.0) == 0.0


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20), st.integers(1, 30))
def test_the_bins_of_a_run_add_up_to_its_integral(values: list[float], bins: int) -> None:
    steps = Steps(np.arange(float(len(values))), np.array(values))
    edges = np.linspace(0.0, len(values) + 3.0, bins + 1)

    total = float((steps.means(edges) * np.diff(edges)).sum())

    assert total == pytest.approx(steps.integral(float(edges[-1])), abs=1e-6)


def test_samples_are_told_apart_by_series_and_instance(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        sampled("kubelet.pods", 1, 2, instance="b"),
        sampled("kubelet.pods", 3, instance="a"),
        sampled("pods.running", 9),
    )
    samples = Samples(archive.table("samples"))

    pods = samples.series("kubelet.pods").per_instance()

    assert {node: steps.values.tolist() for node, steps in pods.items()} == {"b": [1, 2], "a": [3]}
    assert samples.series("nonsense").per_instance() == {}


@pytest.mark.parametrize(
    "column",
    [
        pa.chunked_array([["a", "b"], ["b", None]]),
        pa.chunked_array([pa.array(["a", "b"]).dictionary_encode(), pa.array(["b", None]).dictionary_encode()]),
    ],
)
def test_words_have_one_code_each_however_they_are_stored(column: pa.ChunkedArray) -> None:
    found = categories(pa.table({"word": column}), "word")

    assert [found.row(row) for row in range(4)] == ["a", "b", "b", ""]
    assert found.are("b").tolist() == [False, True, True, False]
    assert not found.are("c").any()
