"""The kubelet as a whole: its clients, its limits, and how it comes back."""

from __future__ import annotations

import pytest

from plimsoll.kube.resources import PODS
from plimsoll.simcluster.faults import ApiErrors, ComponentRestart, Fault, NodeLost
from tests.simcluster.wholecluster import NODE, Cluster

CACHE = {"kubelet.configMapAndSecretChangeDetectionStrategy": "Cache"}
TIGHT = {"kubelet.kubeAPIQPS": 1, "kubelet.kubeAPIBurst": 1}


# --- clients


def test_pods_secrets_and_tokens_share_the_main_client_s_limiter() -> None:
    cluster = Cluster(settings={**CACHE, **TIGHT})
    cluster.pod(automountServiceAccountToken=True)
    cluster.run(60.0)

    requests = cluster.requests()
    assert requests == {
        "GET pods": 2,
        "PATCH pods/status": 2,
        "GET secrets": 2,
        "GET configmaps": 1,
        "POST serviceaccounts/token": 1,
    }
    assert cluster.running_times()[0] == pytest.approx(requests.total() - 1, abs=1.5)


def test_events_have_a_limiter_of_their_own() -> None:
    cluster = Cluster(settings={"kubelet.eventRecordQPS": 1, "kubelet.eventBurst": 1})
    for index in range(5):
        cluster.bare(f"p{index}")
    cluster.run(5.0)
    assert cluster.phases() == {"Running": 5}
    assert cluster.requests("kubelet-events")["POST events"] < 7

    cluster.run(15.0)
    assert cluster.requests("kubelet-events") == {"POST events": 15}


def test_heartbeats_are_not_limited() -> None:
    cluster = Cluster(settings={**CACHE, **TIGHT}, namespaces=30)
    for index in range(30):
        cluster.later(0.0, "pod", f"ns-{index}")
    cluster.run(100.0)

    assert cluster.requests("kubelet-heartbeat")["PUT leases"] == 10
    assert max(value for _, series, _, value in cluster.telemetry.samples if series == "kubelet.throttleSeconds") > 30


def test_watches_are_not_limited() -> None:
    cluster = Cluster(settings={**TIGHT, "kubelet.watchList": True}, namespaces=30)
    for index in range(30):
        cluster.later(0.0, "pod", f"ns-{index}")
    cluster.run(1.0)

    assert cluster.requests()["WATCH secrets"] == 60
    assert all(worker.address for worker in cluster.kubelet.workers())


def test_the_control_pods_requests_take_their_share_of_the_main_client_s_rate() -> None:
    settings = {"kubelet.baseRequestsPerSecond": 0.5, **TIGHT}
    cluster = Cluster("openshift-4.2", settings)
    for index in range(10):
        cluster.bare(f"p{index}")
    cluster.run(20.0)

    assert cluster.requests().total() == pytest.approx(10, abs=1)


@pytest.mark.parametrize(
    ("profile", "verbosity", "levels"),
    [
        ("openshift-4.2", 3, set()),
        ("openshift-4.2", 4, {4}),
        ("openshift-4.3", 3, {3}),
        ("kubernetes-1.36", 0, {0}),
        ("kubernetes-1.36", 2, {2}),
        ("kubernetes-1.36", 3, {2, 3}),
    ],
)
def test_what_the_log_says_of_throttling_depends_on_version_and_verbosity(
    profile: str, verbosity: int, levels: set[int]
) -> None:
    settings = {**CACHE, "kubelet.kubeAPIQPS": 2, "kubelet.kubeAPIBurst": 1, "kubelet.verbosity": verbosity}
    cluster = Cluster(profile, settings, namespaces=20)
    for index in range(20):
        cluster.later(0.0, "pod", f"ns-{index}")
    cluster.run(60.0)

    assert {level for _, level, _ in cluster.telemetry.logs} == levels
    text = "Waited before sending request" if profile == "kubernetes-1.36" else "Throttling request took"
    assert all(message.startswith(text) for _, _, message in cluster.telemetry.logs)


def test_a_kubelet_whose_requests_fail_tries_on_until_they_succeed() -> None:
    faults = [ApiErrors(at_seconds=49.0, for_seconds=30.0, fraction=1.0, code=500)]
    cluster = Cluster(settings=CACHE, faults=faults)
    cluster.pod()
    cluster.run(25.0)
    assert cluster.phase() == "Pending"
    assert cluster.requests()["GET pods 500"] >= 3

    cluster.run(40.0)
    assert cluster.phase() == "Running"


