"""A pod's life on its node, as the API and the limiters see it."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import PODS
from tests.simcluster.wholecluster import BARE, Cluster

CACHE = {"kubelet.configMapAndSecretChangeDetectionStrategy": "Cache"}
GET = {"kubelet.configMapAndSecretChangeDetectionStrategy": "Get"}
WATCH = {"kubelet.configMapAndSecretChangeDetectionStrategy": "Watch"}

START = (
    "created",
    "kubeletSaw",
    "volumesMounted",
    "sandboxReady",
    "containersStarted",
    "kubeletRunning",
)


# --- start


def test_a_pod_passes_the_milestones_of_its_start_in_order() -> None:
    cluster = Cluster(settings={"runtime.sandboxSeconds": 2.0, "runtime.containerSeconds": 0.5, "runtime.jitter": 0})
    pod = cluster.pod()
    cluster.run(10.0)

    times = [cluster.reached(pod, milestone) for milestone in START]
    assert None not in times
    assert times == sorted(times, key=float)  # type: ignore[arg-type]
    saw, mounted, sandbox, started, running = (float(seconds or 0.0) for seconds in times[1:])
    assert saw == pytest.approx(0.005)  # the watch's delivery
    assert (mounted - saw) / 0.3 == pytest.approx(round((mounted - saw) / 0.3))  # a poll
    assert sandbox - mounted == pytest.approx(2.0)
    assert started - sandbox == pytest.approx(0.5)
    assert 0 < running - started < 0.11  # a relist on demand
    assert 0 < cluster.running_times()[0] - running < 0.1  # GET and PATCH


def test_an_old_kubelet_notices_a_start_at_its_next_relist() -> None:
    latencies = []
    for seed in range(1, 21):
        cluster = Cluster("openshift-4.2", {"runtime.jitter": 0}, seed=seed)
        pod = cluster.bare()
        cluster.run(5.0)
        started, running = cluster.reached(pod, "containersStarted"), cluster.reached(pod, "kubeletRunning")
        assert started is not None
        assert running is not None
        latencies.append(running - started)

    assert 0 <= min(latencies) < 0.2
    assert 0.8 < max(latencies) <= 1.0


def test_a_pod_without_volumes_needs_no_mount() -> None:
    cluster = Cluster()
    pod = cluster.bare()
    cluster.run(2.0)

    assert cluster.reached(pod, "volumesMounted") == cluster.reached(pod, "kubeletSaw")
    assert cluster.requests() == {"GET pods": 2, "PATCH pods/status": 2}


def test_a_start_with_polled_secrets_costs_about_eight_requests_in_1_14() -> None:
    cluster = Cluster("openshift-4.2", {"runtime.sandboxSeconds": 2.0})
    cluster.pod()
    cluster.run(30.0)

    requests = cluster.requests()
    assert (requests["GET pods"], requests["PATCH pods/status"]) == (2, 2)
    assert 2 <= requests["GET secrets"] <= 4
    assert 6 <= requests.total() <= 8


def test_a_start_with_watched_secrets_and_a_token_costs_five_to_ten_requests_today() -> None:
    cluster = Cluster()
    cluster.pod(automountServiceAccountToken=True)
    cluster.run(30.0)

    requests = cluster.requests()
    limited = requests.total() - requests["WATCH secrets"] - requests["WATCH configmaps"]
    assert requests["POST serviceaccounts/token"] == 1
    assert 5 <= limited <= 10


def test_a_start_takes_three_syncs_each_of_which_reads_the_pod_s_secrets() -> None:
    """One for the pod, and two for the relist's events of its sandbox and its container."""
    cluster = Cluster(settings=GET)
    cluster.pod(volumes=[])
    cluster.run(5.0)

    assert cluster.requests()["GET secrets"] == 3


def test_the_events_of_a_start_go_through_the_event_client() -> None:
    cluster = Cluster()
    cluster.bare(containers=[{"name": "one"}, {"name": "two"}])
    cluster.run(2.0)

    assert cluster.requests("kubelet-events") == {"POST events": 6}
    assert cluster.requests() == {"GET pods": 2, "PATCH pods/status": 2}


# --- syncs


