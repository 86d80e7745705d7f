from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from plimsoll.simcluster.dns.sizing import replicas
from plimsoll.simcluster.profile import load_profile
from tests.simcluster.dns.service import asking, cluster_with, like_900_nodes

MENDED: dict[str, Any] = {
    "replicas": 6,
    "forwardMax": 1000,
    "cacheSize": 10_000,
    "cpuLimitCores": 1.0,
    "memoryLimitBytes": 512 * 2**20,
}
HEAVY = asking(4500, distinct_names=5000, host_domains=1, upstream_timeouts=0.02)
"""What the gallery's OpenStack asks for."""


def failed_share(settings: dict[str, Any]) -> float:
    cluster, record = like_900_nodes("kargo", HEAVY, **settings)
    cluster.kernel.run(300)
    assert record.last("dns.lookupsPerSecond") == 4500
    return record.last("dns.failedPerSecond") / 4500


def test_a_small_cluster_is_served_without_trouble_by_kargos_defaults() -> None:
    cluster, record = cluster_with("kargo", asking(20))
    cluster.kernel.run(3600)
    assert record.last("dns.failedPerSecond") == 0
    assert record.last("dns.seconds", "mean") < 0.1
    assert not record.events
    assert not record.lines


def test_following_a_large_cluster_starves_kubedns_of_its_tenth_of_a_core_without_any_load() -> None:
    cluster, record = cluster_with("kargo", asking(1), nodes=900)
    cluster.kernel.run(1800)
    assert record.last("dns.restarts", "kubedns") >= 3
    assert record.last("dns.oomKills", "kubedns") == 0
    assert record.reasons["Killing"] >= 3
    killed = next(seconds for seconds, reason, _ in record.events if reason == "Killing")
    assert killed == pytest.approx(60 + 50, abs=15)  # not probed for a minute, then five failures


def test_half_a_core_is_enough_for_the_same_cluster() -> None:
    cluster, record = like_900_nodes("kargo", asking(1), cpuLimitCores=0.5)
    cluster.kernel.run(1800)
    assert not record.events


def test_restarts_of_a_crashing_container_are_ever_further_apart_up_to_five_minutes() -> None:
    cluster, record = like_900_nodes("kargo", asking(1))
    cluster.kernel.run(2 * 3600)
    killed = [seconds for seconds, reason, message in record.events if reason == "Killing" and "kubedns" in message]
    gaps = [later - earlier for earlier, later in pairwise(killed)]
    assert gaps[0] < 200
    assert max(gaps) <= 300 + 60 + 50 + 20
    assert gaps[-1] > 300


def test_all_that_the_article_did_lets_the_look_ups_of_900_nodes_succeed() -> None:
    assert failed_share({}) > 0.5
    assert failed_share(dict(MENDED)) < 0.005


@pytest.mark.parametrize("setting", MENDED)
def test_none_of_the_articles_changes_is_enough_alone(setting: str) -> None:
    assert failed_share({setting: MENDED[setting]}) > 0.5


@pytest.mark.parametrize("setting", ["replicas", "forwardMax", "cpuLimitCores"])
def test_three_of_the_articles_changes_are_all_needed(setting: str) -> None:
    assert failed_share({name: value for name, value in MENDED.items() if name != setting}) > 0.5


@pytest.mark.parametrize("setting", ["cacheSize", "memoryLimitBytes"])
def test_two_of_them_only_save_something(setting: str) -> None:
    assert failed_share({name: value for name, value in MENDED.items() if name != setting}) < 0.005


def test_refused_queries_are_logged_at_most_every_ten_seconds_in_dnsmasqs_words() -> None:
    load = asking(2000, external=1, host_domains=1, upstream_timeouts=0.05)
    cluster, record = cluster_with("kubernetes-1.6", load, cpuLimitCores=1.0)
    cluster.kernel.run(100)
    assert record.last("dns.refusedPerSecond") > 100
    lines = [(seconds, message) for seconds, component, message in record.lines if component == "dnsmasq"]
    assert lines[0][1] == "dnsmasq[1]: Maximum number of concurrent DNS queries reached (max: 150)"
    assert all(later - earlier >= 10 for (earlier, _), (later, _) in pairwise(lines))


