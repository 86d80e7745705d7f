from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import DEPLOYMENTS, PODS, REPLICASETS, Object
from plimsoll.simcluster.controllers.deploymentstatus import find_condition
from plimsoll.simcluster.controllers.replicasets import (
    DESIRED_REPLICAS,
    MAX_REPLICAS,
    REVISION,
    REVISION_HISTORY,
    revision_of,
)
from tests.simcluster.controlplane import ControlPlane, workload_spec


def plane(*, nodes: int = 1, **options: Any) -> ControlPlane:
    made = ControlPlane("deployments", "replicasets", "garbage", "scheduler", nodes=nodes, detailed=True, **options)
    made.namespace()
    made.run(1)
    return made


def deploy(made: ControlPlane, replicas: int = 3, **spec: Any) -> Object:
    return made.create(DEPLOYMENTS, "web", "ns", spec={**workload_spec("web", replicas), **spec})


def new_image(made: ControlPlane, image: str) -> None:
    spec = {"containers": [{"name": "main", "image": image}]}
    made.patch(DEPLOYMENTS, "web", {"spec": {"template": {"spec": spec}}})


def images(made: ControlPlane) -> list[str]:
    return sorted(pod["spec"]["containers"][0]["image"] for pod in made.active())


def progress(made: ControlPlane) -> Object:
    condition = find_condition(made.get(DEPLOYMENTS, "web", "ns")["status"], "Progressing")
    assert condition is not None
    return condition


def sets(made: ControlPlane) -> list[Object]:
    return sorted(made.collection(REPLICASETS), key=revision_of)


def test_a_new_deployment_says_what_it_did_and_when_it_is_complete() -> None:
    made = plane()
    deploy(made, 2)
    made.run(30)

    (only,) = sets(made)
    name = only["metadata"]["name"]
    assert only["metadata"]["annotations"] == {REVISION: "1", DESIRED_REPLICAS: "2", MAX_REPLICAS: "3"}
    assert only["status"] == {
        "replicas": 2,
        "fullyLabeledReplicas": 2,
        "readyReplicas": 2,
        "availableReplicas": 2,
        "terminatingReplicas": 0,
        "observedGeneration": 1,
    }
    deployment = made.get(DEPLOYMENTS, "web", "ns")
    assert deployment["metadata"]["annotations"] == {REVISION: "1"}
    assert progress(made)["reason"] == "NewReplicaSetAvailable"
    assert progress(made)["message"] == f'ReplicaSet "{name}" has successfully progressed.'
    assert made.events("ScalingReplicaSet") == [f"Scaled up replica set {name} from 0 to 2"]
    assert len(made.events("SuccessfulCreate")) == 2


def test_a_rolling_update_never_leaves_its_limits_and_ends_with_new_pods_only() -> None:
    made = plane()
    deploy(made, 10)
    made.run(60)
    new_image(made, "new")
    counts, ready = [], []
    for _ in range(600):
        made.run(0.1)
        counts.append(len(made.active()))
        ready.append(made.get(DEPLOYMENTS, "web", "ns")["status"].get("availableReplicas", 0))

    assert max(counts) <= 13
    assert min(ready) >= 8
    assert images(made) == ["new"] * 10
    assert [one["spec"]["replicas"] for one in sets(made)] == [0, 10]
    assert progress(made)["reason"] == "NewReplicaSetAvailable"


def test_a_rollout_that_cannot_get_ready_stops_at_its_limits_and_times_out() -> None:
    made = plane()
    deploy(made, 4, progressDeadlineSeconds=60)
    made.run(30)
    made.machines.start_seconds = 1e6
    new_image(made, "broken")
    made.run(30)

    assert images(made) == ["broken", "broken", "pause", "pause", "pause"]
    assert progress(made)["reason"] == "ReplicaSetUpdated"
    made.run(60)
    assert progress(made)["status"] == "False"
    assert progress(made)["reason"] == "ProgressDeadlineExceeded"


def test_undoing_a_rollout_takes_up_the_old_replica_set_under_a_new_revision() -> None:
    made = plane()
    deploy(made, 2)
    made.run(30)
    first = sets(made)[0]["metadata"]["name"]
    new_image(made, "new")
    made.run(60)
    new_image(made, "pause")
    made.run(60)

    newest = sets(made)[-1]
    assert newest["metadata"]["name"] == first
    assert newest["metadata"]["annotations"][REVISION] == "3"
    assert newest["metadata"]["annotations"][REVISION_HISTORY] == "1"
    assert made.get(DEPLOYMENTS, "web", "ns")["metadata"]["annotations"][REVISION] == "3"
    assert images(made) == ["pause", "pause"]


