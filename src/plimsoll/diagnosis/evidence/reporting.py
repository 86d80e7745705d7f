"""How long after its containers ran a pod was Running in the API: the event Started against the watch of pods.

Events take another client than statuses do, so that they are in time even where a kubelet's main client is held back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence.events import Events
    from plimsoll.diagnosis.evidence.pods import Pods
    from plimsoll.measurement.columns import Booleans, Floats


@dataclass(frozen=True, slots=True)
class Reporting:
    """The lag of every pod's status, in the order of the pods' numbers."""

    lags_seconds: Floats
    """From the first event Started to Running in the API, or until the pod was given up; NaN without such an event."""

    def behind(self, seconds: float) -> Booleans:
        """Which pods' statuses were later than this."""
        late: Booleans = self.lags_seconds > seconds  # NaN is not
        return late


def read_reporting(pods: Pods, events: Events) -> Reporting:
    """Match events with pods by namespace and name."""
    told = events.told("Started")
    started = np.full(len(pods), np.nan)
    rows = {key: row for row, key in enumerate(zip(pods.namespaces, pods.names, strict=True))}
    for key, seconds in zip(told.objects, told.seconds.tolist(), strict=True):
        if (row := rows.get(key)) is not None:
            started[row] = np.fmin(started[row], seconds)
    ends = np.where(np.isnan(pods.running), pods.gone, pods.running)
    return Reporting(np.maximum(ends - started, 0.0))
