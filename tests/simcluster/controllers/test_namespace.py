from __future__ import annotations

import pytest

from plimsoll.kube.resources import CONFIGMAPS, DEPLOYMENTS, NAMESPACES, PODS, SECRETS
from tests.simcluster.controlplane import COMPONENTS, NAMESPACED, ControlPlane

EVERYTHING = tuple(name for name in COMPONENTS if name != "lifecycle")


def emptied(plane: ControlPlane) -> bool:
    return all(len(plane.collection(resource)) == 0 for resource in (*NAMESPACED, NAMESPACES))


def loaded(profile: str = "kubernetes-1.36", namespaces: int = 1, **options: float) -> ControlPlane:
    """Namespaces with a deployment of three pods and ten secrets each."""
    plane = ControlPlane(*EVERYTHING, profile=profile, nodes=2, **options)  # type: ignore[arg-type]
    for index in range(namespaces):
        plane.create(NAMESPACES, f"ns-{index}")
    plane.run(60)
    for index in range(namespaces):
        for secret in range(10):
            plane.create(SECRETS, f"secret-{secret}", f"ns-{index}")
        plane.deployment("web", 3, f"ns-{index}")
    plane.rest()
    return plane


@pytest.mark.parametrize("profile", ["kubernetes-1.36", "openshift-4.2", "openshift-4.3", "ideal"])
def test_a_deleted_namespace_goes_with_everything_in_it(profile: str) -> None:
    plane = loaded(profile, namespaces=3)
    for index in range(3):
        plane.delete(NAMESPACES, f"ns-{index}")
    plane.rest()

    assert emptied(plane)


def test_other_namespaces_are_left_alone() -> None:
    plane = loaded(namespaces=2)
    plane.delete(NAMESPACES, "ns-0")
    plane.rest()

    assert [value["metadata"]["name"] for value in plane.collection(NAMESPACES)] == ["ns-1"]
    assert len(plane.pods) == 3
    assert len(plane.collection(SECRETS)) == 10


@pytest.mark.parametrize(("profile", "types"), [("kubernetes-1.36", 40), ("openshift-4.2", 110)])
def test_an_empty_namespace_costs_two_requests_for_every_type_and_a_few_more(profile: str, types: int) -> None:
    plane = ControlPlane("namespaces", profile=profile)
    plane.create(NAMESPACES, "ns")
    plane.delete(NAMESPACES, "ns")
    plane.rest()
    requests = plane.requests("namespace-controller")

    assert 2 * types + 4 <= requests <= 2 * types + 8
    assert plane.requests("namespace-controller", "DELETECOLLECTION") >= types
    assert plane.requests("namespace-controller", "PUT", "namespaces/finalize") == 1


def test_a_full_namespace_costs_no_more_requests_than_an_empty_one_but_more_of_the_server() -> None:
    costs = []
    for secrets in (0, 500):
        plane = ControlPlane("namespaces")
        plane.namespace()
        for index in range(secrets):
            plane.create(SECRETS, f"secret-{index}", "ns")
        plane.delete(NAMESPACES, "ns")
        begun = plane.kernel.now
        costs.append((plane.requests("namespace-controller"), plane.server.busy_seconds, plane.rest() - begun))
    settings = plane.profile.apiserver

    assert costs[0][0] == costs[1][0]
    assert plane.server.busy_seconds > 500 * settings.write_cpu_seconds
    assert costs[1][2] - costs[0][2] == pytest.approx(
        500 * (settings.write_cpu_seconds + settings.etcd_write_seconds + settings.network_seconds), rel=0.05
    )


def test_more_objects_than_the_limiter_s_burst_are_no_obstacle() -> None:
    plane = ControlPlane("namespaces", settings={"controllers.namespaceBurstFactor": 1})
    plane.namespace()
    for index in range(100):
        plane.create(CONFIGMAPS, f"map-{index}", "ns")
    plane.delete(NAMESPACES, "ns")
    plane.rest()

    assert emptied(plane)


def test_deletion_begins_five_seconds_after_it_was_asked_for() -> None:
    plane = ControlPlane("namespaces")
    plane.create(NAMESPACES, "ns")
    plane.delete(NAMESPACES, "ns")
    plane.run(4.9)
    before = plane.requests("namespace-controller")
    plane.run(1.0)

    assert before == 0
    assert plane.requests("namespace-controller") > 0


