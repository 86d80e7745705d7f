"""The clock of a real cluster, and what its own timestamps say."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.archive.writer import RunWriter
from plimsoll.measurement.clocks import by_api_timestamps, clock_offset
from plimsoll.measurement.columns import Samples
from plimsoll.measurement.summary import summarise
from plimsoll.report.document import document
from tests.measurement.building import archive_of, pod, sampled


def stamped(writer: RunWriter) -> None:
    writer.pod("a", "ns", "a", "job", 1.0)
    writer.pod("b", "ns", "b", "job", 1.5)
    for uid, moments in {"a": (3.0, 3.0, 5.0, 6.0), "b": (4.0, 5.0)}.items():
        names = ("stampCreated", "stampScheduled", "stampStarted", "stampReady")
        for name, seconds in zip(names, moments, strict=False):
            writer.milestone(seconds, uid, name)
    writer.milestone(90.0, "a", "stampReady")


def test_the_offset_is_what_was_known_at_last(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sampled("clock.offsetLowest", -1.0, 1.9), sampled("clock.offsetHighest", 3.0, 2.1))
    offset = clock_offset(Samples(archive.table("samples")))
    assert offset is not None
    assert offset.seconds == pytest.approx(2.0)
    assert offset.uncertainty_seconds == pytest.approx(0.1)
    assert document(summarise(archive))["clusterClockOffset"] == {"lowest": 1.9, "highest": 2.1}


def test_latencies_by_the_apis_timestamps_stand_beside_those_by_receipt(tmp_path: Path) -> None:
    found = by_api_timestamps(archive_of(tmp_path, stamped))
    assert {key: (each.count, each.max) for key, each in found.items()} == {
        "podScheduled": (2, 1.0),
        "podStarted": (1, 2.0),
        "podReady": (1, 3.0),
    }


def test_a_simulated_cluster_has_one_clock_with_the_run(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, pod("a", 0.0, apiRunning=3.0))
    assert clock_offset(Samples(archive.table("samples"))) is None
    assert by_api_timestamps(archive) == {}
    assert document(summarise(archive))["clusterClockOffset"] is None
