from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import NAMESPACES, PODS
from tests.simcluster.wholecluster import Cluster

HOUR = 3600.0
SETTINGS = {"monitoring.enabled": True, "monitoring.querySpikeShare": 0.0, "monitoring.baseSeries": 1000}
EACH = {"monitoring.seriesPerPod": 100, "monitoring.seriesPerNode": 10, "monitoring.seriesPerNamespace": 1}
BIG = {"monitoring.seriesPerPod": 1_000_000, "monitoring.bytesPerSampleInMemory": 0.0}


def cluster(**changes: Any) -> Cluster:
    made = Cluster(settings={**SETTINGS, **EACH, **changes})
    made.cluster.sampler.start()
    return made


def latest(made: Cluster, series: str) -> float:
    return [value for _, name, _, value in made.telemetry.samples if name == series][-1]


def series_now(made: Cluster) -> float:
    made.run(60.0)
    return latest(made, "monitoring.headSeries")


def test_nodes_namespaces_and_running_pods_have_series() -> None:
    made = cluster()
    before = series_now(made)
    for number in range(5):
        made.pod(f"p{number}")

    assert series_now(made) == before + 500
    made.create(NAMESPACES, "another")
    assert series_now(made) == before + 501


def test_a_pod_that_is_gone_leaves_its_series_until_the_head_is_cut() -> None:
    made = cluster()
    made.pod("p0")
    held = series_now(made)
    made.delete(PODS, "p0")

    assert series_now(made) == held
    made.run(3.1 * HOUR)
    assert latest(made, "monitoring.headSeries") == held - 100


def test_replaced_pods_need_twice_the_memory() -> None:
    made = cluster(**BIG)
    made.pod("old")
    series_now(made)
    alone = latest(made, "monitoring.memoryBytes")
    made.delete(PODS, "old")
    made.pod("new")
    series_now(made)

    assert latest(made, "monitoring.memoryBytes") == pytest.approx(2 * alone, rel=0.05)


def test_it_is_killed_when_its_node_has_no_more_memory() -> None:
    made = cluster(**BIG, **{"monitoring.nodeMemoryBytes": 3e9, "monitoring.replaySecondsPerMillionSeries": 60})
    made.pod("old")
    series_now(made)
    assert not made.events("SystemOOM")
    made.pod("new")
    made.run(300.0)

    assert ("SystemOOM", "monitoring-0") in {(reason, name) for _, reason, name, _ in made.telemetry.events}
    assert latest(made, "monitoring.restarts") >= 1
    assert latest(made, "monitoring.lostSeconds") > 60
    assert latest(made, "monitoring.headSeries") == 0


def test_its_own_limit_kills_it_with_other_words() -> None:
    made = cluster(**BIG, **{"monitoring.memoryLimitBytes": 3e9})
    made.pod("old")
    made.pod("new")
    made.run(60.0)

    assert "OOMKilling" in {reason for _, reason, _, _ in made.telemetry.events}


def test_a_spike_of_queries_kills_it_once_and_reading_its_log_brings_it_back() -> None:
    spiky = {"monitoring.querySpikeShare": 0.5, "monitoring.memoryLimitBytes": 3e9}
    made = cluster(**{**BIG, **spiky})
    made.pod("old")
    made.run(2 * HOUR)

    assert latest(made, "monitoring.restarts") >= 1
    assert max(value for _, name, _, value in made.telemetry.samples if name == "monitoring.headSeries") > 1_000_000


def test_it_forgets_what_is_older_than_its_retention_unless_a_copy_is_outside() -> None:
    short = cluster(**{"monitoring.retentionSeconds": 600})
    short.run(HOUR)
    copied = cluster(**{"monitoring.retentionSeconds": 600, "monitoring.remoteWrite": True})
    copied.run(HOUR)

    assert latest(short, "monitoring.historySeconds") == 600
    assert latest(copied, "monitoring.historySeconds") > HOUR
    assert latest(short, "monitoring.querySeconds") == latest(copied, "monitoring.querySeconds")


def test_a_cluster_without_it_tells_nothing_of_it() -> None:
    made = Cluster()
    made.cluster.sampler.start()
    made.run(HOUR)

    assert not any(name.startswith("monitoring.") for _, name, _, _ in made.telemetry.samples)
