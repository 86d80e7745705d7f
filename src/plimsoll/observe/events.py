"""The events of a real cluster that concern a run: those in its namespaces, and those about nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import NODES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from plimsoll.cluster.port import Change
    from plimsoll.kube.resources import Object
    from plimsoll.telemetry import Telemetry


class EventCensus:
    """Reports events as they come. A repeated one is reported as many times as its count has grown by.

    What the first listing has happened before the run, and is only remembered.
    """

    def __init__(self, telemetry: Telemetry, concerns: Callable[[str], bool]) -> None:
        """``concerns`` tells whether a namespace is the run's."""
        self._telemetry = telemetry
        self._concerns = concerns
        self._counts: dict[str, int] = {}
        self._listed = False

    def relist(self, events: Iterable[Object], seconds: float) -> None:
        """Take a complete listing."""
        counts: dict[str, int] = {}
        for event in events:
            if self._listed:
                self._see(event, seconds)
            counts[event["metadata"]["uid"]] = _count(event)
        self._counts = counts
        self._listed = True

    def update(self, changes: Sequence[Change]) -> None:
        """Take a batch of changes, oldest first."""
        for change in changes:
            if change.type == "DELETED":  # they are kept for an hour
                self._counts.pop(change.object["metadata"]["uid"], None)
            else:
                self._see(change.object, change.seconds)

    def _see(self, event: Object, seconds: float) -> None:
        uid = event["metadata"]["uid"]
        regarding = event.get("involvedObject") or {}
        namespace, kind = regarding.get("namespace", ""), regarding.get("kind", "")
        if kind != NODES.kind and not self._concerns(namespace):
            return
        new = _count(event) - self._counts.get(uid, 0)
        if new <= 0:
            return
        self._counts[uid] = _count(event)
        self._telemetry.event(
            seconds,
            event.get("type", ""),
            event.get("reason", ""),
            kind,
            namespace,
            regarding.get("name", ""),
            _source(event),
            event.get("message", ""),
            count=new,
        )


def _count(event: Object) -> int:
    """How often it has happened, in either of the API's two ways to say that."""
    series = event.get("series") or {}
    return max(int(series.get("count") or event.get("count") or 1), 1)


def _source(event: Object) -> str:
    """Who reported it, and on which node: ``kubelet/worker-1``."""
    source = event.get("source") or {}
    component = source.get("component") or event.get("reportingComponent") or ""
    return f"{component}/{source['host']}" if source.get("host") else component
