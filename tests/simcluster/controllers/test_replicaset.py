from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.kube.resources import NAMESPACES, PODS, REPLICASETS, SERVICEACCOUNTS, Object
from plimsoll.simcluster.apiserver import Refusal
from plimsoll.simcluster.controllers.replicasetstatus import least_useful
from tests.simcluster.controlplane import ControlPlane

SLOW = {
    "controllers.qps": 0,
    "apiserver.writeCpuSeconds": 0,
    "apiserver.etcdWriteSeconds": 1,
    "apiserver.maxMutatingInFlight": 0,
}
"""A write takes a second and nothing else takes any."""


def plane_with(
    replicas: int = 0, *, profile_settings: Mapping[str, float] | None = None, nodes: int = 2
) -> ControlPlane:
    plane = ControlPlane("replicasets", "scheduler", settings=profile_settings, nodes=nodes)
    plane.namespace()
    plane.replica_set(replicas=replicas)
    return plane


def status(plane: ControlPlane) -> Object:
    return plane.get(REPLICASETS, "rs", "ns")["status"]  # type: ignore[no-any-return]


# --- creation


def test_as_many_pods_as_wanted_are_created_from_the_template() -> None:
    plane = plane_with(7)
    plane.rest()

    assert len(plane.pods) == 7
    for pod in plane.pods:
        assert pod["metadata"]["name"].startswith("rs-")
        assert pod["metadata"]["labels"] == {"app": "rs"}
        assert [owner["name"] for owner in pod["metadata"]["ownerReferences"]] == ["rs"]


def test_creation_starts_slowly_with_batches_of_one_two_four_and_so_on() -> None:
    plane = plane_with(20, profile_settings=SLOW)
    created: list[int] = []
    plane.pods.watchers.append(
        lambda change: created.append(round(plane.kernel.now)) if change.type == "ADDED" else None
    )
    plane.rest()
    sizes = [created.count(second) for second in sorted(set(created))]

    assert sizes == [1, 2, 4, 8, 5]


def test_one_sync_creates_at_most_500_pods() -> None:
    plane = plane_with(1200, profile_settings={**SLOW, "controllers.slowStartInitial": 10_000})
    created: list[int] = []
    plane.pods.watchers.append(
        lambda change: created.append(round(plane.kernel.now)) if change.type == "ADDED" else None
    )
    plane.rest()

    assert [created.count(second) for second in sorted(set(created))] == [500, 500, 200]


def test_the_client_s_limit_bounds_the_rate_of_creation() -> None:
    plane = plane_with(200)
    begun = plane.kernel.now
    plane.run(100)
    created = sorted(seconds for seconds, _, milestone in plane.telemetry.milestones if milestone == "created")

    assert len(created) == 200
    # bucket of 30 at 20 per second; the status writes take tokens from the same bucket
    requests = plane.requests("replicaset-controller")
    assert created[-1] - begun >= (200 - 30) / 20
    assert requests >= 200


def test_in_a_namespace_without_its_service_account_creation_is_retried_until_it_succeeds() -> None:
    plane = ControlPlane("replicasets", "scheduler", nodes=1)
    plane.namespace(account=False)
    plane.replica_set(replicas=5)
    plane.run(2)
    refused = plane.requests("replicaset-controller", code=403)
    plane.create(SERVICEACCOUNTS, "default", "ns")
    plane.rest()

    assert 5 <= refused <= 12  # 5 ms, doubled each time, is a second after eight failures
    assert len(plane.pods) == 5
    assert plane.requests("replicaset-controller", "POST", "pods", 201) == 5
    assert {reason for _, reason, _, _ in plane.telemetry.events} == {"FailedCreate"}


def test_a_failed_batch_is_the_last_of_its_sync() -> None:
    plane = ControlPlane("replicasets", settings=SLOW)
    plane.namespace(account=False)
    plane.replica_set(replicas=50)
    plane.run(1.5)

    assert plane.requests("replicaset-controller", "POST", "pods") == 1


def test_nothing_is_tried_again_in_a_namespace_that_is_being_terminated() -> None:
    plane = ControlPlane("replicasets", "scheduler", nodes=1)
    plane.namespace()
    plane.replica_set(replicas=20)
    plane.rest()
    plane.delete(NAMESPACES, "ns")
    for pod in list(plane.pods):
        plane.delete(PODS, pod["metadata"]["name"], "ns")
    plane.rest()

    assert len(plane.pods) == 0
    assert plane.requests("replicaset-controller", code=403) <= 20
    assert plane.telemetry.events == []


# --- replacement


