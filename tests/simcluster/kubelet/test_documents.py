"""Statuses as other parts of Plimsoll read them."""

from __future__ import annotations

import pytest

from plimsoll.kube.resources import Object
from plimsoll.observe.timelines import STATES, read
from plimsoll.simcluster.kubelet.documents import StatusDocuments

SPEC: Object = {"containers": [{"name": "main", "image": "pause"}, {"name": "beside", "image": "pause"}]}


class Clock:
    def __init__(self) -> None:
        self.second = 0

    def __call__(self) -> str:
        return f"2020-01-01T00:00:{self.second:02d}Z"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def documents(clock: Clock) -> StatusDocuments:
    return StatusDocuments(clock)


def pod(status: Object) -> Object:
    return {"metadata": {}, "spec": {"nodeName": "node-0"}, "status": status}


def shown(status: Object) -> str:
    return STATES[read(pod(status))[0]]


def ready(status: Object) -> bool:
    return read(pod(status))[1]


def test_an_accepted_pod_shows_as_container_creating(documents: StatusDocuments) -> None:
    assert shown(documents.pending(SPEC, "10.0.0.1")) == "containerCreating"


@pytest.mark.parametrize("is_it", [True, False])
def test_a_running_pod_shows_as_running_whether_it_is_ready_or_not(documents: StatusDocuments, *, is_it: bool) -> None:
    running = documents.running(SPEC, documents.pending(SPEC, "10.0.0.1"), "10.128.0.5", ready=is_it)

    assert shown(running) == "running"
    assert ready(running) is is_it
    assert running["podIP"] == "10.128.0.5"


def test_a_pod_that_has_succeeded_shows_as_completed(documents: StatusDocuments) -> None:
    running = documents.running(SPEC, documents.pending(SPEC, "10.0.0.1"), "10.128.0.5", ready=True)
    ended = documents.ended(SPEC, running, "Succeeded")

    assert shown(ended) == "completed"
    assert not ready(ended)


def test_a_rejected_pod_shows_as_failed(documents: StatusDocuments) -> None:
    assert shown(documents.rejected("OutOfpods", "no place")) == "failed"


def test_a_pod_keeps_its_start_time_and_dates_its_readiness(documents: StatusDocuments, clock: Clock) -> None:
    pending = documents.pending(SPEC, "10.0.0.1")
    clock.second = 7
    running = documents.running(SPEC, pending, "10.128.0.5", ready=True)
    conditions = {condition["type"]: condition["lastTransitionTime"] for condition in running["conditions"]}

    assert running["startTime"] == "2020-01-01T00:00:00Z"
    assert conditions["PodScheduled"] == "2020-01-01T00:00:00Z"
    assert conditions["Ready"] == "2020-01-01T00:00:07Z"


def test_a_status_has_an_entry_for_every_container(documents: StatusDocuments) -> None:
    names = [container["name"] for container in documents.pending(SPEC, "10.0.0.1")["containerStatuses"]]
    assert names == ["main", "beside"]


def test_pods_that_reach_a_state_in_the_same_second_share_all_but_their_address(documents: StatusDocuments) -> None:
    first, second = (
        documents.running(SPEC, documents.pending(SPEC, "10.0.0.1"), address, ready=True)
        for address in ("10.128.0.5", "10.128.0.6")
    )

    assert first["conditions"] is second["conditions"]
    assert first["containerStatuses"] is second["containerStatuses"]
    assert first["podIP"] != second["podIP"]
