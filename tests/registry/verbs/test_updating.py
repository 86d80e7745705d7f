"""Replacing and patching objects: revisions, identity, what a write leaves as it is."""

from __future__ import annotations

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from tests.registry.clusters import Served

CONFIGMAPS = ("", "v1", "configmaps")
LEASES = ("coordination.k8s.io", "v1", "leases")
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"


@pytest.fixture
def served() -> Served:
    cluster = Served()
    cluster.create(CONFIGMAPS, {"metadata": {"name": "a"}, "data": {"k": "1"}})
    return cluster


def replace(served: Served, body: Object) -> Object:
    answer = served.ask("update", CONFIGMAPS, "a", body)
    assert isinstance(answer.object, dict)
    return answer.object


def test_the_last_writer_wins_where_no_revision_is_named(served: Served) -> None:
    assert replace(served, {"metadata": {"name": "a"}, "data": {"k": "2"}})["data"] == {"k": "2"}


def test_a_write_from_an_old_revision_conflicts(served: Served) -> None:
    with pytest.raises(ApiError, match="the object has been modified"):
        replace(served, {"metadata": {"name": "a", "resourceVersion": "1"}, "data": {}})


def test_a_write_that_changes_nothing_keeps_the_revision(served: Served) -> None:
    before = served.get(CONFIGMAPS, "a")
    served.wait(5.0)
    after = replace(served, {"metadata": {"name": "a"}, "data": {"k": "1"}})
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


def test_an_object_cannot_be_replaced_under_another_name(served: Served) -> None:
    with pytest.raises(ApiError, match="does not match the name on the URL"):
        replace(served, {"metadata": {"name": "b"}})


def test_a_body_about_another_object_of_the_name_conflicts(served: Served) -> None:
    with pytest.raises(ApiError, match="Precondition failed: UID in precondition"):
        replace(served, {"metadata": {"name": "a", "uid": "another"}})


def test_some_kinds_are_created_by_a_replacement(served: Served) -> None:
    assert served.ask("update", LEASES, "l", {"metadata": {"name": "l"}, "spec": {}}).code == 201
    with pytest.raises(ApiError, match='configmaps "none" not found'):
        served.ask("update", CONFIGMAPS, "none", {"metadata": {"name": "none"}})


def test_a_lease_is_replaced_from_its_revision_only(served: Served) -> None:
    served.create(LEASES, {"metadata": {"name": "l"}, "spec": {}})
    with pytest.raises(ApiError, match="must be specified for an update"):
        served.ask("update", LEASES, "l", {"metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}})


def test_an_apply_creates_what_is_not_there(served: Served) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "n"}, "data": {"k": "1"}}
    options = {"fieldManager": "tester"}
    assert served.ask("patch", CONFIGMAPS, "n", body, patch_type=APPLY, options=options).code == 201
    assert served.ask("patch", CONFIGMAPS, "n", body, patch_type=APPLY, options=options).code == 200


def test_an_apply_does_not_take_what_others_own(served: Served) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "2"}}
    with pytest.raises(ApiError, match="conflict"):
        served.ask("patch", CONFIGMAPS, "a", body, patch_type=APPLY, options={"fieldManager": "tester"})


def test_a_patch_that_is_none_changes_nothing(served: Served) -> None:
    with pytest.raises(ApiError):
        served.ask("patch", CONFIGMAPS, "a", {"data": {"k": 1}}, patch_type=MERGE)
    assert served.get(CONFIGMAPS, "a")["data"] == {"k": "1"}


def test_taking_the_last_finalizer_off_ends_an_object_that_waits_for_it(served: Served) -> None:
    served.create(CONFIGMAPS, {"metadata": {"name": "f", "finalizers": ["example.com/x"]}})
    served.ask("delete", CONFIGMAPS, "f")
    assert "deletionTimestamp" in served.get(CONFIGMAPS, "f")["metadata"]
    served.ask("patch", CONFIGMAPS, "f", {"metadata": {"finalizers": None}}, patch_type=MERGE)
    with pytest.raises(ApiError, match="not found"):
        served.get(CONFIGMAPS, "f")
