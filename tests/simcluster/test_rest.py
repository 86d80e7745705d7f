"""Whole clusters, real kubelets and all: they do what was asked for, and then they are quiet."""

from __future__ import annotations

from functools import cache

import pytest

from plimsoll.kube.resources import DEPLOYMENTS, NAMESPACES, NODES, PODS, REPLICASETS, SECRETS
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.faults import ApiErrors, ApiLatency, ComponentRestart, Fault, NodeLost
from plimsoll.simcluster.invariants import check
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import Profile, load_profile
from tests.simcluster.controlplane import Recorder, workload_spec

PROFILES = ("ideal", "kubernetes-1.36", "openshift-4.2", "openshift-4.3")
NAMESPACE_COUNT = 6
REPLICAS = 5


@cache
def profile_of(name: str) -> Profile:
    return load_profile(name)


def loaded(profile: str, *faults: Fault, nodes: int = 4) -> SimulatedCluster:
    """A cluster that is about to get a few namespaces with a secret and a deployment each."""
    shapes = [NodeShape(f"node-{index}", 64_000, 1 << 40, 1e10) for index in range(nodes)]
    cluster = assemble(profile_of(profile), shapes, 1, Recorder(), faults)
    kernel, api = cluster.kernel, cluster.api
    for index in range(NAMESPACE_COUNT):
        name = f"ns-{index}"
        kernel.at(1 + index, api.create, cluster.store.collection(NAMESPACES), "", {"metadata": {"name": name}})
        kernel.at(2 + index, api.create, cluster.store.collection(SECRETS), name, {"metadata": {"name": "mine"}})
        body = {"metadata": {"name": "web"}, "spec": workload_spec("web", REPLICAS)}
        kernel.at(2 + index, api.create, cluster.store.collection(DEPLOYMENTS), name, body)
    return cluster


def run(cluster: SimulatedCluster, seconds: float, *, at_rest: bool = False) -> None:
    cluster.kernel.run(cluster.kernel.now + seconds)
    check(cluster, at_rest=at_rest)


def tear_down(cluster: SimulatedCluster) -> None:
    namespaces = cluster.store.collection(NAMESPACES)
    for namespace in list(namespaces):
        cluster.api.delete(namespaces, "", namespace["metadata"]["name"])


def actions(cluster: SimulatedCluster, seconds: float) -> int:
    """How many things happen in so long."""
    until = cluster.kernel.now + seconds
    count = 0
    while (following := cluster.kernel.next_time()) is not None and following <= until:
        cluster.kernel.run(until, max_actions=1)
        count += 1
    return count


@pytest.mark.parametrize("profile", PROFILES)
def test_a_cluster_runs_what_was_asked_for_and_is_empty_and_quiet_when_that_is_deleted(profile: str) -> None:
    cluster = loaded(profile)
    run(cluster, 200, at_rest=True)
    phases = [pod["status"]["phase"] for pod in cluster.store.collection(PODS)]
    tear_down(cluster)
    run(cluster, 300, at_rest=True)
    left = {c.resource.kind: len(c) for c in cluster.store.collections() if len(c) and c.resource is not NODES}
    revision = cluster.store.revision
    ticks = actions(cluster, 10_000)

    assert phases == ["Running"] * (NAMESPACE_COUNT * REPLICAS)
    assert left == {}
    assert cluster.store.revision == revision
    assert ticks <= 10_000 / 10 + 1  # nothing but the sampler


@pytest.mark.parametrize("profile", ["ideal", "kubernetes-1.36", "openshift-4.3"])
def test_while_pods_only_run_nothing_but_the_sampler_is_simulated(profile: str) -> None:
    cluster = loaded(profile)
    run(cluster, 300, at_rest=True)

    assert actions(cluster, 10_000) <= 10_000 / 10 + 1


FAULTS: dict[str, tuple[Fault, ...]] = {
    "errors": (ApiErrors(3, 40, 0.5, 500),),
    "throttling": (ApiErrors(3, 40, 0.7, 429),),
    "latency": (ApiLatency(3, 60, 2.0),),
    "server": (ComponentRestart(4, "apiserver", 30),),
    "scheduler": (ComponentRestart(3, "scheduler", 10), ComponentRestart(15, "scheduler", 1)),
    "controllers": (ComponentRestart(4, "controllerManager", 30),),
    "kubelet": (ComponentRestart(5, "kubelet", 10), ComponentRestart(30, "kubelet", 100, "node-1")),
    "node": (NodeLost(5, "node-0", 200), NodeLost(50, "node-1", 20)),
    "everything": (
        NodeLost(5, "node-0", 500),
        ApiErrors(8, 30, 0.3, 503),
        ComponentRestart(10, "scheduler", 5),
        ApiLatency(12, 20, 1.0),
        ComponentRestart(15, "controllerManager", 8),
        ComponentRestart(20, "kubelet", 15),
    ),
}


@pytest.mark.parametrize("profile", ["kubernetes-1.36", "openshift-4.2"])
@pytest.mark.parametrize("name", FAULTS)
def test_after_any_fault_everything_that_was_asked_for_runs_and_can_be_deleted(name: str, profile: str) -> None:
    cluster = loaded(profile, *FAULTS[name])
    for _ in range(20):
        run(cluster, 60)
    run(cluster, 1, at_rest=True)
    phases = [pod["status"]["phase"] for pod in cluster.store.collection(PODS)]
    tear_down(cluster)
    run(cluster, 400, at_rest=True)

    assert phases == ["Running"] * (NAMESPACE_COUNT * REPLICAS)
    assert len(cluster.store.collection(PODS)) == len(cluster.store.collection(NAMESPACES)) == 0


@pytest.mark.parametrize("profile", ["ideal", "kubernetes-1.36"])
def test_a_replica_set_that_pins_too_many_pods_to_one_node_does_not_make_failed_pods_without_end(profile: str) -> None:
    cluster = assemble(
        load_profile(profile, {"kubelet.maxPods": 10}), [NodeShape("node-0", 64_000, 1 << 40, 1e10)], 1, Recorder()
    )
    cluster.api.create(cluster.store.collection(NAMESPACES), "", {"metadata": {"name": "ns"}})
    cluster.kernel.run(10)
    body = {"metadata": {"name": "rs"}, "spec": workload_spec("rs", 12, nodeName="node-0")}
    cluster.api.create(cluster.store.collection(REPLICASETS), "ns", body)
    cluster.kernel.run(3600)
    phases = [pod["status"]["phase"] for pod in cluster.store.collection(PODS)]

    assert phases.count("Running") == 10
    assert phases.count("Failed") < 40
