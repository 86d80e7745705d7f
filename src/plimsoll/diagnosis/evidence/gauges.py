"""Metrics over time by instance, and settings that a cluster shows. Series: :mod:`plimsoll.telemetry.series`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.observable import SETTING_PREFIX, require_observable
from plimsoll.measurement.columns import Samples, Steps, numbers

if TYPE_CHECKING:
    import pyarrow as pa

NO_STEPS = Steps(np.empty(0), np.empty(0))


@dataclass(frozen=True, slots=True)
class Plateau:
    """The longest stretch in which a gauge stood at a limit; all zero where it never did."""

    limit: float
    seconds: float = 0.0
    began_seconds: float = 0.0
    mean: float = 0.0
    """Of the gauge over that stretch: well above the limit, the limit was another one."""


class Gauges:
    """The ``samples`` table. Asking for a series that a real cluster does not show raises ``UnobservableError``."""

    def __init__(self, table: pa.Table) -> None:
        self._samples = Samples(table)
        seconds = numbers(table, "seconds")
        self.last_seconds = float(seconds.max()) if seconds.size else 0.0
        self._read: dict[str, dict[str, Steps]] = {}

    def by_instance(self, series: str) -> dict[str, Steps]:
        """A gauge of every instance that was sampled, by its name; empty where none was."""
        require_observable(series)
        if series not in self._read:
            self._read[series] = self._samples.series(series).per_instance()
        return self._read[series]

    def steps(self, series: str, instance: str = "") -> Steps:
        """A gauge of one instance; without samples where there are none."""
        return self.by_instance(series).get(instance, NO_STEPS)

    def highest(self, series: str) -> dict[str, float]:
        """The highest value of each instance."""
        return {instance: float(steps.values.max()) for instance, steps in self.by_instance(series).items()}

    def peak(self, series: str, default: float = 0.0) -> float:
        """The highest value over all instances."""
        return max(self.highest(series).values(), default=default)

    def setting(self, name: str, instance: str = "") -> float | None:
        """The last value of a setting that the cluster shows, such as ``kubelet.kubeAPIQPS`` of a node.

        Settings that are the same everywhere may be reported for no instance in particular. None where not shown.
        """
        shown = self.by_instance(SETTING_PREFIX + name)
        steps = shown.get(instance) or shown.get("")
        return float(steps.values[-1]) if steps is not None else None


def plateau(steps: Steps, limit: float, tolerance: float, end_seconds: float) -> Plateau:
    """The longest stretch of a gauge at a limit or above it, within a relative tolerance.

    A limiter lets a burst pass and then exactly its rate: values above the limit belong to the plateau. A gauge that is
    sampled when it changes holds its last value until ``end_seconds``.
    """
    at_limit = steps.values >= limit * (1 - tolerance)
    if not at_limit.any():
        return Plateau(limit)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], at_limit.astype(np.int8), [0]])))
    starts, ends = edges[::2], edges[1::2]
    until = np.append(steps.seconds, max(end_seconds, float(steps.seconds[-1])))
    longest = int(np.argmax(until[ends] - steps.seconds[starts]))
    began, ended = float(steps.seconds[starts[longest]]), float(until[ends[longest]])
    return Plateau(limit, ended - began, began, steps.within(began, ended).mean(ended))
