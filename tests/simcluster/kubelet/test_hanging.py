"""What a hung container runtime does to its node, by version."""

from __future__ import annotations

from plimsoll.kube.resources import NAMESPACES, NODES, PODS, SERVICEACCOUNTS, Object
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.faults import Fault, RuntimeHang
from plimsoll.simcluster.kubelet.hanging import not_healthy
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from tests.simcluster.controlplane import Recorder, pod_spec


def cluster_with(profile: str, *faults: Fault) -> tuple[SimulatedCluster, Recorder]:
    recorder = Recorder()
    shapes = [NodeShape("a", 8000, 1 << 35, 1e10)]
    return assemble(load_profile(profile), shapes, 1, recorder, faults), recorder


def start_pod(cluster: SimulatedCluster, name: str = "late") -> None:
    """A pod on the node, without a scheduler."""
    body = {
        "metadata": {"name": name},
        "spec": pod_spec(nodeName="a", automountServiceAccountToken=False),
    }
    if cluster.store.collection(PODS).find("ns", name) is None:
        cluster.api.create(cluster.store.collection(PODS), "ns", body)


def phase(cluster: SimulatedCluster, name: str = "late") -> str:
    return str(cluster.api.get(cluster.store.collection(PODS), "ns", name)["status"]["phase"])


def ready(cluster: SimulatedCluster) -> str:
    node: Object = cluster.api.get(cluster.store.collection(NODES), "", "a")
    return str(next(one["status"] for one in node["status"]["conditions"] if one["type"] == "Ready"))


def hung(
    profile: str, for_seconds: float | None = None, relist_seconds: float | None = None
) -> tuple[SimulatedCluster, Recorder]:
    """A node whose runtime hangs from second ten on, with a pod that comes later."""
    fault = RuntimeHang(10.0, for_seconds, node="a", relist_seconds=relist_seconds)
    cluster, recorder = cluster_with(profile, fault)
    cluster.api.create(cluster.store.collection(NAMESPACES), "", {"metadata": {"name": "ns"}})
    cluster.kernel.run(5.0)
    if cluster.store.collection(SERVICEACCOUNTS).find("ns", "default") is None:
        cluster.api.create(cluster.store.collection(SERVICEACCOUNTS), "ns", {"metadata": {"name": "default"}})
    cluster.kernel.at(20.0, start_pod, cluster)
    return cluster, recorder


def test_nothing_starts_while_the_runtime_hangs_and_everything_once_it_answers() -> None:
    cluster, _ = hung("kubernetes-1.5.2", for_seconds=100)
    cluster.kernel.run(109.0)
    assert phase(cluster) == "Pending"
    cluster.kernel.run(120.0)

    assert phase(cluster) == "Running"


def test_after_two_minutes_an_event_says_that_the_runtime_has_not_answered() -> None:
    cluster, recorder = hung("kubernetes-1.36")
    cluster.kernel.run(180.0)
    reasons = [reason for _, reason, name, _ in recorder.events if name == "late"]

    assert "FailedCreatePodSandBox" in reasons


def test_a_relist_is_overdue_after_three_minutes_and_then_the_node_is_not_ready() -> None:
    cluster, recorder = hung("kubernetes-1.36", for_seconds=400)
    cluster.kernel.run(185.0)
    assert ready(cluster) == "True"
    cluster.kernel.run(195.0)
    assert ready(cluster) == "False"
    assert "PLEG is not healthy: pleg was last seen active 3m0s ago; threshold is 3m0s" in recorder.logs[0][2]
    cluster.kernel.run(420.0)

    assert ready(cluster) == "True"


def test_relists_that_take_four_minutes_let_the_node_come_and_go() -> None:
    cluster, _ = hung("kubernetes-1.36", relist_seconds=240)
    states = []
    for seconds in (100, 220, 300, 460, 540):
        cluster.kernel.run(float(seconds))
        states.append(ready(cluster))

    assert states == ["True", "False", "True", "False", "True"]


def test_up_to_1_5_the_node_stays_ready_and_a_supervisor_restarts_the_kubelet() -> None:
    cluster, _ = hung("kubernetes-1.5.2")
    up = []
    for seconds in (189.0, 195.0, 205.0):
        cluster.kernel.run(seconds)
        up.append(cluster.kubelets["a"].up)

    assert up == [True, False, True]
    assert ready(cluster) == "True"
    assert phase(cluster) == "Pending"


def test_as_kargo_deployed_it_nobody_restarts_the_kubelet() -> None:
    cluster, _ = hung("kargo")
    for seconds in range(180, 220, 5):
        cluster.kernel.run(float(seconds))
        assert cluster.kubelets["a"].up
        assert ready(cluster) == "True"


def test_a_fraction_of_the_nodes_is_spread_over_all() -> None:
    names = [f"worker-{number}" for number in range(100)]

    assert RuntimeHang(0, None, fraction=0.03).nodes(names) == ("worker-0", "worker-33", "worker-66")


def test_durations_are_worded_as_go_words_them() -> None:
    assert "last seen active 3m5.25s ago" in not_healthy(185.25, 180)
