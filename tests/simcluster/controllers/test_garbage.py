from __future__ import annotations

from plimsoll.kube.resources import DEPLOYMENTS, PODS, REPLICASETS, Object
from tests.simcluster.controlplane import ControlPlane, pod_spec, workload_spec

EVERYTHING = ("deployments", "replicasets", "garbage", "scheduler")


def owner(value: Object, kind: str) -> Object:
    return {"apiVersion": "apps/v1", "kind": kind, "name": value["metadata"]["name"], "uid": value["metadata"]["uid"]}


def orphan(plane: ControlPlane, name: str, *owners: Object) -> Object:
    body: Object = {"metadata": {"name": name, "ownerReferences": list(owners)}, "spec": pod_spec()}
    return plane.api.create(plane.pods, "ns", body)


def collector() -> ControlPlane:
    plane = ControlPlane("garbage")
    plane.namespace()
    return plane


def test_a_deployment_s_replica_set_and_pods_follow_it() -> None:
    plane = ControlPlane(*EVERYTHING, nodes=2)
    plane.namespace()
    plane.deployment("web", 10)
    plane.deployment("db", 3)
    plane.rest()
    plane.delete(DEPLOYMENTS, "web", "ns")
    plane.rest()

    assert {pod["metadata"]["labels"]["app"] for pod in plane.pods} == {"db"}
    assert len(plane.collection(REPLICASETS)) == 1


def test_each_dependent_costs_a_look_and_a_delete() -> None:
    plane = ControlPlane(*EVERYTHING, nodes=2)
    plane.namespace()
    plane.deployment("web", 10)
    plane.rest()
    plane.delete(DEPLOYMENTS, "web", "ns")
    plane.rest()

    assert plane.requests("garbage-collector", "GET", "replicasets") == 1
    assert plane.requests("garbage-collector", "DELETE", "replicasets") == 1
    assert plane.requests("garbage-collector", "GET", "pods") == 10
    assert plane.requests("garbage-collector", "DELETE", "pods") == 10


def test_pods_that_are_going_already_are_left_alone() -> None:
    plane = ControlPlane(*EVERYTHING, nodes=2, stop_seconds=20)
    plane.namespace()
    plane.replica_set("rs", 5)
    plane.rest()
    plane.scale(REPLICASETS, "rs", 2)
    plane.run(5)
    plane.delete(REPLICASETS, "rs", "ns")
    plane.rest()

    assert plane.requests("garbage-collector", "DELETE", "pods") == 2
    assert len(plane.pods) == 0


def test_a_dependent_that_comes_after_its_owner_is_gone_is_collected() -> None:
    plane = collector()
    replica_set = plane.replica_set()
    plane.delete(REPLICASETS, "rs", "ns")
    plane.rest()
    orphan(plane, "late", owner(replica_set, "ReplicaSet"))
    plane.rest()

    assert len(plane.pods) == 0


def test_a_deployment_deleted_while_its_pods_are_being_created_leaves_none() -> None:
    plane = ControlPlane(*EVERYTHING, nodes=2)
    plane.namespace()
    plane.deployment("web", 300)
    plane.run(3)
    some = len(plane.pods)
    plane.delete(DEPLOYMENTS, "web", "ns")
    plane.rest()

    assert 0 < some < 300
    assert len(plane.pods) == len(plane.collection(REPLICASETS)) == 0


def test_an_object_with_two_owners_goes_when_the_last_of_them_has_gone() -> None:
    plane = collector()
    first, second = plane.replica_set("one"), plane.replica_set("two")
    orphan(plane, "shared", owner(first, "ReplicaSet"), owner(second, "ReplicaSet"))
    plane.rest()
    plane.delete(REPLICASETS, "one", "ns")
    plane.rest()
    left = len(plane.pods)
    plane.delete(REPLICASETS, "two", "ns")
    plane.rest()

    assert (left, len(plane.pods)) == (1, 0)


def test_objects_without_owners_or_with_owners_of_another_kind_are_nobody_s_business() -> None:
    plane = collector()
    replica_set = plane.replica_set()
    plane.pod("free")
    orphan(plane, "of-a-job", {"kind": "Job", "name": "job", "uid": "gone"})
    orphan(plane, "of-both", owner(replica_set, "ReplicaSet"), {"kind": "Job", "name": "job", "uid": "gone"})
    plane.rest()
    plane.delete(REPLICASETS, "rs", "ns")
    plane.rest()

    assert {pod["metadata"]["name"] for pod in plane.pods} == {"free", "of-a-job", "of-both"}


def test_a_pod_of_the_same_name_as_one_that_was_collected_is_another_pod() -> None:
    plane = collector()
    replica_set = plane.replica_set()
    old = orphan(plane, "a", owner(replica_set, "ReplicaSet"))
    plane.rest()
    plane.delete(REPLICASETS, "rs", "ns")
    plane.kernel.run(plane.kernel.now + plane.profile.apiserver.watch_delivery_seconds)
    plane.delete(PODS, "a", "ns")
    new = plane.pod("a")
    plane.rest()

    assert [pod["metadata"]["uid"] for pod in plane.pods] == [new["metadata"]["uid"]]
    assert new["metadata"]["uid"] != old["metadata"]["uid"]


def test_the_collector_has_twice_the_usual_rate() -> None:
    plane = collector()
    replica_set = plane.create(REPLICASETS, "rs", "ns", spec=workload_spec("rs", 0))
    for index in range(215):
        orphan(plane, f"pod-{index}", owner(replica_set, "ReplicaSet"))
    plane.rest()
    begun = plane.kernel.now
    plane.delete(REPLICASETS, "rs", "ns")

    # 430 requests: a bucket of 30, then 40 a second
    assert abs(plane.rest() - begun - 10.0) < 0.5