def test_a_container_over_its_memory_limit_is_killed_and_started_again() -> None:
    cluster, record = cluster_with("kubernetes-1.36", asking(100), memoryLimitBytes=50_000_000)
    cluster.kernel.run(300)
    assert record.last("dns.oomKills", "coredns") >= 2
    assert record.last("dns.restarts", "coredns") >= 2
    assert record.reasons["OOMKilling"] >= 2
    assert record.reasons["BackOff"] >= 1


def test_an_overloaded_coredns_grows_until_it_is_killed() -> None:
    load = asking(40_000, same_namespace=1)
    cluster, record = cluster_with("kubernetes-1.36", load, cacheSize=0, memoryLimitBytes=90_000_000)
    cluster.kernel.run(120)
    assert record.last("dns.oomKills", "coredns") >= 2


def test_without_a_ready_server_every_look_up_fails_at_once() -> None:
    cluster, record = cluster_with("kubernetes-1.36", asking(100), memoryLimitBytes=1)
    cluster.kernel.run(30)
    assert record.last("dns.replicas") == 0
    assert record.last("dns.failedPerSecond") == 100
    assert record.last("dns.seconds", "mean") == 0


def test_coredns_caches_denials_and_dnsmasq_as_deployed_does_not() -> None:
    load = asking(2000, external=1, distinct_names=100)
    ratios = []
    for profile in ("kubernetes-1.36", "kubernetes-1.6"):
        cluster, record = cluster_with(profile, load)
        cluster.kernel.run(60)
        ratios.append(record.last("dns.cacheHitRatio"))
    assert ratios[0] > 0.9
    assert ratios[1] < 1 / 8 + 0.01  # of eight queries only the last A is found


def test_look_ups_follow_the_running_pods_and_end_with_their_demand() -> None:
    cluster, record = cluster_with("kubernetes-1.36", asking(0, per_pod_per_second=2.0, for_seconds=100.0))
    cluster.kernel.run(50)
    assert record.last("dns.lookupsPerSecond") == 0
    cluster, record = cluster_with("kubernetes-1.36", asking(10, for_seconds=100.0))
    cluster.kernel.run(200)
    assert record.highest("dns.lookupsPerSecond") == 10
    assert record.last("dns.lookupsPerSecond") == 0


def test_settings_that_a_cluster_shows_are_reported_once() -> None:
    cluster, record = cluster_with("kargo", asking(10))
    cluster.kernel.run(100)
    assert record.samples["config.dns.forwardMax", ""] == [(0.0, 150.0)]
    assert record.samples["config.dns.cacheSize", ""] == [(0.0, 1000.0)]


def test_without_a_demand_there_is_no_dns() -> None:
    cluster, record = cluster_with("kargo")
    cluster.kernel.run(100)
    assert not [series for series, _ in record.samples if "dns" in series]


def test_the_same_seed_gives_the_same_story() -> None:
    stories = []
    for _ in range(2):
        cluster, record = cluster_with("kargo", asking(1500), nodes=300, cpuLimitCores=0.15)
        cluster.kernel.run(900)
        stories.append((record.events, record.samples, record.lines))
    assert stories[0] == stories[1]


@pytest.mark.parametrize(
    ("nodes", "cores", "wanted"), [(900, 900 * 8, 57), (1, 8, 1), (2, 16, 2), (16, 16 * 64, 4), (160, 160, 10)]
)
def test_the_autoscaler_wants_a_server_for_256_cores_or_16_nodes(nodes: int, cores: float, wanted: int) -> None:
    settings = load_profile("kubernetes-1.6", {"dns.autoscaler": True}).dns
    assert replicas(settings, nodes, cores) == wanted


def test_a_steady_stream_costs_next_to_nothing_whatever_its_rate() -> None:
    cluster, _ = cluster_with("kargo", asking(20_000), nodes=1, **MENDED)
    cluster.kernel.run(60)
    cluster.kernel.run(3600, max_actions=5000)
