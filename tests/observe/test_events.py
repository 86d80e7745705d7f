from __future__ import annotations

from typing import Any

from plimsoll.cluster.port import Change
from plimsoll.kube.resources import Object
from plimsoll.observe.events import EventCensus
from plimsoll.telemetry import NullTelemetry


class Events(NullTelemetry):
    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    def event(self, seconds: float, *told: Any, count: int = 1) -> None:
        self.seen.append((seconds, *told, count))


def event(uid: str, namespace: str = "mine", kind: str = "Pod", **more: Any) -> Object:
    return {
        "metadata": {"uid": uid},
        "involvedObject": {"kind": kind, "namespace": namespace, "name": "it"},
        "type": "Warning",
        "reason": "BackOff",
        "message": "Back-off",
        "source": {"component": "kubelet", "host": "n1"},
        **more,
    }


def census() -> tuple[EventCensus, Events]:
    heard = Events()
    return EventCensus(heard, lambda namespace: namespace == "mine"), heard


def test_events_of_the_run_and_of_nodes_are_reported_as_they_come() -> None:
    observed, heard = census()
    observed.relist([], 0.0)
    observed.update(
        [
            Change("ADDED", event("a"), 1.0),
            Change("ADDED", event("b", "other"), 2.0),
            Change("ADDED", event("c", "", "Node"), 3.0),
        ]
    )
    assert heard.seen == [
        (1.0, "Warning", "BackOff", "Pod", "mine", "it", "kubelet/n1", "Back-off", 1),
        (3.0, "Warning", "BackOff", "Node", "", "it", "kubelet/n1", "Back-off", 1),
    ]


def test_a_repeated_event_is_reported_as_often_as_it_has_happened_since() -> None:
    observed, heard = census()
    observed.relist([event("a", count=3)], 0.0)
    observed.update([Change("MODIFIED", event("a", count=5), 1.0), Change("MODIFIED", event("a", count=5), 2.0)])
    observed.update([Change("MODIFIED", event("a", series={"count": 9}), 3.0)])
    assert [(told[0], told[-1]) for told in heard.seen] == [(1.0, 2), (3.0, 4)]


def test_what_was_missed_between_two_listings_is_reported_and_what_was_before_the_run_is_not() -> None:
    observed, heard = census()
    observed.relist([event("old")], 0.0)
    observed.relist([event("old"), event("new")], 9.0)
    assert [told[0] for told in heard.seen] == [9.0]


def test_who_reported_is_known_by_either_way_of_saying_so() -> None:
    observed, heard = census()
    observed.relist([], 0.0)
    observed.update([Change("ADDED", event("a", source=None, reportingComponent="default-scheduler"), 1.0)])
    assert heard.seen[0][6] == "default-scheduler"
