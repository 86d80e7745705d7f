from __future__ import annotations

import pytest

from plimsoll.scenario.loading import parse_scenario
from plimsoll.tuning.patience import cut_short
from tests.tuning.fakes import SCENARIO


@pytest.mark.parametrize(
    ("objective", "timeout_seconds"),
    [
        ("run.seconds <= 3m", 181),
        ("podRunning.max < 60s", 61),
        ("podRunning.p99 <= 60s", 14_400),
        ("run.seconds >= 3m", 14_400),
        ("podReady.max <= 60s", 14_400),
        ("run.seconds <= 1d", 14_400),
    ],
)
def test_a_wait_is_cut_where_its_length_alone_settles_the_verdict(objective: str, timeout_seconds: float) -> None:
    scenario = parse_scenario(SCENARIO.replace("podRunning.p99 <= 60s", objective), "tiny.yaml").scenario
    assert cut_short(scenario).load.jobs[0].wait.timeout_seconds == timeout_seconds