def cycles(cluster: Cluster, secrets: int, over_seconds: float) -> float:
    """Mean seconds between two fetches of a pod's secrets."""
    cluster.pod()
    cluster.run(5.0)
    before = cluster.requests()["GET secrets"]
    cluster.run(over_seconds)
    return over_seconds / ((cluster.requests()["GET secrets"] - before) / secrets)


def test_a_pod_s_secrets_are_fetched_anew_at_each_sync_which_comes_every_60_to_90_seconds() -> None:
    assert cycles(Cluster("openshift-4.2"), 2, 20_000.0) == pytest.approx(75.5, abs=1.0)


def test_where_syncs_are_frequent_the_time_to_live_sets_the_pace() -> None:
    """Kubemark's kubelets sync every 10 to 15 s, on a tick of 1 s: a copy is renewed at the first sync after its 60 s."""
    assert cycles(Cluster(settings=CACHE), 2, 20_000.0) == pytest.approx(66.5, abs=1.0)


def test_the_get_strategy_asks_at_every_sync() -> None:
    assert cycles(Cluster(settings=GET), 2, 5_000.0) == pytest.approx(13.0, abs=0.3)


def test_the_watch_strategy_asks_no_more() -> None:
    cluster = Cluster(settings=WATCH)
    cluster.pod()
    cluster.run(5.0)
    before = cluster.requests().total()
    cluster.run(3_000.0)

    assert cluster.requests().total() - before <= 2 * 2  # two watches end once or so in 45 min


def test_the_interval_between_syncs_begins_where_the_last_sync_ended() -> None:
    slow = Cluster("openshift-4.2", {"apiserver.networkSeconds": 10.0})

    assert cycles(slow, 2, 20_000.0) == pytest.approx(75.5 + 10.0, abs=1.5)


def test_pull_secrets_are_read_one_after_the_other_and_mounted_ones_beside_them() -> None:
    names = [f"s{index}" for index in range(6)]
    cluster = Cluster(settings={**GET, "apiserver.networkSeconds": 1.0}, secrets=names)
    volumes = [{"name": name, "secret": {"secretName": name}} for name in names[:3]]
    pod = cluster.bare(volumes=volumes, imagePullSecrets=[{"name": name} for name in names[3:]])
    cluster.run(20.0)

    mounted, sandbox = cluster.reached(pod, "volumesMounted"), cluster.reached(pod, "sandboxReady")
    assert mounted == pytest.approx(1.2, abs=0.3)
    assert sandbox == pytest.approx((mounted or 0.0) + 3.0, abs=0.1)


def test_pods_of_one_namespace_share_copies_and_those_of_others_do_not() -> None:
    together, apart = Cluster("openshift-4.2"), Cluster("openshift-4.2", namespaces=20)
    for index in range(20):
        together.later(10.0 * index, f"p{index}", "ns-0")
        apart.later(10.0 * index, f"p{index}", f"ns-{index}")
    for cluster in (together, apart):
        cluster.run(600.0)
        cluster.rows(reset=True)
        cluster.run(7_550.0)

    assert together.requests()["GET secrets"] == pytest.approx(2 * 7550 / 60, rel=0.1)
    assert apart.requests()["GET secrets"] == pytest.approx(20 * 2 * 7550 / 75.5, rel=0.05)


def test_without_a_time_to_live_pods_of_one_namespace_all_ask() -> None:
    cluster = Cluster("openshift-4.2", {"kubelet.ttlController": True})
    for index in range(20):
        cluster.later(10.0 * index, f"p{index}", "ns-0")
    cluster.run(600.0)
    cluster.rows(reset=True)
    cluster.run(7_550.0)

    assert cluster.requests()["GET secrets"] == pytest.approx(20 * 2 * 7550 / 75.5, rel=0.05)


# --- readiness


def test_a_pod_without_a_probe_is_ready_as_soon_as_it_runs() -> None:
    cluster = Cluster()
    pod = cluster.bare()
    cluster.run(3.0)

    assert cluster.reached(pod, "kubeletReady") == cluster.reached(pod, "kubeletRunning")


def test_a_probed_pod_is_ready_within_its_delay_and_one_period_of_running() -> None:
    waits = []
    for seed in range(1, 21):
        cluster = Cluster(seed=seed)
        probe = {"initialDelaySeconds": 5, "periodSeconds": 4}
        pod = cluster.bare(containers=[{"name": "main", "readinessProbe": probe}])
        cluster.run(30.0)
        ready, running = cluster.reached(pod, "kubeletReady"), cluster.reached(pod, "kubeletRunning")
        assert ready is not None
        assert running is not None
        waits.append(ready - running)
        assert cluster.requests()["PATCH pods/status"] == 3

    assert min(waits) >= 5
    assert max(waits) <= 9
    assert max(waits) - min(waits) > 2


