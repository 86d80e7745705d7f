from __future__ import annotations

from plimsoll.kube.resources import Object
from plimsoll.simcluster.controllers.ownedpods import (
    EXPECTATIONS_TIMEOUT_SECONDS,
    LONGEST_FAILURE_PAUSE_SECONDS,
    OwnedPods,
)
from plimsoll.simcluster.store import StoredChange


def owned() -> OwnedPods:
    return OwnedPods(("ns", "rs"), "rs-uid", {})


def added(uid: str) -> StoredChange:
    pod: Object = {"metadata": {"uid": uid}, "spec": {}, "status": {"phase": "Pending"}}
    return StoredChange(1, "ADDED", pod, None)


def going(uid: str) -> StoredChange:
    pod: Object = {"metadata": {"uid": uid, "deletionTimestamp": "now"}, "spec": {}, "status": {"phase": "Running"}}
    return StoredChange(2, "MODIFIED", pod, None)


def test_creates_are_awaited_until_each_has_been_seen_or_given_up() -> None:
    pods = owned()
    pods.expect(3, 0.0)
    pods.observe(added("a"))
    pods.observe(added("b"))
    before = pods.is_awaiting(1.0)
    pods.lower_expectation(1)

    assert before
    assert not pods.is_awaiting(1.0)


def test_a_create_that_is_never_seen_is_awaited_for_five_minutes() -> None:
    pods = owned()
    pods.expect(1, 100.0)

    assert pods.is_awaiting(100.0 + EXPECTATIONS_TIMEOUT_SECONDS - 1)
    assert not pods.is_awaiting(100.0 + EXPECTATIONS_TIMEOUT_SECONDS)


def test_deletes_are_awaited_until_each_pod_is_seen_going() -> None:
    pods = owned()
    pods.observe(added("a"))
    pods.expect_deletes(["a"])
    before = pods.is_awaiting(0.0)
    pods.observe(going("a"))

    assert before
    assert not pods.is_awaiting(0.0)
    assert pods.pods == {}


def test_a_change_that_changes_no_count_is_none_of_the_controller_s_business() -> None:
    pods = owned()

    assert pods.observe(added("a"))
    assert not pods.observe(added("a")._replace(type="MODIFIED"))
    assert pods.observe(going("a"))
    assert not pods.observe(going("a")._replace(type="DELETED"))


def test_each_failure_after_the_pause_doubles_it_up_to_a_quarter_of_an_hour() -> None:
    pods = owned()
    now, pauses = 0.0, []
    for _ in range(12):
        pauses.append(pods.note_failure(now))
        assert pods.note_failure(now) == 0.0
        assert not pods.may_replace(now)
        now += pauses[-1]
        assert pods.may_replace(now)

    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert pauses[-1] == LONGEST_FAILURE_PAUSE_SECONDS


def test_a_pod_that_gets_ready_ends_the_back_off() -> None:
    pods = owned()
    for now in (0.0, 10.0, 20.0):
        pods.note_failure(now)
    ready: Object = {
        "metadata": {"uid": "a"},
        "spec": {},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }
    pods.observe(StoredChange(3, "MODIFIED", ready, None))

    assert pods.note_failure(30.0) == 1.0
