from __future__ import annotations

from typing import Any

from plimsoll.kube.resources import (
    CONTROLLERREVISIONS,
    PERSISTENTVOLUMECLAIMS,
    PODS,
    STATEFULSETS,
    STORAGECLASSES,
    Object,
)
from plimsoll.simcluster.controllers.statefulset import StatefulSetController
from plimsoll.simcluster.controllers.volumebinder import VolumeBinder
from tests.simcluster.controlplane import ControlPlane, workload_spec


def plane(*, nodes: int = 1) -> ControlPlane:
    made = ControlPlane("scheduler", nodes=nodes, detailed=True)
    made.start(StatefulSetController)
    made.namespace()
    return made


def stateful_set(made: ControlPlane, replicas: int = 3, **spec: Any) -> Object:
    return made.create(STATEFULSETS, "db", "ns", spec={**workload_spec("db", replicas), "serviceName": "db", **spec})


def names(made: ControlPlane) -> list[str]:
    return sorted(pod["metadata"]["name"] for pod in made.active())


def images(made: ControlPlane) -> dict[str, str]:
    return {pod["metadata"]["name"]: pod["spec"]["containers"][0]["image"] for pod in made.active()}


def status(made: ControlPlane) -> Object:
    found: Object = made.get(STATEFULSETS, "db", "ns")["status"]
    return found


def new_image(made: ControlPlane, image: str) -> None:
    containers = [{"name": "main", "image": image}]
    made.patch(STATEFULSETS, "db", {"spec": {"template": {"spec": {"containers": containers}}}})


def test_pods_come_one_after_the_other_and_carry_their_number() -> None:
    made = plane(nodes=0)
    stateful_set(made)
    made.run(10)
    assert names(made) == ["db-0"]
    first = made.get(PODS, "db-0", "ns")
    assert first["spec"]["hostname"] == "db-0"
    assert first["spec"]["subdomain"] == "db"
    assert first["metadata"]["generateName"] == "db-"
    assert sorted(first["metadata"]["labels"]) == [
        "app",
        "apps.kubernetes.io/pod-index",
        "controller-revision-hash",
        "statefulset.kubernetes.io/pod-name",
    ]
    assert status(made)["collisionCount"] == 0


def test_all_pods_are_there_in_the_end_and_the_status_says_so() -> None:
    made = plane()
    stateful_set(made)
    made.run(30)

    assert names(made) == ["db-0", "db-1", "db-2"]
    revision = status(made)["currentRevision"]
    assert status(made) == {
        "observedGeneration": 1,
        "replicas": 3,
        "readyReplicas": 3,
        "currentReplicas": 3,
        "updatedReplicas": 3,
        "availableReplicas": 3,
        "currentRevision": revision,
        "updateRevision": revision,
        "collisionCount": 0,
    }
    assert made.events("SuccessfulCreate")[0] == "create Pod db-0 in StatefulSet db successful"


def test_in_parallel_nobody_waits() -> None:
    made = plane(nodes=0)
    stateful_set(made, podManagementPolicy="Parallel")
    made.run(10)

    assert names(made) == ["db-0", "db-1", "db-2"]


def test_scaling_down_takes_the_last_pods_first_and_leaves_their_claims() -> None:
    made = plane()
    made.start(VolumeBinder)
    made.create(STORAGECLASSES, "fast", provisioner="x.example")
    templates = [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast"}}]
    stateful_set(made, volumeClaimTemplates=templates)
    made.run(30)
    made.scale(STATEFULSETS, "db", 1)
    made.run(30)

    assert names(made) == ["db-0"]
    claims = [one["metadata"]["name"] for one in made.collection(PERSISTENTVOLUMECLAIMS)]
    assert claims == ["data-db-0", "data-db-1", "data-db-2"]
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}
    assert volume in made.get(PODS, "db-0", "ns")["spec"]["volumes"]


def test_a_rolling_update_goes_from_the_last_pod_to_the_first_one_at_a_time() -> None:
    made = plane()
    stateful_set(made)
    made.run(30)
    new_image(made, "new")
    seen = []
    for _ in range(300):
        made.run(0.1)
        assert len(made.active()) >= 2
        seen.append(tuple(sorted(name for name, image in images(made).items() if image == "new")))

    order = list(dict.fromkeys(seen))
    assert order[-1] == ("db-0", "db-1", "db-2")
    assert ("db-2",) in order
    assert ("db-0",) not in order
    assert len(made.collection(CONTROLLERREVISIONS)) == 2
    assert status(made)["currentRevision"] == status(made)["updateRevision"]


def test_pods_below_the_partition_keep_their_revision_also_when_they_are_made_anew() -> None:
    made = plane()
    stateful_set(made, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}})
    made.run(30)
    new_image(made, "new")
    made.run(30)
    made.delete(PODS, "db-0", "ns")
    made.run(30)

    assert images(made) == {"db-0": "pause", "db-1": "pause", "db-2": "new"}
    assert status(made)["updatedReplicas"] == 1


def test_on_delete_nothing_is_replaced_unless_somebody_deletes_it() -> None:
    made = plane()
    stateful_set(made, updateStrategy={"type": "OnDelete"})
    made.run(30)
    new_image(made, "new")
    made.run(30)
    assert set(images(made).values()) == {"pause"}
    made.delete(PODS, "db-1", "ns")
    made.run(30)

    assert images(made)["db-1"] == "new"


def test_going_back_takes_up_the_old_revision() -> None:
    made = plane()
    stateful_set(made, 1)
    made.run(20)
    first = status(made)["currentRevision"]
    new_image(made, "new")
    made.run(30)
    new_image(made, "pause")
    made.run(30)

    assert status(made)["currentRevision"] == first
    assert sorted(one["revision"] for one in made.collection(CONTROLLERREVISIONS)) == [2, 3]


def test_numbers_may_begin_elsewhere() -> None:
    made = plane()
    stateful_set(made, 2, ordinals={"start": 5})
    made.run(30)

    assert names(made) == ["db-5", "db-6"]