# --- addresses


def test_a_pod_that_finds_no_address_is_tried_again_until_one_is_free() -> None:
    settings = {"network.hostPrefix": 29, "network.reservedAddresses": 5, "runtime.jitter": 0}
    cluster = Cluster(settings=settings)
    for name in "abcd":
        cluster.bare(name)
    cluster.run(60.0)
    assert [cluster.phase(name) for name in "abcd"] == ["Running", "Running", "Running", "Pending"]
    assert len(cluster.events("FailedCreatePodSandBox")) == 5  # every 12 s

    cluster.delete(PODS, "a")
    cluster.run(20.0)
    assert [cluster.phase(name) for name in "abcd"] == ["gone", "Running", "Running", "Running"]


# --- end


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("kubernetes-1.36", {"GET pods": 2, "PATCH pods/status": 1, "DELETE pods": 1}),
        ("openshift-4.2", {"GET pods": 2, "PATCH pods/status": 2, "DELETE pods": 1}),
    ],
)
def test_a_deletion_costs_four_requests_today_and_five_in_1_14(profile: str, expected: dict[str, int]) -> None:
    cluster = Cluster(profile, {"runtime.stopSeconds": 2.0, "runtime.jitter": 0})
    cluster.bare()
    cluster.run(10.0)
    cluster.rows(reset=True)
    cluster.delete(PODS, "pod")
    cluster.run(1.9)
    assert cluster.phase() == "Running"

    cluster.run(2.0)
    assert cluster.phase() == "gone"
    assert cluster.requests() == expected
    assert len(cluster.events("Killing")) == 1


def test_a_deleted_pod_gives_its_address_back_and_is_synced_no_more() -> None:
    cluster = Cluster(settings=GET)
    cluster.pod()
    cluster.run(5.0)
    assert cluster.kubelet.addresses.taken == 1

    cluster.delete(PODS, "pod")
    cluster.run(5.0)
    cluster.rows(reset=True)
    cluster.run(100.0)
    assert cluster.kubelet.addresses.taken == 0
    assert cluster.kubelet.count_pods() == 0
    assert cluster.requests() == {}


def test_a_pod_that_is_deleted_before_it_started_goes_without_being_killed() -> None:
    cluster = Cluster(settings=CACHE)
    cluster.pod(volumes=[{"name": "mounted", "secret": {"secretName": "never"}}])
    cluster.run(3.0)
    cluster.delete(PODS, "pod")
    cluster.run(1.0)

    assert cluster.phase() == "gone"
    assert cluster.events("Killing") == []


@pytest.mark.parametrize("seconds", [0.1, 0.35, 0.5, 1.0, 2.4, 2.6])
def test_a_pod_can_be_deleted_at_any_step_of_its_start(seconds: float) -> None:
    settings: dict[str, Any] = {**CACHE, "runtime.sandboxSeconds": 1.0, "runtime.containerSeconds": 1.0}
    cluster = Cluster(settings=settings)
    cluster.pod()
    cluster.run(seconds)
    cluster.delete(PODS, "pod")
    cluster.run(10.0)

    assert cluster.phase() == "gone"
    assert cluster.kubelet.addresses.taken == 0
    assert cluster.kubelet.unsent_statuses() == 0


def test_a_pod_that_is_removed_from_the_api_by_force_leaves_nothing_on_its_node() -> None:
    cluster = Cluster(settings=CACHE)
    cluster.pod()
    cluster.run(3.0)
    stored = cluster.find()
    assert stored is not None
    cluster.cluster.api.remove(cluster.pods, stored)
    cluster.run(1.0)

    assert cluster.kubelet.addresses.taken == 0
    assert cluster.kubelet.workers() == ()


def test_pods_of_one_spec_share_what_the_kubelet_reads_from_it() -> None:
    cluster = Cluster()
    for name in "ab":
        cluster.pod_of(BARE, name)
    cluster.run(3.0)

    first, second = cluster.kubelet.workers()
    assert first.needs is second.needs