def test_too_many_requests_are_retried_after_a_second_by_the_client() -> None:
    faults = [ApiErrors(at_seconds=49.0, for_seconds=6.0, fraction=1.0, code=429)]
    cluster = Cluster(settings=CACHE, faults=faults)
    cluster.bare()
    cluster.run(10.0)

    assert cluster.phase() == "Running"
    assert cluster.requests()["GET pods 429"] == 5


# --- admission


def test_a_pod_too_many_fails_with_out_of_pods() -> None:
    cluster = Cluster(settings={"kubelet.maxPods": 3, "kubelet.controlPods": 1})
    for name in "abc":
        cluster.bare(name)
    cluster.run(3.0)

    assert [cluster.phase(name) for name in "abc"] == ["Running", "Running", "Failed"]
    rejected = cluster.find("c")
    assert rejected is not None
    assert rejected["status"]["reason"] == "OutOfpods"
    assert len(cluster.events("OutOfpods")) == 1


def test_a_rejected_pod_can_be_deleted_before_its_status_is_sent() -> None:
    cluster = Cluster(settings={"kubelet.maxPods": 1, "kubelet.kubeAPIQPS": 0.5, "kubelet.kubeAPIBurst": 1})
    cluster.bare("a")
    cluster.run(0.1)
    cluster.bare("b")
    cluster.run(0.1)
    cluster.delete(PODS, "b")
    cluster.run(30.0)

    assert cluster.phase("b") == "gone"


def test_a_place_is_free_again_when_a_pod_is_gone_or_has_succeeded() -> None:
    cluster = Cluster(settings={"kubelet.maxPods": 1})
    cluster.bare("a")
    cluster.run(3.0)
    cluster.delete(PODS, "a")
    cluster.run(3.0)
    cluster.bare("b", restartPolicy="Never")
    cluster.run(3.0)
    assert cluster.phase("b") == "Running"

    (worker,) = cluster.kubelet.workers()
    worker.program_ended()
    cluster.run(3.0)
    cluster.bare("c")
    cluster.run(3.0)
    assert [cluster.phase(name) for name in "bc"] == ["Succeeded", "Running"]


# --- time to live


@pytest.mark.parametrize(("controller", "nodes", "seconds"), [(False, 2, 60.0), (True, 2, 0.0), (True, 101, 15.0)])
def test_copies_live_as_long_as_the_setting_or_the_ttl_controller_says(
    *, controller: bool, nodes: int, seconds: float
) -> None:
    cluster = Cluster(settings={**CACHE, "kubelet.ttlController": controller, "network.hostPrefix": 24}, nodes=nodes)

    assert cluster.kubelet.objects.ttl_seconds == seconds  # type: ignore[attr-defined]


# --- faults


def faulty(*faults: Fault, settings: dict[str, object] | None = None) -> Cluster:
    return Cluster(settings={**CACHE, **(settings or {})}, faults=faults, namespaces=3)


def test_pods_run_on_while_their_kubelet_is_down_and_cost_their_requests_anew_when_it_is_up() -> None:
    cluster = faulty(ComponentRestart(at_seconds=60.0, component="kubelet", down_seconds=20.0, node=NODE))
    for index in range(3):
        cluster.later(0.0, "pod", f"ns-{index}")
    cluster.run(9.0)
    addresses = sorted(worker.address or "" for worker in cluster.kubelet.workers())
    cluster.rows(reset=True)
    cluster.run(20.0)
    assert not cluster.kubelet.up
    assert cluster.phases() == {"Running": 3}
    assert cluster.requests() == {}

    cluster.run(5.0)
    assert sorted(worker.address or "" for worker in cluster.kubelet.workers()) == addresses
    assert cluster.requests() == {"GET pods": 3, "GET secrets": 6}  # the statuses are what the API has


def test_a_kubelet_reports_what_it_could_not_report_before_it_stopped() -> None:
    restart = ComponentRestart(at_seconds=54.0, component="kubelet", down_seconds=5.0, node=NODE)
    cluster = faulty(restart, settings={"kubelet.kubeAPIQPS": 0.5, "kubelet.kubeAPIBurst": 4})
    cluster.pod()
    cluster.run(3.9)
    assert cluster.kubelet.workers()[0].running
    assert cluster.phase() == "Pending"

    cluster.run(30.0)
    assert cluster.phase() == "Running"


