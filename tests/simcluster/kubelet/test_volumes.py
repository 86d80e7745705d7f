from __future__ import annotations

from itertools import pairwise

import pytest

from plimsoll.kube.resources import CONFIGMAPS, SECRETS, SERVICEACCOUNTS
from plimsoll.simcluster.kubelet.volumes import poll_sees
from tests.simcluster.wholecluster import NODE, POLLING, Cluster

CACHE = {"kubelet.configMapAndSecretChangeDetectionStrategy": "Cache"}


@pytest.mark.parametrize(
    ("window", "mounted", "seen"), [(10.0, 10.25, 10.3), (10.0, 10.31, 10.6), (10.0, 10.0, 10.0), (10.0, 9.0, 10.0)]
)
def test_a_sync_sees_mounted_volumes_at_its_next_poll(window: float, mounted: float, seen: float) -> None:
    assert poll_sees(window, mounted, 0.3) == pytest.approx(seen)


def test_without_a_poll_mounted_volumes_are_seen_at_once() -> None:
    assert poll_sees(10.0, 10.2, 0.0) == 10.2


@pytest.mark.parametrize("strategy", ["Get", "Cache", "Watch"])
def test_a_pod_whose_secret_is_missing_waits_for_it_and_says_so(strategy: str) -> None:
    cluster = Cluster(settings={"kubelet.configMapAndSecretChangeDetectionStrategy": strategy})
    pod = cluster.pod(volumes=[{"name": "mounted", "secret": {"secretName": "late"}}])
    cluster.run(20.0)
    assert cluster.phase() == "Pending"
    assert {message for _, why, _, message in cluster.telemetry.events if why == "FailedMount"} == {
        'MountVolume.SetUp failed for volume: secret "late" not found'
    }

    cluster.create(SECRETS, "late", "ns-0")
    cluster.run(20.0)
    assert cluster.phase() == "Running"
    assert cluster.reached(pod, "volumesMounted") == pytest.approx(31.9, abs=0.5)


def test_a_failed_mount_is_tried_again_later_each_time_up_to_two_minutes() -> None:
    cluster = Cluster(settings=CACHE)
    cluster.pod(volumes=[{"name": "mounted", "secret": {"secretName": "never"}}], imagePullSecrets=[])
    cluster.run(700.0)

    tries = [seconds for seconds, _, _, message in cluster.telemetry.events if "not found" in message]
    pauses = [round(later - earlier, 1) for earlier, later in pairwise(tries)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 122.0, 122.0, 122.0, 122.0]
    assert cluster.requests()["GET secrets 404"] == len(tries)


def test_a_sync_waits_for_volumes_for_123_seconds_and_then_fails_and_begins_anew() -> None:
    cluster = Cluster(settings=CACHE)
    cluster.pod(volumes=[{"name": "mounted", "secret": {"secretName": "never"}}])
    cluster.run(300.0)

    message = "Unable to attach or mount volumes: timed out waiting for the condition"
    times = [seconds - cluster.start_seconds for seconds, _, _, text in cluster.telemetry.events if text == message]
    assert times[0] == pytest.approx(123.0, abs=0.1)
    assert 123 + 10 <= times[1] - times[0] <= 123 + 15.1


def test_a_listing_that_is_held_back_by_the_limiter_fails_mounts_until_it_is_there() -> None:
    names = [f"s{index}" for index in range(10)]
    cluster = Cluster("openshift-4.3", {"kubelet.kubeAPIQPS": 1.4, "kubelet.kubeAPIBurst": 1}, secrets=names)
    cluster.pod(volumes=[{"name": name, "secret": {"secretName": name}} for name in names])
    cluster.run(60.0)

    assert cluster.phase() == "Running"
    assert cluster.events("FailedMount")
    assert any("failed to sync secret cache" in message for _, _, _, message in cluster.telemetry.events)


def test_a_volume_of_an_optional_secret_can_do_without_it() -> None:
    cluster = Cluster(settings=CACHE)
    cluster.pod(volumes=[{"name": "mounted", "secret": {"secretName": "never", "optional": True}}])
    cluster.run(5.0)

    assert cluster.phase() == "Running"
    assert cluster.events("FailedMount") == []


def test_a_config_map_is_needed_as_a_secret_is() -> None:
    cluster = Cluster(settings=CACHE)
    cluster.pod(volumes=[{"name": "mounted", "configMap": {"name": "late"}}])
    cluster.run(5.0)
    assert cluster.phase() == "Pending"

    cluster.create(CONFIGMAPS, "late", "ns-0")
    cluster.run(5.0)
    assert cluster.phase() == "Running"


def test_a_missing_pull_secret_is_left_out_and_asked_for_again_at_every_sync() -> None:
    cluster = Cluster(settings=CACHE)
    cluster.pod(imagePullSecrets=[{"name": "never"}], volumes=[])
    cluster.run(5.0)
    assert cluster.phase() == "Running"
    assert cluster.requests()["GET secrets 404"] == 3  # the first sync, and two after the relist

    cluster.run(60.0)
    assert cluster.requests()["GET secrets 404"] >= 3 + 60 // 16


def test_a_pod_with_a_projected_token_requests_it_before_it_reads_the_rest() -> None:
    cluster = Cluster(settings=CACHE)
    cluster.pod_of({key: POLLING[key] for key in ("containers", "nodeName")})
    cluster.run(5.0)

    assert cluster.phase() == "Running"
    assert cluster.requests()["POST serviceaccounts/token"] == 1
    assert cluster.requests()["GET configmaps"] == 1


def test_a_pod_that_is_deleted_while_it_waits_for_volumes_stops_trying() -> None:
    cluster = Cluster(settings=CACHE)
    cluster.pod(volumes=[{"name": "mounted", "secret": {"secretName": "never"}}])
    cluster.run(20.0)
    cluster.cluster.api.delete(cluster.pods, "ns-0", "pod")
    cluster.run(5.0)
    tried = len(cluster.events("FailedMount"))
    cluster.run(300.0)

    assert cluster.phase() == "gone"
    assert len(cluster.events("FailedMount")) == tried


def test_the_default_account_is_what_pods_run_as() -> None:
    """The harness's namespaces are filled by the platform, not by the test."""
    cluster = Cluster()
    assert cluster.cluster.store.collection(SERVICEACCOUNTS).find("ns-0", "default") is not None
    assert NODE in cluster.cluster.kubelets
