"""A kernel with a sampler and a recorder, for tests of a component beside the cluster's own."""

from __future__ import annotations

from typing import Any

from plimsoll.kernel import Kernel, Streams
from tests.simcluster.controlplane import Recorder


class Gauges:
    """Stands for the sampler: keeps what can be read, and reads it when asked."""

    def __init__(self) -> None:
        self.reads: dict[tuple[str, str], Any] = {}

    def gauge(self, series: str, instance: str, read: Any) -> None:
        self.reads[series, instance] = read

    def value(self, series: str, instance: str = "") -> float:
        return float(self.reads[series, instance]())

    def total(self, series: str) -> float:
        return sum(float(read()) for (name, _), read in self.reads.items() if name == series)


class Bench:
    """What every component is made of."""

    def __init__(self, seed: int = 1) -> None:
        self.kernel = Kernel()
        self.random = Streams(seed).stream("test")
        self.telemetry = Recorder()
        self.gauges: Any = Gauges()

    @property
    def logs(self) -> list[str]:
        return [message for _, _, message in self.telemetry.logs]