def test_a_pod_that_is_deleted_is_replaced_at_once() -> None:
    plane = plane_with(3)
    plane.rest()
    victim = next(iter(plane.pods))
    plane.delete(PODS, victim["metadata"]["name"], "ns")
    plane.run(0.5)

    assert len(plane.active()) == 3  # while the old one still ends gracefully
    plane.rest()
    assert len(plane.pods) == 3


def test_a_pod_that_has_failed_is_replaced_and_stays_to_be_looked_at() -> None:
    plane = plane_with(3)
    plane.rest()
    plane.pods.replace(next(iter(plane.pods)), status={"phase": "Failed", "reason": "Evicted"})
    plane.rest()

    assert len(plane.active()) == 3
    assert plane.phases() == {"Failed": 1, "Running": 3}
    assert status(plane)["readyReplicas"] == 3


def test_pods_that_a_kubelet_keeps_rejecting_are_replaced_ever_more_slowly() -> None:
    plane = ControlPlane("replicasets", settings={"controllers.qps": 0})
    plane.namespace()
    plane.machines.rejecting.add("full")
    plane.replica_set(replicas=1, nodeName="full")
    plane.run(3600)
    created = [seconds for seconds, _, milestone in plane.telemetry.milestones if milestone == "created"]
    gaps = [after - before for before, after in pairwise(created)]

    assert gaps == sorted(gaps)
    assert gaps[0] == pytest.approx(2.0, abs=0.1)  # a second until it fails, and another before it is replaced
    assert len(created) < 15


def test_a_pod_that_is_deleted_before_it_ran_is_replaced_without_a_pause() -> None:
    plane = plane_with(1)
    plane.run(0.5)
    victim = next(iter(plane.pods))
    plane.delete(PODS, victim["metadata"]["name"], "ns")
    going = plane.get(PODS, victim["metadata"]["name"], "ns")
    plane.pods.replace(going, status={"phase": "Failed"})
    plane.run(0.1)

    assert len(plane.active()) == 1


def test_what_is_written_to_a_failed_pod_later_is_no_further_failure() -> None:
    plane = plane_with(2)
    plane.rest()
    first, second = plane.pods
    failed = plane.pods.replace(first, status={"phase": "Failed"})
    plane.run(5)
    plane.pods.replace(failed, status={"phase": "Failed", "message": "more about it"})
    plane.delete(PODS, second["metadata"]["name"], "ns")
    plane.run(0.1)

    assert len(plane.active()) == 2


def test_many_pods_that_fail_together_double_the_pause_once() -> None:
    plane = ControlPlane("replicasets", settings={"controllers.qps": 0})
    plane.namespace()
    plane.machines.rejecting.add("full")
    plane.replica_set(replicas=100, nodeName="full")
    plane.run(2.5)

    assert len(plane.pods) == 200


# --- scaling


def test_scaling_up_creates_the_difference() -> None:
    plane = plane_with(3)
    plane.rest()
    plane.scale(REPLICASETS, "rs", 10)
    plane.rest()

    assert plane.requests("replicaset-controller", "POST", "pods") == 10
    assert len(plane.pods) == 10


def test_scaling_down_deletes_the_difference_and_no_pod_twice() -> None:
    plane = plane_with(10)
    plane.rest()
    plane.scale(REPLICASETS, "rs", 4)
    plane.rest()

    assert len(plane.pods) == 4
    assert plane.requests("replicaset-controller", "DELETE", "pods") == 6
    assert status(plane) == {
        "replicas": 4,
        "fullyLabeledReplicas": 4,
        "readyReplicas": 4,
        "availableReplicas": 4,
        "observedGeneration": 2,
    }


def test_while_deletes_are_under_way_other_changes_do_not_make_it_delete_more() -> None:
    # the watch shows a delete long after it was answered, and the replica set is synced in between
    plane = plane_with(20, profile_settings={"apiserver.etcdWriteSeconds": 2, "apiserver.watchDeliverySeconds": 30})
    plane.rest()
    plane.scale(REPLICASETS, "rs", 10)
    plane.run(31)
    # half of those that are to stay lose their readiness: a new ranking would choose them
    for pod in list(plane.active())[:10]:
        conditions = [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "False"}]
        plane.pods.replace(pod, status={"phase": "Running", "conditions": conditions})
    plane.rest()

    assert len(plane.active()) == 10
    assert plane.requests("replicaset-controller", "DELETE", "pods") == 10


def test_scaling_to_nothing_leaves_nothing() -> None:
    plane = plane_with(30)
    plane.rest()
    plane.scale(REPLICASETS, "rs", 0)
    plane.rest()

    assert len(plane.pods) == 0
    assert status(plane) == {"replicas": 0, "observedGeneration": 2}


