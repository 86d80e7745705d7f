from __future__ import annotations

from typing import Any, cast

from plimsoll.kernel import Kernel
from plimsoll.simcluster.metering import Metering
from plimsoll.simcluster.sampling import Sampler
from tests.simcluster.controlplane import Recorder


class Steady:
    """Background work that only notes for how long it was asked to account."""

    def __init__(self) -> None:
        self.intervals: list[float] = []

    def advance(self, seconds: float) -> None:
        self.intervals.append(seconds)


class Instruments:
    def __init__(self, interval_seconds: float = 10.0) -> None:
        self.kernel = Kernel()
        self.recorder = Recorder()
        self.metering = Metering(self.recorder)
        self.background = Steady()
        self.sampler = Sampler(
            self.kernel, self.recorder, self.metering, cast("Any", self.background), interval_seconds
        )
        self.value = 0.0

    def gauge(self, series: str = "queue", instance: str = "") -> None:
        self.sampler.gauge(series, instance, lambda: self.value)

    def set(self, value: float) -> None:
        self.value = value


def test_a_gauge_is_read_at_every_interval_and_reported_when_it_has_changed() -> None:
    instruments = Instruments()
    instruments.gauge("scheduler.queue")
    instruments.kernel.at(15, instruments.set, 3.0)
    instruments.kernel.at(45, instruments.set, 0.0)
    instruments.sampler.start()
    instruments.kernel.run(60)

    assert instruments.recorder.samples == [(20, "scheduler.queue", "", 3.0), (50, "scheduler.queue", "", 0.0)]


def test_a_gauge_that_never_leaves_zero_says_nothing() -> None:
    instruments = Instruments()
    instruments.gauge()
    instruments.sampler.start()
    instruments.kernel.run(100)

    assert instruments.recorder.samples == []


def test_windows_of_requests_end_where_gauges_are_read() -> None:
    instruments = Instruments()
    meter = instruments.metering.meter("kubelet", "GET", "pods", 200)
    for second in (3, 14, 17):
        instruments.kernel.at(second, meter.add, 0.1)
    instruments.sampler.start()
    instruments.kernel.run(30)

    assert [(row.window_start_seconds, row.window_seconds, row.count) for row in instruments.recorder.rows] == [
        (0, 10, 1),
        (10, 10, 2),
    ]


def test_the_last_interval_of_a_run_may_be_shorter_and_is_accounted_for_once() -> None:
    instruments = Instruments()
    instruments.sampler.start()
    instruments.kernel.run(25)
    instruments.sampler.sample()
    instruments.sampler.sample()

    assert instruments.background.intervals == [10, 10, 5]