@pytest.mark.parametrize("ordered", [True, False])
def test_while_pods_end_the_namespace_stays_and_is_looked_at_again_after_half_their_grace(
    ordered: bool,  # noqa: FBT001
) -> None:
    plane = loaded(stop_seconds=20, settings={"controllers.orderedNamespaceDeletion": ordered})  # type: ignore[arg-type]
    begun = plane.kernel.now
    plane.delete(NAMESPACES, "ns-0")
    gone: list[float] = []
    plane.collection(NAMESPACES).watchers.append(
        lambda change: gone.append(plane.kernel.now) if change.type == "DELETED" else None
    )
    plane.rest()

    # 5 s, a sync, pods that take 20 s; looked at again after 16 s and 32 s
    assert gone[0] - begun == pytest.approx(5 + 32, abs=1.5)


def test_since_1_33_nothing_else_is_touched_before_the_pods_are_gone() -> None:
    secrets_left = {}
    for ordered in (True, False):
        plane = loaded(stop_seconds=20, settings={"controllers.orderedNamespaceDeletion": ordered})  # type: ignore[arg-type]
        plane.delete(NAMESPACES, "ns-0")
        plane.run(15)
        secrets_left[ordered] = len(plane.collection(SECRETS))

    assert secrets_left == {True: 10, False: 0}


def test_ten_namespaces_are_deleted_at_a_time() -> None:
    plane = ControlPlane("namespaces", settings={"apiserver.etcdReadSeconds": 1, "apiserver.maxReadsInFlight": 0})
    for index in range(25):
        plane.create(NAMESPACES, f"ns-{index}")
        plane.delete(NAMESPACES, f"ns-{index}")
    plane.run(6)

    assert len(plane.namespaces.queue) == 15


def test_its_client_has_limits_of_its_own() -> None:
    plane = ControlPlane("namespaces", settings={"controllers.namespaceWorkers": 1000})
    for index in range(100):
        plane.create(NAMESPACES, f"ns-{index}")
        plane.delete(NAMESPACES, f"ns-{index}")
    begun = plane.kernel.now
    finished = plane.rest()
    requests = plane.requests("namespace-controller")

    # twenty times the rate and a hundred times the burst of other controllers
    assert finished - begun > 5 + (requests - 3000) / 400
    assert finished - begun < 5 + (requests - 3000) / 400 + 10


def test_a_namespace_with_a_pod_that_never_ends_is_kept_and_looked_at_again_and_again() -> None:
    plane = loaded()
    plane.machines.dead.update({"node-0", "node-1"})
    plane.delete(NAMESPACES, "ns-0")
    plane.run(3600)

    assert len(plane.pods) == 3
    syncs = plane.requests("namespace-controller", "GET", "namespaces")
    assert syncs == pytest.approx(3600 / 16, rel=0.05)
    # nobody else keeps trying
    assert plane.requests("replicaset-controller", code=403) <= 3 * (3600 / 300)


def test_a_namespace_can_be_created_anew_once_it_is_gone() -> None:
    plane = loaded()
    plane.delete(NAMESPACES, "ns-0")
    plane.rest()
    plane.create(NAMESPACES, "ns-0")
    plane.rest()
    plane.deployment("web", 2, "ns-0")
    plane.rest()

    assert plane.phases() == {"Running": 2}


def test_deleting_a_namespace_in_the_midst_of_creation_leaves_nothing_behind() -> None:
    for moment in (0.0, 0.01, 0.1, 0.5, 1.0, 2.0):
        plane = ControlPlane(*EVERYTHING, nodes=2, profile="openshift-4.2")
        plane.create(NAMESPACES, "ns")
        plane.deployment("web", 50)
        plane.run(moment)
        plane.delete(NAMESPACES, "ns")
        plane.rest()

        assert emptied(plane)


def test_deployments_and_their_namespace_deleted_together_are_cleared_once() -> None:
    plane = loaded(namespaces=2)
    for index in range(2):
        plane.delete(DEPLOYMENTS, "web", f"ns-{index}")
        plane.delete(NAMESPACES, f"ns-{index}")
    plane.rest()

    assert emptied(plane)
    assert plane.requests("garbage-collector", "DELETE", "pods") <= 6


def test_a_pod_without_a_node_does_not_hold_its_namespace_up() -> None:
    plane = ControlPlane("namespaces")
    plane.namespace()
    plane.pod("waiting")
    plane.delete(NAMESPACES, "ns")
    begun = plane.kernel.now

    assert plane.rest() - begun < 10
    assert len(plane.collection(PODS)) == 0