def test_a_restart_by_annotation_replaces_every_pod() -> None:
    made = plane()
    deploy(made, 2)
    made.run(30)
    before = {pod["metadata"]["uid"] for pod in made.active()}
    template = {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "2020-01-01T00:00:00Z"}}}
    made.patch(DEPLOYMENTS, "web", {"spec": {"template": template}})
    made.run(60)

    assert before.isdisjoint(pod["metadata"]["uid"] for pod in made.active())
    assert len(made.active()) == 2


def test_recreate_has_no_pod_of_two_versions_at_a_time() -> None:
    made = plane()
    deploy(made, 3, strategy={"type": "Recreate"})
    made.run(30)
    new_image(made, "new")
    for _ in range(300):
        made.run(0.1)
        assert len({pod["spec"]["containers"][0]["image"] for pod in made.collection(PODS)}) <= 1

    assert images(made) == ["new"] * 3


def test_a_paused_deployment_scales_but_does_not_roll_out() -> None:
    made = plane()
    deploy(made, 2)
    made.run(30)
    made.patch(DEPLOYMENTS, "web", {"spec": {"paused": True, "replicas": 3}})
    new_image(made, "new")
    made.run(30)

    assert progress(made)["reason"] == "DeploymentPaused"
    assert progress(made)["status"] == "Unknown"
    assert images(made) == ["pause"] * 3
    made.patch(DEPLOYMENTS, "web", {"spec": {"paused": None}})
    made.run(60)
    assert images(made) == ["new"] * 3


def test_scaling_in_the_middle_of_a_rollout_shares_pods_out_by_size() -> None:
    made = plane()
    deploy(made, 10)
    made.run(60)
    made.machines.start_seconds = 1e6
    new_image(made, "new")
    made.run(30)
    assert [one["spec"]["replicas"] for one in sets(made)] == [8, 5]
    made.scale(DEPLOYMENTS, "web", 20)
    made.run(30)

    assert [one["spec"]["replicas"] for one in sets(made)] == [15, 10]


def test_old_replica_sets_beyond_the_limit_are_deleted() -> None:
    made = plane()
    deploy(made, 1, revisionHistoryLimit=1)
    made.run(30)
    for image in ("b", "c", "d"):
        new_image(made, image)
        made.run(60)

    assert [one["metadata"]["annotations"][REVISION] for one in sets(made)] == ["3", "4"]


def test_pods_have_to_be_ready_for_a_while_before_they_count_as_available() -> None:
    made = plane()
    deploy(made, 1, minReadySeconds=20)
    made.run(10)
    assert "availableReplicas" not in made.get(DEPLOYMENTS, "web", "ns")["status"]
    made.run(20)

    assert made.get(DEPLOYMENTS, "web", "ns")["status"]["availableReplicas"] == 1


def test_a_replica_set_adopts_pods_that_match_and_releases_those_that_no_longer_do() -> None:
    made = plane()
    made.create(PODS, "stray", "ns", spec={"containers": [{"name": "c"}]})
    made.patch(PODS, "stray", {"metadata": {"labels": {"app": "rs"}}})
    made.replica_set("rs", 2)
    made.run(20)
    assert len(made.active()) == 2
    assert made.get(PODS, "stray", "ns")["metadata"]["ownerReferences"][0]["name"] == "rs"

    made.patch(PODS, "stray", {"metadata": {"labels": {"app": "other"}}})
    made.run(20)
    assert "ownerReferences" not in made.get(PODS, "stray", "ns")["metadata"]
    assert len(made.active()) == 3


def test_a_load_runs_deployment_rolls_out_too() -> None:
    made = ControlPlane("deployments", "replicasets", "garbage", "scheduler", nodes=1)
    made.namespace()
    deploy(made, 4)
    made.run(30)
    new_image(made, "new")
    made.run(60)

    assert images(made) == ["new"] * 4


@pytest.mark.parametrize("cost", [-10, 10])
def test_the_deletion_cost_says_which_pod_goes_first(cost: int) -> None:
    made = plane()
    made.replica_set("rs", 3)
    made.run(20)
    chosen = made.active()[0]["metadata"]["name"]
    annotations = {"controller.kubernetes.io/pod-deletion-cost": str(cost)}
    made.patch(PODS, chosen, {"metadata": {"annotations": annotations}})
    made.scale(REPLICASETS, "rs", 2 if cost < 0 else 1)
    made.run(20)

    assert (chosen in [pod["metadata"]["name"] for pod in made.active()]) is (cost > 0)
