from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.evidence.gauges import NO_STEPS, Gauges, plateau
from plimsoll.diagnosis.observable import Observable
from plimsoll.measurement.columns import Steps
from tests.diagnosis.casefile import archive_of_case


def steps(*values: float, every: float = 10.0) -> Steps:
    return Steps(np.arange(len(values), dtype=np.float64) * every, np.array(values, dtype=np.float64))


def gauges(**case: object) -> Gauges:
    return Evidence(Observable(archive_of_case({"seconds": 100, **case}))).gauges


def test_the_longest_stretch_at_a_limit_is_told_with_its_beginning_and_mean() -> None:
    found = plateau(steps(5, 1, 5, 4.9, 5.1, 2), 5.0, 0.1, 60.0)

    assert (found.began_seconds, found.seconds) == (20.0, 30.0)
    assert found.mean == pytest.approx(5.0)


def test_a_gauge_holds_its_last_value_until_the_end() -> None:
    assert plateau(steps(1, 5), 5.0, 0.1, 500.0).seconds == 490.0


def test_a_gauge_that_never_reaches_the_limit_has_no_plateau() -> None:
    assert plateau(steps(1, 2, 3), 5.0, 0.1, 60.0).seconds == 0.0
    assert plateau(NO_STEPS, 5.0, 0.1, 60.0).seconds == 0.0


@given(st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=40), st.floats(0.1, 9))
def test_a_plateau_is_no_longer_than_the_run_and_no_lower_than_the_limit(values: list[float], limit: float) -> None:
    end = 10.0 * len(values)

    found = plateau(steps(*values), limit, 0.0, end)

    assert 0.0 <= found.seconds <= end
    assert found.seconds == 0.0 or found.mean >= limit - 1e-9


def test_a_setting_of_a_node_goes_before_that_of_all() -> None:
    own = {"series": "config.kubelet.kubeAPIQPS", "instance": "worker-1", "values": [50]}
    found = gauges(settings={"kubelet.kubeAPIQPS": 5}, samples=[own])

    assert found.setting("kubelet.kubeAPIQPS", "worker-0") == 5
    assert found.setting("kubelet.kubeAPIQPS", "worker-1") == 50


def test_a_setting_that_is_not_shown_is_unknown() -> None:
    assert gauges().setting("kubelet.kubeAPIQPS") is None


def test_the_peak_is_that_of_all_instances() -> None:
    sampled = [
        {"series": "kubelet.pods", "instance": "worker-0", "values": [1, 9, 2]},
        {"series": "kubelet.pods", "instance": "worker-1", "values": [3]},
    ]

    assert gauges(samples=sampled).peak("kubelet.pods") == 9
    assert gauges().peak("kubelet.pods") == 0
