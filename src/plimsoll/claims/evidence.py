"""What a claim may look at: the numbers of a finished run by name, and the moments of its pods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from plimsoll.archive.reader import RunArchive
from plimsoll.campaign.trial import Verdict
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    import numpy.typing as npt

    Moments = npt.NDArray[np.float64]

GRACE_SECONDS = 60.0
"""A pod that takes longer than this to be Running in the API is one that a person would call stuck."""


@dataclass(frozen=True)
class Evidence:
    """One run: the metrics of its report, and its archive for what no metric says."""

    metrics: Mapping[str, float]
    directory: Path
    verdict: Verdict
    """Whether the run met its scenario's objectives."""

    def metric(self, name: str) -> float:
        """A number of the report; NaN where the run did not measure it."""
        return self.metrics.get(name, nan)

    @cached_property
    def _archive(self) -> RunArchive:
        return RunArchive.open(self.directory)

    @cached_property
    def _created(self) -> Moments:
        pods = self._archive.table("pods")
        moments = np.full(pods.num_rows, nan)
        moments[pods["pod"].to_numpy()] = pods["createdSeconds"].to_numpy()
        return moments

    def moments(self, milestone: Milestone) -> Moments:
        """When each pod, in order of creation, reached a milestone; NaN for those that did not."""
        rows = self._archive.table("milestones")
        rows = rows.filter(pc.equal(pc.cast(rows["milestone"], "string"), str(milestone)))
        moments = np.full(self._created.size, nan)
        moments[rows["pod"].to_numpy()] = rows["seconds"].to_numpy()
        return moments

    def running_when_all_were_created(self) -> float:
        """Pods that were Running in the API when the last one had been created: where the others got stuck."""
        running = self.moments(Milestone.API_RUNNING)
        return float((running <= self._created.max() + GRACE_SECONDS).sum())

    def hours_until_all_run(self) -> float:
        """From the first pod's creation until the last ran; infinite if some never did."""
        running = self.moments(Milestone.API_RUNNING)
        if np.isnan(running).any():
            return inf
        return float(running.max() - self._created.min()) / 3600

    def backlog_pods_per_minute(self) -> float:
        """How fast pods became Running in the API after the last had been created."""
        running = self.moments(Milestone.API_RUNNING)
        late = running[running > self._created.max() + GRACE_SECONDS]
        if late.size < 2:  # noqa: PLR2004
            return nan
        return float(late.size - 1) / (float(late.max() - late.min()) / 60)

    def requests_per_second(self, client: str, resource: str, last_seconds: float) -> float:
        """Requests of a client for a resource in the last so many seconds of the run, per second."""
        rows = self._archive.table("requests")
        chosen = pc.and_(
            pc.and_(
                pc.equal(pc.cast(rows["client"], "string"), client),
                pc.equal(pc.cast(rows["resource"], "string"), resource),
            ),
            pc.and_(
                pc.equal(pc.cast(rows["measure"], "string"), "latency"),
                pc.greater_equal(
                    rows["windowStartSeconds"], (self._archive.manifest.virtual_seconds or nan) - last_seconds
                ),
            ),
        )
        return float(pc.sum(rows.filter(chosen)["count"]).as_py() or 0) / last_seconds

    def pods_with_event(self, reason: str) -> int:
        """Pods about which there was an event with this reason."""
        rows = self._archive.table("events")
        rows = rows.filter(pc.equal(pc.cast(rows["reason"], "string"), reason))
        return len(set(zip(rows["namespace"].to_pylist(), rows["name"].to_pylist(), strict=True)))