def pod(number: int, node: str | None = None, phase: str = "Pending", *, ready: bool = False) -> Object:
    conditions = [{"type": "Ready", "status": str(ready)}]
    return {
        "metadata": {"name": f"pod-{number}", "uid": f"{number:08x}-0000"},
        "spec": {"nodeName": node} if node else {},
        "status": {"phase": phase, "conditions": conditions},
    }


def test_the_pods_of_least_use_go_first() -> None:
    unbound = pod(1)
    starting = pod(2, "a")
    unready = pod(3, "b", "Running")
    crowded_young, crowded_old = pod(6, "c", "Running", ready=True), pod(4, "c", "Running", ready=True)
    alone = pod(5, "d", "Running", ready=True)
    ranked = [unbound, starting, unready, crowded_young, crowded_old, alone]
    shuffled = Random(1).sample(ranked, len(ranked))

    assert least_useful(shuffled, 6) == ranked
    assert least_useful(shuffled, 2) == ranked[:2]


# --- status


def test_the_status_counts_pods_and_those_that_are_ready() -> None:
    plane = plane_with(4)
    plane.run(0.9)
    starting = status(plane)
    plane.rest()

    assert starting == {"replicas": 4, "fullyLabeledReplicas": 4, "observedGeneration": 1}
    assert status(plane)["readyReplicas"] == status(plane)["availableReplicas"] == 4


def test_a_pod_that_loses_its_readiness_is_counted_no_longer() -> None:
    plane = plane_with(4)
    plane.rest()
    loser = next(iter(plane.pods))
    ready = {**loser["status"]["conditions"][-1], "status": "False"}
    plane.pods.replace(loser, status={**loser["status"], "conditions": [ready]})
    plane.rest()

    assert (status(plane)["replicas"], status(plane)["readyReplicas"]) == (4, 3)


def test_a_replica_set_that_is_deleted_is_left_alone_and_one_of_the_same_name_begins_anew() -> None:
    plane = plane_with(3)
    plane.rest()
    plane.delete(REPLICASETS, "rs", "ns")
    plane.replica_set(replicas=2)
    plane.rest()

    assert len(plane.pods) == 5  # nobody collects garbage here
    assert status(plane)["replicas"] == 2


def test_at_rest_nothing_is_scheduled() -> None:
    plane = plane_with(50)
    finished = plane.rest()

    assert finished < 60
    assert plane.kernel.next_time() is None


# --- whatever goes wrong


Faults = st.lists(
    st.tuples(
        st.floats(0, 20),
        st.sampled_from(["errors", "throttling", "latency", "scale", "kill", "fail", "pause"]),
        st.integers(0, 12),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(faults=Faults, replicas=st.integers(0, 30), seed=st.integers(0, 3))
def test_whatever_goes_wrong_there_are_in_the_end_as_many_pods_as_wanted_and_none_was_made_twice(
    faults: list[tuple[float, str, int]], replicas: int, seed: int
) -> None:
    plane = ControlPlane("replicasets", "scheduler", nodes=3, seed=seed, settings={"controllers.qps": 0})
    plane.namespace()
    plane.replica_set(replicas=replicas)
    killed = 0
    most = replicas

    def strike(kind: str, amount: int) -> None:
        nonlocal killed, most
        server = plane.server
        if kind in ("errors", "throttling"):
            server.error = Refusal(500, None) if kind == "errors" else Refusal(429, 1.0)
            server.error_fraction = amount / 15
        elif kind == "latency":
            server.added_latency_seconds = amount / 4
        elif kind == "scale":
            plane.scale(REPLICASETS, "rs", amount)
            most = max(most, amount)
        elif kind == "pause":
            plane.replicasets.queue.pause()
            plane.kernel.after(amount, plane.replicasets.queue.resume)
        else:
            for victim in plane.active()[:amount]:
                killed += 1
                if kind == "kill":
                    plane.delete(PODS, victim["metadata"]["name"], "ns")
                else:
                    plane.pods.replace(victim, status={"phase": "Failed"})

    for seconds, kind, amount in faults:
        plane.kernel.at(plane.kernel.now + seconds, strike, kind, amount)
    plane.kernel.at(60.0, strike, "errors", 0)
    plane.kernel.at(60.0, strike, "latency", 0)
    excess = 0

    def watch(_change: object) -> None:
        nonlocal excess
        excess = max(excess, len(plane.active()) - most)

    plane.pods.watchers.append(watch)
    plane.rest()
    wanted = plane.get(REPLICASETS, "rs", "ns")["spec"]["replicas"]

    assert len(plane.active()) == wanted
    assert status(plane)["replicas"] == status(plane).get("readyReplicas", 0) == wanted
    assert excess == 0
