"""The lives of all pods as one matrix: a row per pod, a column per milestone, NaN where it was never reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.measurement.columns import categories, numbers
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.measurement.columns import Archive, Categories, Floats

MILESTONES = tuple(Milestone)


@dataclass(frozen=True, slots=True)
class Timelines:
    """Pods in the order of their numbers. Names, nodes and moments share that order."""

    namespaces: Categories
    names: list[str]
    nodes: Categories
    moments: Floats
    """Seconds of the run's clock, pods × milestones."""

    def __len__(self) -> int:
        return len(self.names)

    def at(self, milestone: Milestone) -> Floats:
        """When each pod first reached a milestone."""
        column: Floats = self.moments[:, MILESTONES.index(milestone)]
        return column

    def reached(self, milestone: Milestone) -> int:
        """How many pods ever reached a milestone."""
        return int(np.count_nonzero(~np.isnan(self.at(milestone))))

    def between(self, earlier: Milestone, later: Milestone) -> Floats:
        """Seconds from one milestone to another, of the pods that reached both.

        A watcher may see a pod running before it sees it scheduled (one event carries both), hence never below 0.
        """
        durations = self.at(later) - self.at(earlier)
        known: Floats = np.maximum(durations[~np.isnan(durations)], 0.0)
        return known

    def first(self, milestone: Milestone) -> float | None:
        """When any pod first reached a milestone; None where none did."""
        known = self.at(milestone)[~np.isnan(self.at(milestone))]
        return float(known.min()) if known.size else None

    def cohort(self, size: int) -> Timelines:
        """The ``size`` pods created first: those the scenario asked for, without what churn or failures replaced."""
        if size >= len(self):
            return self
        rows = np.sort(np.argsort(self.at(Milestone.CREATED), kind="stable")[:size])
        return Timelines(
            namespaces=_take(self.namespaces, rows),
            names=[self.names[row] for row in rows],
            nodes=_take(self.nodes, rows),
            moments=self.moments[rows],
        )


def _take(column: Categories, rows: np.ndarray) -> Categories:
    return type(column)(column.codes[rows], column.words)


def read_timelines(archive: Archive) -> Timelines:
    """Gather the timelines of a run. A milestone reached twice counts from the first time."""
    pods = archive.table("pods")
    numbers_of_pods = numbers(pods, "pod").astype(np.int64)
    moments = _moments(archive, 1 + int(numbers_of_pods.max(initial=-1)))[numbers_of_pods]
    created = MILESTONES.index(Milestone.CREATED)
    moments[:, created] = numbers(pods, "createdSeconds")
    return Timelines(categories(pods, "namespace"), pods.column("name").to_pylist(), categories(pods, "node"), moments)


def _moments(archive: Archive, pod_count: int) -> Floats:
    table = archive.table("milestones")
    seconds = numbers(table, "seconds")
    pods = numbers(table, "pod").astype(np.int64)
    names = categories(table, "milestone")
    column_of_code = np.array([_column(word) for word in names.words] or [-1], dtype=np.int64)
    columns = column_of_code[names.codes]
    # Latest first, so that what is assigned last, and stays, is the earliest.
    order = np.argsort(-seconds, kind="stable")
    order = order[(columns[order] >= 0) & (pods[order] < pod_count)]
    moments = np.full((pod_count, len(MILESTONES)), np.nan)
    moments[pods[order], columns[order]] = seconds[order]
    return moments


def _column(word: str) -> int:
    """The column of a milestone; -1 for one that this version does not know."""
    try:
        return MILESTONES.index(Milestone(word))
    except ValueError:
        return -1
