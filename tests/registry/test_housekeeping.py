"""What a server forgets by the clock."""

from __future__ import annotations

import pytest

from plimsoll.errors import ApiError
from plimsoll.registry.housekeeping import COMPACTION_SECONDS, EVENT_SECONDS
from tests.registry.clusters import Served

EVENTS = ("", "v1", "events")
NEW_EVENTS = ("events.k8s.io", "v1", "events")
SECRETS = ("", "v1", "secrets")


def event(name: str) -> dict[str, object]:
    return {"metadata": {"name": name}, "involvedObject": {"kind": "Pod", "namespace": "team"}, "message": "m"}


def test_events_expire_unless_they_are_repeated() -> None:
    served = Served()
    for name in ("once", "again"):
        served.create(EVENTS, event(name))
    served.wait(EVENT_SECONDS / 2)
    served.ask("patch", EVENTS, "again", {"count": 2}, patch_type="application/merge-patch+json")
    served.wait(EVENT_SECONDS / 2 + 120)
    assert [item["metadata"]["name"] for item in served.listing(EVENTS).items] == ["again"]


def test_history_is_kept_for_five_minutes_at_least() -> None:
    served = Served()
    revision = served.create(SECRETS, {"metadata": {"name": "a"}})["metadata"]["resourceVersion"]
    options = {"resourceVersion": revision, "resourceVersionMatch": "Exact"}
    served.create(SECRETS, {"metadata": {"name": "b"}})
    served.wait(COMPACTION_SECONDS)
    assert len(served.listing(SECRETS, **options).items) == 1
    served.wait(COMPACTION_SECONDS)
    with pytest.raises(ApiError, match="too old"):
        served.listing(SECRETS, **options)


def test_an_event_is_the_same_in_either_group() -> None:
    served = Served()
    served.create(EVENTS, event("e"))
    shown = served.get(NEW_EVENTS, "e")
    assert (shown["apiVersion"], shown["note"], shown["regarding"]["kind"]) == ("events.k8s.io/v1", "m", "Pod")
