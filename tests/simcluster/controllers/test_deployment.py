from __future__ import annotations

from plimsoll.kube.resources import DEPLOYMENTS, NAMESPACES, REPLICASETS, Object
from tests.simcluster.controlplane import ControlPlane, workload_spec


def plane_with(replicas: int = 4, **settings: float) -> ControlPlane:
    names = {f"controllers.{name}": value for name, value in settings.items()}
    plane = ControlPlane("deployments", "replicasets", "scheduler", settings=names, nodes=3)
    plane.namespace()
    plane.deployment("web", replicas)
    return plane


def replica_sets(plane: ControlPlane) -> list[Object]:
    return list(plane.collection(REPLICASETS))


def status(plane: ControlPlane) -> Object:
    return plane.get(DEPLOYMENTS, "web", "ns")["status"]  # type: ignore[no-any-return]


def conditions(plane: ControlPlane) -> dict[str, tuple[str, str]]:
    return {item["type"]: (item["status"], item["reason"]) for item in status(plane)["conditions"]}


def test_a_deployment_has_one_replica_set_that_it_controls() -> None:
    plane = plane_with()
    plane.rest()
    (replica_set,) = replica_sets(plane)
    (owner,) = replica_set["metadata"]["ownerReferences"]

    assert owner["uid"] == plane.get(DEPLOYMENTS, "web", "ns")["metadata"]["uid"]
    assert (owner["kind"], owner["controller"]) == ("Deployment", True)
    assert plane.requests("deployment-controller", "POST", "replicasets") == 1


def test_the_hash_of_the_template_is_in_the_name_the_labels_and_the_selector() -> None:
    plane = plane_with()
    plane.rest()
    (replica_set,) = replica_sets(plane)
    suffix = replica_set["metadata"]["name"].removeprefix("web-")

    assert len(suffix) == 10
    labels = {"app": "web", "pod-template-hash": suffix}
    assert replica_set["metadata"]["labels"] == labels
    assert replica_set["spec"]["selector"]["matchLabels"] == labels
    assert {frozenset(pod["metadata"]["labels"].items()) for pod in plane.pods} == {frozenset(labels.items())}


def test_all_pods_share_the_template_s_containers_with_the_deployment() -> None:
    plane = plane_with()
    plane.rest()
    containers = plane.get(DEPLOYMENTS, "web", "ns")["spec"]["template"]["spec"]["containers"]

    assert len(plane.pods) == 4
    assert all(pod["spec"]["containers"] is containers for pod in plane.pods)


def test_a_deployment_whose_pods_all_run_is_available_and_complete() -> None:
    plane = plane_with()
    plane.rest()
    counts = {name: value for name, value in status(plane).items() if name != "conditions"}

    assert counts == {
        "observedGeneration": 1,
        "replicas": 4,
        "updatedReplicas": 4,
        "readyReplicas": 4,
        "availableReplicas": 4,
    }
    assert conditions(plane) == {
        "Available": ("True", "MinimumReplicasAvailable"),
        "Progressing": ("True", "NewReplicaSetAvailable"),
    }


def test_while_pods_start_they_are_unavailable() -> None:
    plane = plane_with()
    plane.run(0.9)
    counts = {name: value for name, value in status(plane).items() if name != "conditions"}

    assert counts == {"observedGeneration": 1, "replicas": 4, "updatedReplicas": 4, "unavailableReplicas": 4}
    assert conditions(plane) == {
        "Available": ("False", "MinimumReplicasUnavailable"),
        "Progressing": ("True", "ReplicaSetUpdated"),
    }


def test_a_quarter_may_be_unavailable_before_the_deployment_is() -> None:
    plane = plane_with(8)
    plane.rest()
    pods = list(plane.pods)
    for count, available in ((2, "True"), (1, "False")):
        for pod in [pods.pop() for _ in range(count)]:
            unready = [{"type": "Ready", "status": "False"}]
            plane.pods.replace(pod, status={**pod["status"], "conditions": unready})
        plane.rest()
        assert conditions(plane)["Available"][0] == available


def test_a_condition_keeps_the_time_of_its_last_change() -> None:
    plane = plane_with()
    plane.rest()
    before = {item["type"]: item for item in status(plane)["conditions"]}
    plane.run(600)
    plane.scale(DEPLOYMENTS, "web", 5)
    plane.rest()
    after = {item["type"]: item for item in status(plane)["conditions"]}

    assert after["Available"] == before["Available"]
    assert after["Progressing"]["lastTransitionTime"] > before["Progressing"]["lastTransitionTime"]


