"""The evidence that a simulated cluster gives of itself, which is what a real one of its version would."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from plimsoll.simcluster.profile import load_profile, profile_names
from plimsoll.telemetry.series import SERIES
from tests.simcluster.wholecluster import NODE, Cluster

TIGHT = {
    "kubelet.kubeAPIQPS": 5,
    "kubelet.kubeAPIBurst": 10,
    "kubelet.configMapAndSecretChangeDetectionStrategy": "Cache",
    "kubelet.tokenRequests": False,
}


def loaded(
    profile: str = "kubernetes-1.36", pods: int = 60, settings: Mapping[str, object] = MappingProxyType({})
) -> Cluster:
    """A node with pods that all come at once, after a minute."""
    cluster = Cluster(profile, settings=settings, namespaces=pods)
    for index in range(pods):
        cluster.later(0.0, "pod", f"ns-{index}")
    cluster.run(60.0)
    return cluster


def values(cluster: Cluster, series: str, instance: str = NODE) -> list[float]:
    return [value for _, name, of, value in cluster.telemetry.samples if (name, of) == (series, instance)]


def test_a_throttled_kubelet_sends_as_much_as_its_limiter_lets_through() -> None:
    cluster = loaded(settings=TIGHT)

    rates = values(cluster, "kubelet.requestsPerSecond")
    assert max(rates) == pytest.approx(5 + 10 / 10, abs=0.2)  # with the burst
    assert pytest.approx(5, abs=0.1) in rates
    assert max(values(cluster, "kubelet.limiterWaitSeconds")) > 10
    assert max(values(cluster, "kubelet.statusSyncSeconds")) > 10


def test_a_kubelet_with_room_does_not_wait() -> None:
    cluster = loaded(pods=5)
    assert max(values(cluster, "kubelet.limiterWaitSeconds"), default=0.0) == 0.0
    assert max(values(cluster, "kubelet.statusSyncSeconds")) < 0.1
    assert values(cluster, "apiserver.watches", "")[0] == 9  # five of the kubelet, four of kube-proxy
    assert values(cluster, "apiserver.watches", "")[-1] == 9 + 2 * 5  # a watch for each secret


def test_what_a_version_has_no_metric_for_is_not_reported() -> None:
    reported = {series for _, series, _, _ in loaded("openshift-4.2", pods=40).telemetry.samples}
    assert "kubelet.requestsPerSecond" in reported
    assert not reported & {
        "kubelet.limiterWaitSeconds",
        "kubelet.statusSyncSeconds",
        "scheduler.limiterWaitSeconds",
        "controllers.limiterWaitSeconds",
    }


def test_requests_of_the_platforms_own_pods_are_among_a_kubelets_requests() -> None:
    cluster = Cluster("openshift-4.2", namespaces=0)
    cluster.run(30.0)
    assert values(cluster, "kubelet.requestsPerSecond")[-1] == pytest.approx(0.4)
    assert values(cluster, "kubelet.pods") == [10]


def test_settings_are_told_once_and_before_anything_else() -> None:
    cluster = loaded("openshift-4.2", pods=1)
    settings = {name: value for _, name, _, value in cluster.telemetry.samples if name.startswith(("config.", "node."))}
    assert settings["config.kubelet.kubeAPIQPS"] == 5
    assert settings["config.kubelet.configMapAndSecretChangeDetectionStrategy"] == 1
    assert (settings["node.maxPods"], settings["node.podAddresses"]) == (1000, 4093)
    assert [seconds for seconds, name, _, _ in cluster.telemetry.samples if name in settings] == [0.0] * len(settings)


def test_objects_are_counted_by_resource_and_have_a_size() -> None:
    cluster = loaded(pods=7)
    assert values(cluster, "apiserver.storageObjects", "pods")[-1] == 7
    assert values(cluster, "apiserver.storageObjects", "nodes") == [1]
    assert values(cluster, "apiserver.storageBytes", "")[-1] > 7 * 300
    assert max(values(cluster, "apiserver.requestsPerSecond", "")) > 1


@pytest.mark.parametrize("profile", profile_names())
def test_every_series_that_is_reported_is_described(profile: str) -> None:
    cluster = loaded(profile, pods=3)
    assert {series for _, series, _, _ in cluster.telemetry.samples} <= SERIES.keys()
    assert load_profile(profile).name == profile
