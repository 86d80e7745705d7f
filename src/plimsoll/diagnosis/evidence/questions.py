"""The way to every question: one object per archive, which reads each table at most once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.clients import Clients
from plimsoll.diagnosis.evidence.events import Events
from plimsoll.diagnosis.evidence.gauges import Gauges
from plimsoll.diagnosis.evidence.load import Load, read_load
from plimsoll.diagnosis.evidence.logs import Logs
from plimsoll.diagnosis.evidence.pods import Pods
from plimsoll.diagnosis.evidence.reporting import Reporting, read_reporting
from plimsoll.diagnosis.evidence.stations import stations
from plimsoll.measurement.timelines import read_timelines

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence.station import Station
    from plimsoll.diagnosis.observable import Observable


class Evidence:
    """What a run shows. Nothing is read before it is asked for, and nothing twice."""

    def __init__(self, archive: Observable) -> None:
        self._archive = archive

    @cached_property
    def run_seconds(self) -> float:
        """How long the run took, or, where it was cut off, until its last sample."""
        if self._archive.manifest.virtual_seconds:
            return float(self._archive.manifest.virtual_seconds)
        return self.gauges.last_seconds

    @cached_property
    def pods(self) -> Pods:
        """What became of the pods, when and where."""
        return Pods(read_timelines(self._archive), self.run_seconds)

    @cached_property
    def clients(self) -> Clients:
        """Who asked the API server for what, how often, and what it answered."""
        return Clients(self._archive.table("requests"), self.run_seconds)

    @cached_property
    def gauges(self) -> Gauges:
        """Metrics over time, and settings that the cluster shows."""
        return Gauges(self._archive.table("samples"))

    @cached_property
    def events(self) -> Events:
        """Kubernetes events by reason, source and object."""
        return Events(self._archive.table("events"))

    @cached_property
    def logs(self) -> Logs:
        """Lines that components logged."""
        return Logs(self._archive.table("logs"))

    @cached_property
    def reporting(self) -> Reporting:
        """How late the API heard that pods run."""
        return read_reporting(self.pods, self.events)

    @cached_property
    def stations(self) -> tuple[Station, ...]:
        """Queueing numbers of every station that the run shows anything of."""
        return stations(self)

    @cached_property
    def load(self) -> Load:
        """What was wanted of the cluster, and how well the driver kept to it."""
        return read_load(self._archive, self.clients)
