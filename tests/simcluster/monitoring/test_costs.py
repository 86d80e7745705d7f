from __future__ import annotations

from typing import Any

import pytest

from plimsoll.simcluster.monitoring import costs
from plimsoll.simcluster.profile import load_profile
from plimsoll.simcluster.settings import MonitoringSettings

DAY = 86_400.0
MILLION = 1_000_000


def settings(profile: str = "kubernetes-1.36", **changes: Any) -> MonitoringSettings:
    return load_profile(profile).monitoring.model_copy(update=changes)


def test_a_million_series_take_two_gibibytes_before_their_samples() -> None:
    assert costs.head_bytes(settings(base_bytes=0.0), MILLION, 0.0) == pytest.approx(2 * 1024**3, rel=0.001)


def test_with_three_hours_of_samples_a_series_takes_two_to_four_kilobytes() -> None:
    held = costs.head_bytes(settings("openshift-4.3"), 40 * MILLION, DAY)

    assert 2_000 < held / (40 * MILLION) < 4_000
    assert held == pytest.approx(130e9, rel=0.08)


def test_samples_cost_memory_only_until_they_are_mapped() -> None:
    late = [costs.head_bytes(settings(), MILLION, seconds) for seconds in (0, 1800, 3600, 7200)]

    assert late[0] < late[1] < late[2] == late[3]


def test_the_tighter_of_limit_and_node_counts() -> None:
    assert costs.available_bytes(settings(memory_limit_bytes=0.0, node_memory_bytes=64e9)) == 64e9
    assert costs.available_bytes(settings(memory_limit_bytes=10e9, node_memory_bytes=64e9)) == 10e9
    assert costs.available_bytes(settings(memory_limit_bytes=100e9, node_memory_bytes=64e9)) == 64e9


def test_retention_forgets_by_time_and_by_size() -> None:
    month = 30 * DAY

    assert costs.remembered_seconds(settings(), MILLION, month) == 15 * DAY
    assert costs.remembered_seconds(settings(), MILLION, DAY) == DAY
    # A million series every 30 s are 33,333 samples a second, 50 kB: 4.32 GB a day.
    assert costs.remembered_seconds(settings(retention_bytes=8.64e9), MILLION, month) == pytest.approx(2 * DAY)


def test_a_query_takes_longer_the_more_is_remembered() -> None:
    day, week = (costs.query_seconds(settings(), days * DAY) for days in (1, 7))

    assert day == pytest.approx(0.05 + 0.1 * 28.8)
    assert week > 6 * day
