"""Each invariant notices when it is broken, and a healthy cluster breaks none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plimsoll.kube.resources import DEPLOYMENTS, REPLICASETS
from plimsoll.simcluster import invariants
from plimsoll.simcluster.invariants import InvariantError
from tests.simcluster.controlplane import workload_spec
from tests.simcluster.wholecluster import BARE, Cluster

APART = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"}
        ]
    }
}


def violations(cluster: Cluster, *, at_rest: bool = False) -> str:
    with pytest.raises(InvariantError) as caught:
        invariants.check(cluster.cluster, at_rest=at_rest)
    return "\n".join(caught.value.violations)


def test_a_healthy_cluster_violates_nothing_at_any_moment_of_its_work() -> None:
    cluster = Cluster(nodes=2)
    cluster.create(DEPLOYMENTS, "web", "ns-0", spec=workload_spec("web", 20))
    for _ in range(200):
        cluster.kernel.run(max_actions=20)
        invariants.check(cluster.cluster)
    cluster.run(30.0)
    invariants.check(cluster.cluster, at_rest=True)
    cluster.delete(DEPLOYMENTS, "web")
    for _ in range(200):
        cluster.kernel.run(max_actions=20)
        invariants.check(cluster.cluster)
    cluster.run(60.0)
    invariants.check(cluster.cluster, at_rest=True)

    assert len(cluster.pods) == 0


def test_pods_that_must_not_share_a_node_are_noticed() -> None:
    cluster = Cluster(nodes=2)
    labels = {"app": "web"}
    cluster.pod_of({**BARE, "affinity": APART}, "one", labels=labels)
    cluster.pod_of({**BARE, "nodeName": "node-1"}, "elsewhere", labels=labels)
    cluster.run(5.0)
    cluster.pod_of(BARE, "two", labels=labels)

    assert violations(cluster) == "Pod ns-0/one and Pod ns-0/two share kubernetes.io/hostname node-0"


def test_pods_of_other_namespaces_and_labels_may_share_it() -> None:
    cluster = Cluster(namespaces=2)
    cluster.pod_of({**BARE, "affinity": APART}, "one", labels={"app": "web"})
    cluster.pod_of(BARE, "two", labels={"app": "other"})
    cluster.pod_of(BARE, "three", "ns-1", labels={"app": "web"})
    cluster.run(5.0)


@pytest.mark.parametrize(
    ("requests", "resource"), [({"cpu": "40"}, "cpu"), ({"memory": "600Gi"}, "memory")], ids=["cpu", "memory"]
)
def test_a_node_with_more_than_it_has_is_noticed(requests: dict[str, str], resource: str) -> None:
    cluster = Cluster()
    container = {"name": "main", "resources": {"requests": requests}}
    for name in ("one", "two"):
        cluster.bare(name, containers=[container])

    assert f"of {resource}, and has" in violations(cluster)


def test_a_lost_pod_is_noticed() -> None:
    cluster = Cluster()
    cluster.bare()
    cluster.run(5.0)
    cluster.kubelet._workers.clear()

    assert violations(cluster) == "the kubelet of node-0 does not know Pod ns-0/pod"


def test_a_kubelet_need_not_know_what_it_cannot_have_heard_of() -> None:
    cluster = Cluster()
    cluster.bare()
    invariants.check(cluster.cluster)
    assert cluster.kubelet.workers() == ()


def test_an_address_that_was_given_twice_is_noticed() -> None:
    cluster = Cluster()
    cluster.bare("one")
    cluster.bare("two")
    cluster.run(5.0)
    one, two = cluster.kubelet.workers()
    two.address = one.address

    assert "belongs to Pod ns-0/one and to Pod ns-0/two" in violations(cluster)


def test_an_address_of_another_subnet_is_noticed() -> None:
    cluster = Cluster()
    cluster.bare()
    cluster.run(5.0)
    cluster.kubelet.workers()[0].address = "192.0.2.1"

    assert "192.0.2.1 of Pod ns-0/pod is not in its node's" in violations(cluster)


def test_replicas_that_are_missing_at_rest_are_noticed() -> None:
    cluster = Cluster()
    cluster.create(DEPLOYMENTS, "web", "ns-0", spec=workload_spec("web", 2))
    cluster.run(20.0)
    invariants.check(cluster.cluster, at_rest=True)
    cluster.cluster.api.patch(cluster.cluster.store.collection(DEPLOYMENTS), "ns-0", "web", {"spec": {"replicas": 5}})
    invariants.check(cluster.cluster)
    assert violations(cluster, at_rest=True) == "Deployment ns-0/web has 2 replicas and wants 5"

    cluster.run(20.0)
    (replica_set,) = cluster.cluster.store.collection(REPLICASETS)
    pod = next(iter(cluster.pods))
    cluster.pods.remove(pod)
    assert "has 4 pods and wants 5" in violations(cluster, at_rest=True)
    assert replica_set["spec"]["replicas"] == 5


def tampered(tamper: Callable[[Cluster, dict[str, Any]], None]) -> str:
    cluster = Cluster()
    pod = cluster.bare()
    cluster.run(5.0)
    tamper(cluster, pod)
    return violations(cluster)


def test_a_revision_that_does_not_grow_is_noticed() -> None:
    def tamper(cluster: Cluster, _pod: dict[str, Any]) -> None:
        cluster.cluster.store.revision -= 5
        cluster.bare("late")

    assert "came after" in tampered(tamper)


def test_a_uid_that_was_given_twice_is_noticed() -> None:
    def tamper(cluster: Cluster, pod: dict[str, Any]) -> None:
        metadata = {"name": "twin", "namespace": "ns-0", "uid": pod["metadata"]["uid"], "creationTimestamp": "2030"}
        cluster.pods.add("ns-0", "twin", {**pod, "metadata": metadata})

    assert "was given twice, last to Pod ns-0/twin" in tampered(tamper)


def test_an_object_that_was_created_over_another_is_noticed() -> None:
    def tamper(cluster: Cluster, pod: dict[str, Any]) -> None:
        del cluster.pods._namespaces["ns-0"]["pod"]
        cluster.bare("pod")
        assert pod["metadata"]["name"] == "pod"

    assert "Pod ns-0/pod was created while it existed" in tampered(tamper)


def test_the_scheduler_keeps_what_the_invariants_demand() -> None:
    """Pods that must be apart, on as many nodes as there are of them, and one too many."""
    cluster = Cluster(nodes=3)
    spec = {"containers": BARE["containers"], "affinity": APART}
    for index in range(4):
        cluster.pod_of(spec, f"web-{index}", labels={"app": "web"})
    cluster.run(30.0)

    assert cluster.phases() == {"Running": 3, "Pending": 1}
