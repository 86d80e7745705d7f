"""Whatever happens to a node and its pods, in the end all is as it should be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.kube.resources import PODS
from tests.simcluster.wholecluster import BARE, POLLING, Cluster

NAMES = ("a", "b", "c", "d", "e")
CAPACITY = 4

STEPS = st.one_of(
    st.tuples(st.just("create"), st.sampled_from(NAMES)),
    st.tuples(st.just("create once"), st.sampled_from(NAMES)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES)),
    st.tuples(st.just("remove"), st.sampled_from(NAMES)),
    st.tuples(st.just("end"), st.sampled_from(NAMES)),
    st.tuples(st.just("wait"), st.sampled_from([0.01, 0.1, 0.5, 2.0, 20.0])),
    st.tuples(st.just("stop kubelet"), st.none()),
    st.tuples(st.just("lose node"), st.none()),
    st.tuples(st.just("start kubelet"), st.none()),
)

SETTINGS = st.fixed_dictionaries(
    {
        "kubelet.configMapAndSecretChangeDetectionStrategy": st.sampled_from(["Get", "Cache", "Watch"]),
        "kubelet.kubeAPIQPS": st.sampled_from([2, 50]),
        "kubelet.kubeAPIBurst": st.sampled_from([4]),
        "runtime.sandboxSeconds": st.sampled_from([0.0, 1.0]),
        "runtime.stopSeconds": st.sampled_from([0.0, 1.0]),
        "kubelet.maxPods": st.just(CAPACITY),
    }
)


def create(cluster: Cluster, name: str, policy: str) -> None:
    if cluster.find(name) is None:
        cluster.pod_of({**(POLLING if name in "abc" else BARE), "restartPolicy": policy}, name)


def delete(cluster: Cluster, name: str) -> None:
    if cluster.find(name) is not None:
        cluster.delete(PODS, name)


def remove(cluster: Cluster, name: str) -> None:
    pod = cluster.find(name)
    if pod is not None:
        cluster.cluster.api.remove(cluster.pods, pod)


def end(cluster: Cluster, name: str) -> None:
    """The pod's program comes to its end."""
    for worker in cluster.kubelet.workers():
        if worker.reporting.name == name and worker.running and not worker.needs.restarts:
            worker.program_ended()


ACTIONS: dict[str, Callable[[Cluster, Any], None]] = {
    "create": lambda cluster, name: create(cluster, name, "Always"),
    "create once": lambda cluster, name: create(cluster, name, "Never"),
    "delete": delete,
    "remove": remove,
    "end": end,
    "wait": lambda cluster, seconds: cluster.run(seconds),
    "stop kubelet": lambda cluster, _: cluster.kubelet.go_down(lose_containers=False),
    "lose node": lambda cluster, _: cluster.kubelet.go_down(lose_containers=True),
    "start kubelet": lambda cluster, _: cluster.kubelet.come_up(),
}


@settings(max_examples=150)
@given(
    steps=st.lists(STEPS, max_size=30), options=SETTINGS, profile=st.sampled_from(["kubernetes-1.36", "openshift-4.2"])
)
def test_pods_end_up_where_they_belong(steps: list[tuple[str, Any]], options: dict[str, Any], profile: str) -> None:
    cluster = Cluster(profile, {**options, "kubelet.controlPods": 0, "kubelet.baseRequestsPerSecond": 0})
    for action, what in steps:
        ACTIONS[action](cluster, what)
    cluster.kubelet.come_up()
    cluster.run(300.0)

    phases = [pod["status"]["phase"] for pod in cluster.pods]
    assert set(phases) <= {"Running", "Succeeded", "Failed"}
    assert not any("deletionTimestamp" in pod["metadata"] for pod in cluster.pods)
    assert cluster.kubelet.count_pods() == phases.count("Running") <= CAPACITY
    assert cluster.kubelet.addresses.taken == phases.count("Running")
    assert cluster.kubelet.unsent_statuses() == 0
    for pod in cluster.pods:
        if pod["status"]["phase"] == "Failed":
            assert pod["status"]["reason"] == "OutOfpods"
