"""The verbs of the API on stored objects, as a client meets them."""

from __future__ import annotations

import pytest

from plimsoll.errors import ApiError
from tests.registry.clusters import Served

CONFIGMAPS = ("", "v1", "configmaps")


@pytest.fixture
def served() -> Served:
    return Served()


def body(name: str, **data: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_a_created_object_can_be_read(served: Served) -> None:
    created = served.create(CONFIGMAPS, body("a", k="1"))
    assert created["metadata"]["uid"]
    assert served.get(CONFIGMAPS, "a") == created


def test_a_name_is_taken_once(served: Served) -> None:
    served.create(CONFIGMAPS, body("a"))
    with pytest.raises(ApiError, match='configmaps "a" already exists'):
        served.create(CONFIGMAPS, body("a"))


def test_a_list_goes_on_at_the_revision_of_its_first_page(served: Served) -> None:
    for name in "abc":
        served.create(CONFIGMAPS, body(name))
    first = served.listing(CONFIGMAPS, limit="2")
    served.create(CONFIGMAPS, body("bb"))
    rest = served.listing(CONFIGMAPS, limit="2", **{"continue": first.continue_token})
    assert [item["metadata"]["name"] for item in (*first.items, *rest.items)] == ["a", "b", "c", "kube-root-ca.crt"]
    assert rest.resource_version == first.resource_version


def test_a_watch_tells_what_happens_after_its_revision(served: Served) -> None:
    created = served.create(CONFIGMAPS, body("a"))
    events = served.watch(CONFIGMAPS, resourceVersion=created["metadata"]["resourceVersion"])
    served.ask("update", CONFIGMAPS, "a", body("a", k="2"))
    served.ask("delete", CONFIGMAPS, "a")
    served.wait(1.0)
    assert [event.type for event in events] == ["MODIFIED", "DELETED"]
