"""What became of the pods: by node, by stage, and which of them a person would call stuck.

The stages are those that a watcher of the API can tell apart: created → scheduled → Running → Ready.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Booleans, Floats
    from plimsoll.measurement.timelines import Timelines

LATE_SECONDS = 60.0
"""A pod that takes longer for one stage is late: the slowest steps that are in order (mounts, a first pull) take less."""


@dataclass(frozen=True, slots=True)
class NodePods:
    """The pods of one node."""

    node: str
    pods: int
    running: int
    late: int
    """Scheduled, and more than :data:`LATE_SECONDS` later not Running in the API (or late by who counts)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the way from created to Ready."""

    name: str
    entered: int
    left: int
    mean_seconds: float
    """Of those that went through; NaN where none did."""
    p99_seconds: float
    waited_seconds: float
    """All time spent in it by all pods, also by those that never left it."""


class Pods:
    """The pods of a run, in the order of their numbers."""

    def __init__(self, timelines: Timelines, run_seconds: float) -> None:
        self._timelines = timelines
        self.run_seconds = run_seconds

    def __len__(self) -> int:
        return len(self._timelines)

    @property
    def names(self) -> list[str]:
        """Names without namespaces."""
        return self._timelines.names

    @cached_property
    def created(self) -> Floats:
        """When each pod was created, in seconds of the run's clock."""
        return self._timelines.at(Milestone.CREATED)

    @property
    def created_span_seconds(self) -> float:
        """From the first creation to the last."""
        return float(self.created.max() - self.created.min()) if len(self) else 0.0

    @cached_property
    def scheduled(self) -> Floats:
        """When each was bound, as the API showed it; NaN: never. A pod that runs was bound at the latest then."""
        scheduled: Floats = np.fmin(self._timelines.at(Milestone.API_SCHEDULED), self.running)
        return scheduled

    @cached_property
    def running(self) -> Floats:
        """When each was Running in the API; NaN: never."""
        return self._timelines.at(Milestone.API_RUNNING)

    @cached_property
    def ready(self) -> Floats:
        """When each was Ready in the API; NaN: never."""
        return self._timelines.at(Milestone.API_READY)

    @cached_property
    def failed(self) -> Floats:
        """When each was Failed; NaN: never."""
        return self._timelines.at(Milestone.API_FAILED)

    @cached_property
    def gone(self) -> Floats:
        """When each was asked to go or failed, at the latest the end of the run."""
        asked = self._timelines.at(Milestone.DELETION_REQUESTED)
        gone: Floats = np.fmin(np.fmin(asked, self.failed), self.run_seconds)
        return np.where(np.isnan(gone), self.run_seconds, gone)

    @cached_property
    def nodes(self) -> list[str]:
        """The node of each pod; empty for those that were never bound."""
        return [self._timelines.nodes.row(row) for row in range(len(self))]

    @cached_property
    def namespaces(self) -> list[str]:
        """The namespace of each pod."""
        return [self._timelines.namespaces.row(row) for row in range(len(self))]

    @cached_property
    def late_to_start(self) -> Booleans:
        """Bound to a node, and longer than :data:`LATE_SECONDS` not Running."""
        return _late(self.scheduled, self.running, self.gone)

    @cached_property
    def late_to_schedule(self) -> Booleans:
        """Created, and longer than :data:`LATE_SECONDS` not bound."""
        return _late(self.created, self.scheduled, self.gone)

    @cached_property
    def never_scheduled(self) -> int:
        """Pods that were late and never bound."""
        return int((self.late_to_schedule & np.isnan(self.scheduled)).sum())

    @cached_property
    def by_node(self) -> dict[str, NodePods]:
        """The pods of each node that has any."""
        return self.by_node_with(self.late_to_start)

    def by_node_with(self, late: Booleans) -> dict[str, NodePods]:
        """The pods of each node that has any, with those counted as late that the caller takes for it."""
        codes, words = self._timelines.nodes.codes, self._timelines.nodes.words
        counts = [
            np.bincount(codes[(codes >= 0) & chosen], minlength=len(words))
            for chosen in (np.ones(len(self), bool), ~np.isnan(self.running), late)
        ]
        return {
            word: NodePods(word, int(pods), int(running), int(late_pods))
            for word, pods, running, late_pods in zip(words, *counts, strict=True)
            if word and pods
        }

    def start_delay_seconds(self, nodes: frozenset[str] | None = None) -> float:
        """Mean time from bound to Running (or to the end, for those that never ran) of the pods on these nodes."""
        bound = ~np.isnan(self.scheduled)
        if nodes is not None:
            bound &= np.isin(np.array(self.nodes, dtype=object), list(nodes))
        took = np.where(np.isnan(self.running), self.gone, self.running) - self.scheduled
        return float(np.maximum(took[bound], 0).mean()) if bound.any() else 0.0

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """How long pods were in each stage."""
        return (
            self._stage("scheduling", self.created, self.scheduled),
            self._stage("starting", self.scheduled, self.running),
            self._stage("becoming ready", self.running, self.ready),
        )

    def _stage(self, name: str, start: Floats, end: Floats) -> Stage:
        entered = ~np.isnan(start)
        took = np.maximum((end - start)[entered], 0)
        stayed = np.where(np.isnan(took), np.maximum((self.gone - start)[entered], 0), took)
        through = took[~np.isnan(took)]
        return Stage(
            name,
            entered=int(entered.sum()),
            left=int(through.size),
            mean_seconds=float(through.mean()) if through.size else float("nan"),
            p99_seconds=float(np.quantile(through, 0.99)) if through.size else float("nan"),
            waited_seconds=float(stayed.sum()),
        )


def _late(start: Floats, end: Floats, gone: Floats) -> Booleans:
    left = np.where(np.isnan(end), gone, end)
    late: Booleans = ~np.isnan(start) & (left - start > LATE_SECONDS)
    return late