def test_scaling_a_deployment_scales_its_replica_set_and_nothing_is_created_anew() -> None:
    plane = plane_with()
    plane.rest()
    (before,) = replica_sets(plane)
    for replicas in (10, 2):
        plane.scale(DEPLOYMENTS, "web", replicas)
        plane.rest()
        (after,) = replica_sets(plane)
        assert after["metadata"]["uid"] == before["metadata"]["uid"]
        assert after["spec"]["replicas"] == len(plane.pods) == replicas
    assert status(plane)["observedGeneration"] == 3
    assert after["metadata"]["generation"] == 3


def test_a_deployment_of_no_replicas_is_complete_without_pods() -> None:
    plane = plane_with(0)
    plane.rest()

    assert len(plane.pods) == 0
    assert conditions(plane)["Available"] == ("True", "MinimumReplicasAvailable")


def test_a_replica_set_that_somebody_deletes_comes_back_under_its_name() -> None:
    plane = plane_with()
    plane.rest()
    name = replica_sets(plane)[0]["metadata"]["name"]
    plane.delete(REPLICASETS, name, "ns")
    plane.rest()

    assert [value["metadata"]["name"] for value in replica_sets(plane)] == [name]


def test_a_deployment_that_is_deleted_and_created_again_is_a_new_one() -> None:
    plane = plane_with()
    plane.rest()
    plane.delete(DEPLOYMENTS, "web", "ns")
    plane.deployment("web", 1)
    plane.rest()

    assert len({value["metadata"]["name"] for value in replica_sets(plane)}) == 2


def test_in_a_namespace_that_is_being_terminated_one_attempt_is_made() -> None:
    plane = ControlPlane("deployments")
    plane.namespace()
    plane.deployment("web", 3)
    plane.delete(NAMESPACES, "ns")
    plane.rest()

    assert plane.requests("deployment-controller", code=403) == 1
    assert replica_sets(plane) == []


def test_thousands_of_deployments_come_at_the_rate_of_the_client_s_limiter() -> None:
    plane = ControlPlane("deployments")
    plane.namespace()
    for index in range(430):
        plane.deployment(f"web-{index}", 0)
    begun = plane.kernel.now
    plane.run(20)

    assert abs(len(replica_sets(plane)) - (30 + 20 * 20)) <= 1
    assert plane.rest() - begun < 22.0 + 30


def test_deployments_of_one_template_share_its_hash_and_everything_that_depends_on_it_alone() -> None:
    plane = ControlPlane("deployments")
    spec = workload_spec("web", 2)
    for name in ("one", "two"):
        plane.namespace(name)
        plane.create(DEPLOYMENTS, "web", name, spec=spec)
    plane.rest()
    first, second = replica_sets(plane)

    assert first["metadata"]["name"] == second["metadata"]["name"]
    assert first["spec"]["template"] is second["spec"]["template"]
    assert first["spec"]["selector"] is second["spec"]["selector"]
    assert first["metadata"]["ownerReferences"] != second["metadata"]["ownerReferences"]


def test_deployments_in_the_same_state_share_their_status() -> None:
    plane = plane_with()
    plane.deployment("db", 4)
    plane.rest()
    first, second = (plane.get(DEPLOYMENTS, name, "ns") for name in ("web", "db"))

    assert first["status"]["availableReplicas"] == 4
    assert first["status"] is second["status"]


def test_a_name_that_another_s_replica_set_has_taken_is_a_collision_and_gets_another_hash() -> None:
    plane = ControlPlane("deployments")
    plane.namespace()
    spec = workload_spec("web", 1)
    plane.create(DEPLOYMENTS, "web", "ns", spec=spec)
    plane.rest()
    (taken,) = replica_sets(plane)
    plane.delete(DEPLOYMENTS, "web", "ns")  # nobody collects garbage here
    deployment = plane.create(DEPLOYMENTS, "web", "ns", spec=spec)
    plane.rest()
    (own,) = (value for value in replica_sets(plane) if value is not taken)

    assert own["metadata"]["ownerReferences"][0]["uid"] == deployment["metadata"]["uid"]
    assert plane.requests("deployment-controller", "POST", "replicasets", 409) == 1
    assert plane.deployments.queue._failures == {}  # the next failure will be a first one
