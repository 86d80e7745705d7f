"""Reads gauges at an interval, and closes the windows in which requests are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.background import Background
    from plimsoll.simcluster.metering import Metering
    from plimsoll.telemetry import Telemetry


class _Gauge:
    __slots__ = ("instance", "last", "read", "series")

    def __init__(self, series: str, instance: str, read: Callable[[], float]) -> None:
        self.series = series
        self.instance = instance
        self.read = read
        self.last: float | None = None


class Sampler:
    """Samples a cluster. A value is reported when it changed; a series holds its last value until then."""

    def __init__(
        self, kernel: Kernel, telemetry: Telemetry, metering: Metering, background: Background, interval_seconds: float
    ) -> None:
        self._kernel = kernel
        self._telemetry = telemetry
        self._metering = metering
        self._background = background
        self._interval_seconds = interval_seconds
        self._gauges: list[_Gauge] = []
        self._constants: list[tuple[str, str, float]] = []
        self._last_seconds = 0.0

    def gauge(self, series: str, instance: str, read: Callable[[], float]) -> None:
        """Sample one more series."""
        self._gauges.append(_Gauge(series, instance, read))

    def constant(self, series: str, instance: str, value: float) -> None:
        """Report a value once, when sampling starts."""
        self._constants.append((series, instance, value))

    def start(self) -> None:
        """Sample from now on."""
        for series, instance, value in self._constants:
            self._telemetry.sample(self._kernel.now, series, instance, value)
        self._kernel.after(self._interval_seconds, self._tick)

    def _tick(self) -> None:
        self.sample()
        self._kernel.after(self._interval_seconds, self._tick)

    def sample(self) -> None:
        """Read everything now; also called once when a run ends, for its last, shorter interval."""
        now = self._kernel.now
        if now <= self._last_seconds:
            return
        self._background.advance(now - self._last_seconds)
        self._last_seconds = now
        self._metering.close_window(now)
        report = self._telemetry.sample
        for gauge in self._gauges:
            value = gauge.read()
            if value != gauge.last:
                if gauge.last is not None or value:
                    report(now, gauge.series, gauge.instance, value)
                gauge.last = value
