"""Watches: where they begin, what they tell, and how they end."""

from __future__ import annotations

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from plimsoll.registry.requests import WatchEvent
from tests.registry.clusters import Served

CONFIGMAPS = ("", "v1", "configmaps")
SECRETS = ("", "v1", "secrets")
MERGE = "application/merge-patch+json"


@pytest.fixture
def served() -> Served:
    return Served()


def create(served: Served, name: str, **labels: str) -> Object:
    return served.create(SECRETS, {"metadata": {"name": name, "labels": labels}})


def told(events: list[WatchEvent]) -> list[tuple[str, str]]:
    return [(event.type, event.object["metadata"].get("name", "")) for event in events]


def test_a_watch_from_no_revision_begins_with_what_is_there(served: Served) -> None:
    create(served, "b")
    create(served, "a")
    assert told(served.watch(SECRETS)) == [("ADDED", "a"), ("ADDED", "b")]


def test_a_watch_from_a_revision_tells_what_came_after_it(served: Served) -> None:
    revision = create(served, "a")["metadata"]["resourceVersion"]
    create(served, "b")
    events = served.watch(SECRETS, resourceVersion=revision)
    assert told(events) == [("ADDED", "b")]
    create(served, "c")
    served.wait(1.0)
    assert told(events) == [("ADDED", "b"), ("ADDED", "c")]


def test_objects_come_and_go_with_their_labels(served: Served) -> None:
    create(served, "a", app="x")
    events = served.watch(SECRETS, labelSelector="app=x", resourceVersion=str(served.cluster.store.revision))
    for label in ("y", "x"):
        served.ask("patch", SECRETS, "a", {"metadata": {"labels": {"app": label}}}, patch_type=MERGE)
    served.wait(1.0)
    assert told(events) == [("DELETED", "a"), ("ADDED", "a")]
    assert events[0].object["metadata"]["labels"] == {"app": "x"}


def test_a_streamed_list_ends_with_a_bookmark_that_says_so(served: Served) -> None:
    create(served, "a")
    options = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    events = served.watch(SECRETS, **options)
    assert told(events) == [("ADDED", "a"), ("BOOKMARK", "")]
    assert events[1].object["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_a_watch_from_a_forgotten_revision_is_told_that_it_expired(served: Served) -> None:
    events = served.watch(SECRETS, resourceVersion="1")
    assert [event.type for event in events] == ["ERROR"]
    assert events[0].object["code"] == 410


def test_other_kinds_and_namespaces_are_not_told_of(served: Served) -> None:
    served.create(("", "v1", "namespaces"), {"metadata": {"name": "other"}})
    events = served.watch(SECRETS, resourceVersion=str(served.cluster.store.revision))
    served.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    served.namespace = "other"
    create(served, "b")
    served.wait(1.0)
    assert events == []


def test_a_match_without_initial_events_is_refused(served: Served) -> None:
    with pytest.raises(ApiError, match="forbidden for watch unless sendInitialEvents is provided"):
        served.watch(SECRETS, resourceVersion="1", resourceVersionMatch="NotOlderThan")


def test_all_watches_get_the_same_object(served: Served) -> None:
    watches = [served.watch(SECRETS, resourceVersion=str(served.cluster.store.revision)) for _ in range(3)]
    create(served, "a")
    served.wait(1.0)
    assert len({id(events[0].object) for events in watches}) == 1
