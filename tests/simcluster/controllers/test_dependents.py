from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import CONFIGMAPS, DEPLOYMENTS, NAMESPACES, NODES, PODS, REPLICASETS, Object
from plimsoll.simcluster.controllers.dependents import DependentsCollector
from tests.simcluster.controlplane import ControlPlane


@pytest.fixture
def made() -> ControlPlane:
    plane = ControlPlane("deployments", "replicasets", detailed=True)
    DependentsCollector(plane.environment, plane.profile.controllers, plane.api)
    plane.namespace()
    return plane


def config_map(made: ControlPlane, name: str, *owners: Object, block: bool = False, **metadata: Any) -> Object:
    references = [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            **({"blockOwnerDeletion": True} if block else {}),
        }
        for owner in owners
    ]
    owned = {"ownerReferences": references} if references else {}
    body = {"metadata": {"name": name, **owned, **metadata}}
    return made.api.create(made.collection(CONFIGMAPS), "ns", body)


def names(made: ControlPlane) -> list[str]:
    return sorted(value["metadata"]["name"] for value in made.collection(CONFIGMAPS))


def delete(made: ControlPlane, name: str, propagation: Any) -> None:
    made.api.delete(made.collection(CONFIGMAPS), "ns", name, propagation=propagation)


def test_in_the_background_the_owner_goes_first_and_its_dependents_follow(made: ControlPlane) -> None:
    owner = config_map(made, "owner")
    config_map(made, "grandchild", config_map(made, "child", owner))
    delete(made, "owner", "Background")
    assert names(made) == ["child", "grandchild"]
    made.run(10)

    assert names(made) == []


def test_in_the_foreground_the_owner_waits_for_the_dependents_that_block_it(made: ControlPlane) -> None:
    owner = config_map(made, "owner")
    config_map(made, "blocks", owner, block=True, finalizers=["example.com/hold"])
    config_map(made, "free", owner, finalizers=["example.com/hold"])
    delete(made, "owner", "Foreground")
    made.run(10)
    stored = made.get(CONFIGMAPS, "owner", "ns")
    assert stored["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert all("deletionTimestamp" in made.get(CONFIGMAPS, name, "ns")["metadata"] for name in ("blocks", "free"))

    blocks = made.get(CONFIGMAPS, "blocks", "ns")
    made.api.update(made.collection(CONFIGMAPS), {**blocks, "metadata": {**blocks["metadata"], "finalizers": []}})
    made.run(10)
    assert names(made) == ["free"]


def test_orphans_stay_and_forget_their_owner(made: ControlPlane) -> None:
    config_map(made, "child", config_map(made, "owner"))
    delete(made, "owner", "Orphan")
    assert made.get(CONFIGMAPS, "owner", "ns")["metadata"]["finalizers"] == ["orphan"]
    made.run(10)

    assert names(made) == ["child"]
    assert "ownerReferences" not in made.get(CONFIGMAPS, "child", "ns")["metadata"]


def test_a_dependent_of_two_stays_as_long_as_one_of_them(made: ControlPlane) -> None:
    first, second = config_map(made, "first"), config_map(made, "second")
    config_map(made, "child", first, second)
    delete(made, "first", "Background")
    made.run(10)
    references = made.get(CONFIGMAPS, "child", "ns")["metadata"]["ownerReferences"]
    assert [one["name"] for one in references] == ["second"]
    delete(made, "second", "Background")
    made.run(10)

    assert names(made) == []


def test_what_is_created_with_an_owner_that_never_was_goes_at_once(made: ControlPlane) -> None:
    ghost = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ghost", "uid": "no-such"}}
    config_map(made, "child", ghost)
    made.run(10)

    assert names(made) == []


def test_an_owner_of_an_unknown_kind_is_taken_to_exist(made: ControlPlane) -> None:
    config_map(made, "child", {"apiVersion": "x.example/v1", "kind": "Thing", "metadata": {"name": "t", "uid": "u"}})
    made.run(10)

    assert names(made) == ["child"]


def test_a_cluster_scoped_owner_takes_what_is_in_namespaces_with_it(made: ControlPlane) -> None:
    node = made.create(NODES, "node")
    config_map(made, "child", node)
    made.run(10)
    assert names(made) == ["child"]
    made.delete(NODES, "node")
    made.run(10)

    assert names(made) == []


def test_a_deployment_deleted_in_the_foreground_goes_after_its_pods(made: ControlPlane) -> None:
    made.deployment("web", 2)
    made.run(10)
    assert len(made.collection(PODS)) == 2
    made.api.delete(made.collection(DEPLOYMENTS), "ns", "web", propagation="Foreground")
    made.run(0.001)
    assert len(made.collection(DEPLOYMENTS)) == 1
    made.run(30)

    assert [len(made.collection(one)) for one in (DEPLOYMENTS, REPLICASETS, PODS)] == [0, 0, 0]
    assert len(made.collection(NAMESPACES)) == 1