def test_a_pod_that_was_starting_starts_again_with_its_kubelet() -> None:
    restart = ComponentRestart(at_seconds=52.0, component="kubelet", down_seconds=5.0, node=NODE)
    cluster = faulty(restart, settings={"runtime.sandboxSeconds": 4.0})
    cluster.pod()
    cluster.run(30.0)

    assert cluster.phase() == "Running"
    assert cluster.kubelet.addresses.taken == 1


def test_a_pod_that_comes_or_goes_while_the_kubelet_is_down_is_dealt_with_afterwards() -> None:
    cluster = faulty(ComponentRestart(at_seconds=60.0, component="kubelet", down_seconds=20.0, node=NODE))
    cluster.bare("deleted")
    cluster.bare("removed")
    cluster.run(15.0)
    cluster.delete(PODS, "deleted")
    removed = cluster.find("removed")
    assert removed is not None
    cluster.cluster.api.remove(cluster.pods, removed)
    cluster.bare("new")
    cluster.run(10.0)
    assert cluster.phase("new") == "Pending"
    assert cluster.phase("deleted") == "Running"

    cluster.run(15.0)
    assert [cluster.phase(name) for name in ("new", "deleted", "removed")] == ["Running", "gone", "gone"]
    assert cluster.kubelet.addresses.taken == 1


def test_a_program_that_ends_while_the_kubelet_is_down_is_noticed_afterwards() -> None:
    cluster = faulty(ComponentRestart(at_seconds=60.0, component="kubelet", down_seconds=20.0, node=NODE))
    cluster.bare(restartPolicy="Never")
    cluster.run(15.0)
    cluster.kubelet.workers()[0].program_ended()
    cluster.run(10.0)
    assert cluster.phase() == "Running"

    cluster.run(10.0)
    assert cluster.phase() == "Succeeded"


def test_a_program_that_ended_before_the_kubelet_could_say_so_is_not_run_again() -> None:
    restart = ComponentRestart(at_seconds=62.0, component="kubelet", down_seconds=5.0, node=NODE)
    cluster = faulty(restart, settings={"kubelet.kubeAPIQPS": 0.05, "kubelet.kubeAPIBurst": 4})
    pod = cluster.bare(restartPolicy="Never")
    cluster.run(10.0)
    cluster.kubelet.workers()[0].program_ended()
    cluster.run(1.5)
    assert cluster.phase() == "Running"
    cluster.run(40.0)

    assert cluster.phase() == "Succeeded"
    assert (
        sum(uid == pod["metadata"]["uid"] for _, uid, name in cluster.telemetry.milestones if name == "kubeletSaw") == 1
    )


def test_a_pod_that_is_being_stopped_when_the_kubelet_goes_down_is_gone_when_it_is_back() -> None:
    restart = ComponentRestart(at_seconds=60.0, component="kubelet", down_seconds=20.0, node=NODE)
    cluster = faulty(restart, settings={"runtime.stopSeconds": 5.0})
    cluster.bare()
    cluster.run(8.0)
    cluster.delete(PODS, "pod")
    cluster.run(40.0)

    assert cluster.phase() == "gone"
    assert cluster.kubelet.addresses.taken == 0


def test_a_node_that_was_lost_starts_its_pods_anew_when_it_is_back() -> None:
    cluster = faulty(NodeLost(at_seconds=60.0, node=NODE, for_seconds=20.0))
    cluster.pod()
    cluster.run(15.0)
    assert cluster.phase() == "Running"  # nobody has told the API anything else yet
    cluster.rows(reset=True)

    cluster.run(20.0)
    assert cluster.phase() == "Running"
    assert cluster.requests()["PATCH pods/status"] == 2
    assert cluster.kubelet.addresses.taken == 1


def test_a_second_fault_of_a_kubelet_that_is_down_changes_nothing() -> None:
    cluster = faulty(
        ComponentRestart(at_seconds=60.0, component="kubelet", down_seconds=20.0, node=NODE),
        ComponentRestart(at_seconds=65.0, component="kubelet", down_seconds=5.0, node=NODE),
    )
    cluster.bare()
    cluster.run(50.0)

    assert cluster.phase() == "Running"
    assert cluster.kubelet.addresses.taken == 1
