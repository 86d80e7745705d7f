from __future__ import annotations

import numpy as np

from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.observable import Observable
from tests.diagnosis.casefile import archive_of_case


def test_the_lag_is_from_the_event_to_running_in_the_api_or_to_the_end() -> None:
    case = {
        "seconds": 600,
        "pods": [
            {"namespace": "ns", "node": "n", "scheduled": 1, "running": 50},
            {"namespace": "ns", "node": "n", "scheduled": 1},
            {"namespace": "other", "node": "n", "scheduled": 1, "running": 9},
        ],
        "events": [{"reason": "Started", "namespace": "ns", "name": "pod", "objects": 3, "at": 10, "every": 0}],
    }

    reporting = Evidence(Observable(archive_of_case(case))).reporting

    assert np.array_equal(reporting.lags_seconds, [40.0, 590.0, np.nan], equal_nan=True)
    assert reporting.behind(100).tolist() == [False, True, False]
