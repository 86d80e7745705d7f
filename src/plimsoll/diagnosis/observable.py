"""An archive as far as a real cluster could have filled it: what a diagnosis may know.

A simulation reports more than any cluster shows: when a kubelet saw a pod, how long a component waited at its own
limiter, every constant of the model. Who diagnoses with that diagnoses the model. So the tables are cut down to what the
API, the audit log, ``/metrics``, ``/configz``, events and journals give, and the rest cannot be asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from plimsoll.errors import PlimsollError
from plimsoll.telemetry import Milestone
from plimsoll.telemetry.series import SERIES

if TYPE_CHECKING:
    from plimsoll.archive.manifest import Manifest
    from plimsoll.measurement.columns import Archive

OWN_CLIENTS = ("driver", "observer")
"""The clients that are this program itself; it knows of its own limiter without being told by the cluster."""

SETTING_PREFIX = "config."
"""Samples of this name are settings that a cluster shows: ``/configz``, command lines, config maps."""

MILESTONES = (
    Milestone.API_SCHEDULED,
    Milestone.API_RUNNING,
    Milestone.API_READY,
    Milestone.API_FAILED,
    Milestone.DELETION_REQUESTED,
    Milestone.DELETED,
)
"""What a watcher of the API sees of a pod, beside its creation, which is in the table of pods."""

_SCENARIO_PARTS = ("name", "description", "load", "measure", "expect")


class UnobservableError(PlimsollError):
    """A diagnosis asked for something that no real cluster shows: a mistake in the finding that did."""


class Observable:
    """The part of an archive that is the same for a simulated and a real cluster."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._tables: dict[str, pa.Table] = {}
        self.manifest: Manifest = replace(archive.manifest, profile="", seed=0)
        """When and how long the run was; not what it simulated."""

    @cached_property
    def scenario(self) -> Mapping[str, Any]:
        """What the user wanted of the cluster: the load, and the objectives. Not what the cluster is."""
        scenario = self._archive.scenario
        return {part: scenario[part] for part in _SCENARIO_PARTS if part in scenario}

    @property
    def profile(self) -> Mapping[str, Any]:
        """Nothing shows the constants of a cluster: asking for them is a mistake."""
        raise UnobservableError("a diagnosis asked for the profile, which no real cluster shows. Ask for evidence")

    def table(self, name: str) -> pa.Table:
        """One of the archive's tables without the rows that a real cluster would not have given."""
        if name not in self._tables:
            table = self._archive.table(name)
            self._tables[name] = _FILTERS[name](table) if name in _FILTERS else table
        return self._tables[name]


def require_observable(series: str) -> None:
    """Raise :class:`UnobservableError` for a series that only a simulation has; names that nobody knows are refused too."""
    if series.startswith(SETTING_PREFIX):
        return
    if series not in SERIES:
        raise UnobservableError(f"a diagnosis asked for {series}, which is no series. See plimsoll.telemetry.series")
    if not SERIES[series].shown_by:
        raise UnobservableError(f"a diagnosis asked for {series}, which no real cluster shows. Ask for another series")


def shown_by(series: str) -> str:
    """What shows a series on a real cluster, for the reader of a finding."""
    if series in SERIES:
        return SERIES[series].shown_by
    return f"{series.removeprefix(SETTING_PREFIX).split('.')[0]} configuration (/configz, command line)"


def _observable_milestones(table: pa.Table) -> pa.Table:
    return table.filter(_among(table, "milestone", [str(milestone) for milestone in MILESTONES]))


def _observable_samples(table: pa.Table) -> pa.Table:
    names = [name for name, series in SERIES.items() if series.shown_by]
    known = _among(table, "series", names)
    wanted = pc.or_(known, pc.starts_with(table["series"].cast("string"), SETTING_PREFIX))
    return table.filter(pc.and_(wanted, pc.is_finite(table["value"])))  # Prometheus says NaN where it knows nothing


def _observable_requests(table: pa.Table) -> pa.Table:
    return table.filter(pc.or_(_among(table, "measure", ["latency"]), _among(table, "client", OWN_CLIENTS)))


def _among(table: pa.Table, column: str, words: Iterable[str]) -> pa.ChunkedArray:
    return pc.is_in(table[column].cast("string"), value_set=pa.array(list(words), pa.string()))


_FILTERS = {
    "milestones": _observable_milestones,
    "samples": _observable_samples,
    "requests": _observable_requests,
}
