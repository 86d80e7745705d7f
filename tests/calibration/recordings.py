"""The recordings of a real kubelet, and how near to them a simulated one has to come."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "data" / "calibration"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@dataclass(frozen=True)
class Recording:
    """One run."""

    settings: dict[str, Any]
    namespaces: int
    pods: int
    pods_per_second: float
    last_running_seconds: float
    quantiles: dict[str, float]
    running: dict[int, int]
    """Pods that ran, by second."""

    @property
    def observed_seconds(self) -> int:
        return max(self.running)


def read(name: str) -> Recording:
    record = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    kubelet = {f"kubelet.{key}": value for key, value in record["kubelet"].items() if key != "version"}
    return Recording(
        settings=kubelet,
        namespaces=record["namespaces"],
        pods=record["pods"],
        pods_per_second=record["podsPerSecond"],
        last_running_seconds=record["lastRunningSeconds"],
        quantiles=record["secondsFromCreateToRunning"],
        running=dict(record["runningOverTime"]["rows"]),
    )


def compare(recording: Recording, running_seconds: Sequence[float], latencies: Sequence[float]) -> None:
    """Hold sorted times at which pods ran, and sorted latencies, against a recording.

    The count may differ by 15 % or 5 pods, the last pod by 20 %. Latencies are held to the same factor of two wherever
    they are long enough to mean something on the machine that was recorded.
    """
    for second, recorded in recording.running.items():
        if second % 30 == 0:
            simulated = bisect_right(running_seconds, second)
            assert simulated == pytest.approx(recorded, rel=0.15, abs=5), f"pods that run at {second} s"
    assert len(running_seconds) == recording.pods
    assert running_seconds[-1] == pytest.approx(recording.last_running_seconds, rel=0.2)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        recorded_seconds = recording.quantiles[name]
        simulated_seconds = latencies[int(share * (len(latencies) - 1))]
        slack_seconds = max(1.0, recorded_seconds)
        assert recorded_seconds / 2 - 1.0 <= simulated_seconds <= recorded_seconds + slack_seconds, name
