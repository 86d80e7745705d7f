"""Deleting objects: grace, finalizers, propagation, preconditions, many at once."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from tests.registry.clusters import Served

CONFIGMAPS = ("", "v1", "configmaps")
JOBS = ("batch", "v1", "jobs")
PODS = ("", "v1", "pods")


@pytest.fixture
def served() -> Served:
    return Served()


def bound_pod(served: Served, name: str = "p") -> Object:
    spec = {"nodeName": "n", "containers": [{"name": "app", "image": "registry.example/app:1"}]}
    return served.create(PODS, {"metadata": {"name": name}, "spec": spec})


def delete(served: Served, key: tuple[str, str, str], name: str, **options: Any) -> Object:
    answer = served.ask("delete", key, name, options or None)
    assert isinstance(answer.object, dict)
    return answer.object


def test_a_plain_object_goes_at_once_and_the_answer_says_which(served: Served) -> None:
    created = served.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    status = delete(served, CONFIGMAPS, "a")
    assert status["details"] == {"name": "a", "kind": "configmaps", "uid": created["metadata"]["uid"]}


def test_a_running_pod_gets_its_time_to_stop(served: Served) -> None:
    bound_pod(served)
    deleted = delete(served, PODS, "p")
    assert deleted["metadata"]["deletionGracePeriodSeconds"] == 30
    assert served.get(PODS, "p")["metadata"]["deletionTimestamp"] > deleted["metadata"]["creationTimestamp"]


def test_a_deletion_can_only_come_sooner(served: Served) -> None:
    bound_pod(served)
    delete(served, PODS, "p", gracePeriodSeconds=20)
    assert delete(served, PODS, "p", gracePeriodSeconds=25)["metadata"]["deletionGracePeriodSeconds"] == 20
    assert delete(served, PODS, "p", gracePeriodSeconds=5)["metadata"]["deletionGracePeriodSeconds"] == 5
    delete(served, PODS, "p", gracePeriodSeconds=0)
    with pytest.raises(ApiError, match="not found"):
        served.get(PODS, "p")


def test_a_pod_without_a_node_goes_at_once(served: Served) -> None:
    spec = {"schedulerName": "none", "containers": [{"name": "app", "image": "registry.example/app:1"}]}
    served.create(PODS, {"metadata": {"name": "p"}, "spec": spec})
    delete(served, PODS, "p")
    with pytest.raises(ApiError, match="not found"):
        served.get(PODS, "p")


@pytest.mark.parametrize(("policy", "finalizer"), [("Orphan", "orphan"), ("Foreground", "foregroundDeletion")])
def test_dependents_are_dealt_with_before_their_owner_goes(served: Served, policy: str, finalizer: str) -> None:
    served.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    delete(served, CONFIGMAPS, "a", propagationPolicy=policy)
    assert served.get(CONFIGMAPS, "a")["metadata"]["finalizers"] == [finalizer]


def test_jobs_leave_their_pods_unless_told_otherwise_and_say_so(served: Served) -> None:
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "registry.example/app:1"}]}}
    served.create(JOBS, {"metadata": {"name": "j"}, "spec": {"template": template, "suspend": True}})
    answer = served.ask("delete", JOBS, "j")
    assert "child pods are preserved by default" in answer.warnings[0]
    assert isinstance(answer.object, dict)
    assert "orphan" in answer.object["metadata"]["finalizers"]


def test_another_object_of_the_name_is_not_deleted(served: Served) -> None:
    served.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    with pytest.raises(ApiError, match="does not match the UID in record"):
        delete(served, CONFIGMAPS, "a", preconditions={"uid": "another"})


def test_a_policy_that_is_none_is_refused(served: Served) -> None:
    served.create(CONFIGMAPS, {"metadata": {"name": "a"}})
    with pytest.raises(ApiError, match='propagationPolicy: Unsupported value: "Sideways"'):
        delete(served, CONFIGMAPS, "a", propagationPolicy="Sideways")


def test_what_matches_goes_together(served: Served) -> None:
    for name, app in (("a", "x"), ("b", "x"), ("c", "y")):
        served.create(CONFIGMAPS, {"metadata": {"name": name, "labels": {"app": app}}})
    served.ask("deletecollection", CONFIGMAPS, options={"labelSelector": "app=x"})
    left = [item["metadata"]["name"] for item in served.listing(CONFIGMAPS).items]
    assert left == ["c", "kube-root-ca.crt"]


def test_the_default_namespace_stays(served: Served) -> None:
    with pytest.raises(ApiError, match="this namespace may not be deleted"):
        served.ask("delete", ("", "v1", "namespaces"), "default")
