from __future__ import annotations

import pytest

from plimsoll.kube.resources import EVENTS, PODS, Object
from plimsoll.simcluster.client import Client
from plimsoll.simcluster.correlation import MOST_SIMILAR, SPAM_BURST, TIME_TO_LIVE_SECONDS, Reporter
from plimsoll.simcluster.recording import Recorder, recorder
from tests.simcluster.controlplane import ControlPlane

REPORTER = Reporter("kubelet", "node-0")


@pytest.fixture
def made() -> ControlPlane:
    plane = ControlPlane(detailed=True)
    plane.namespace()
    plane.pod("p")
    return plane


def recording(made: ControlPlane, reporter: Reporter = REPORTER) -> Recorder:
    return recorder(made.environment, Client(made.environment, "events"), reporter)


def events(made: ControlPlane) -> list[Object]:
    made.run(1)
    return list(made.collection(EVENTS))


def test_an_event_says_who_reported_what_about_which_object(made: ControlPlane) -> None:
    pod = made.get(PODS, "p", "ns")
    recording(made).emit(pod, "Warning", "BackOff", "for %d s", 10, field_path="spec.containers{c}")

    (event,) = events(made)
    assert event["message"] == "for 10 s"
    assert event["source"] == {"component": "kubelet", "host": "node-0"}
    assert event["reportingComponent"] == "kubelet"
    assert (event["count"], event["type"], event["reason"]) == (1, "Warning", "BackOff")
    assert event["involvedObject"]["uid"] == pod["metadata"]["uid"]
    assert event["involvedObject"]["fieldPath"] == "spec.containers{c}"
    assert event["metadata"]["name"].startswith("p.")


def test_the_same_said_again_is_counted(made: ControlPlane) -> None:
    writer, pod = recording(made), made.get(PODS, "p", "ns")
    for _ in range(3):
        writer.emit(pod, "Normal", "Pulled", "again")
        made.run(5)

    (event,) = events(made)
    assert event["count"] == 3
    assert event["lastTimestamp"] > event["firstTimestamp"]


def test_much_that_differs_in_its_text_only_ends_up_on_one_event(made: ControlPlane) -> None:
    writer, pod = recording(made), made.get(PODS, "p", "ns")
    for index in range(MOST_SIMILAR + 5):
        writer.emit(pod, "Normal", "Scaled", "to %d", index)
        made.run(1)

    stored = events(made)
    assert len(stored) == MOST_SIMILAR + 1
    assert stored[-1]["message"] == "(combined from similar events): to 14"
    assert stored[-1]["count"] == 5


def test_one_source_may_not_go_on_and_on_about_one_object(made: ControlPlane) -> None:
    writer, pod = recording(made), made.get(PODS, "p", "ns")
    for index in range(100):
        writer.emit(pod, "Normal", f"Reason{index}", "text")

    assert len(events(made)) == SPAM_BURST


def test_the_scheduler_writes_events_of_the_new_kind(made: ControlPlane) -> None:
    writer, pod = recording(made, Reporter("default-scheduler", series=True)), made.get(PODS, "p", "ns")
    for _ in range(2):
        writer.emit(pod, "Normal", "Scheduled", "assigned", action="Binding")
        made.run(1)

    (event,) = events(made)
    assert event["action"] == "Binding"
    assert event["eventTime"].endswith("Z")
    assert event["firstTimestamp"] is None
    assert event["series"]["count"] == 2


def test_events_are_forgotten_an_hour_after_they_last_happened(made: ControlPlane) -> None:
    writer, pod = recording(made), made.get(PODS, "p", "ns")
    writer.emit(pod, "Normal", "Pulled", "text")
    made.run(TIME_TO_LIVE_SECONDS / 2)
    writer.emit(pod, "Normal", "Pulled", "text")
    made.run(TIME_TO_LIVE_SECONDS - 100)
    assert len(events(made)) == 1
    made.run(200)

    assert events(made) == []


def test_a_load_run_counts_events_and_keeps_none() -> None:
    made = ControlPlane()
    made.namespace()
    made.pod("p")
    recording(made).emit(made.get(PODS, "p", "ns"), "Normal", "Pulled", "text")

    assert events(made) == []
    assert made.requests("events", "POST", "events") == 1
