from __future__ import annotations

from plimsoll.kube.resources import Object
from plimsoll.observe.scraping.configuration import (
    FLAGS,
    alike,
    control_plane_settings,
    kubelet_settings,
    node_settings,
)
from plimsoll.observe.scraping.metricmap import RULES
from plimsoll.simcluster.configuration import SHOWN
from plimsoll.simcluster.settings import setting_name
from plimsoll.telemetry.series import SERIES


def static_pod(component: str, *flags: str) -> Object:
    container = {"command": [component, *flags], "args": ["--v=4"]}
    return {"metadata": {"labels": {"component": component}}, "spec": {"containers": [container]}}


def test_a_kubelet_tells_its_settings() -> None:
    configz = {
        "kubeletconfig": {
            "maxPods": 250,
            "kubeAPIQPS": 50,
            "configMapAndSecretChangeDetectionStrategy": "Watch",
            "serializeImagePulls": False,
            "syncFrequency": "1m0s",
            "logging": {"verbosity": 3},
            "eventBurst": "many",
        }
    }
    assert dict(kubelet_settings(configz)) == {
        "config.kubelet.maxPods": 250,
        "config.kubelet.kubeAPIQPS": 50,
        "config.kubelet.configMapAndSecretChangeDetectionStrategy": 2,
        "config.kubelet.serializeImagePulls": 0,
        "config.kubelet.syncFrequencySeconds": 60,
        "config.kubelet.verbosity": 3,
    }
    assert list(kubelet_settings({})) == []


def test_a_node_tells_its_places_and_its_addresses() -> None:
    node = {"status": {"allocatable": {"pods": "250"}}, "spec": {"podCIDR": "10.128.2.0/23"}}
    assert dict(node_settings(node)) == {"node.maxPods": 250, "node.podAddresses": 509}
    assert list(node_settings({"spec": {"podCIDR": "nonsense"}})) == []


def test_command_lines_tell_the_control_plane_s_settings_and_servers_add_up() -> None:
    servers = [static_pod("kube-apiserver", "--max-requests-inflight=800") for _ in range(2)]
    found = control_plane_settings([*servers, static_pod("kube-controller-manager", "--kube-api-qps=150")])
    assert found["config.apiserver.maxReadsInFlight"] == 1600
    assert found["config.apiserver.maxMutatingInFlight"] == 400
    assert (found["config.controllers.qps"], found["config.controllers.burst"]) == (150, 30)
    assert found["config.controllers.verbosity"] == 4
    assert "config.scheduler.qps" not in found


def test_settings_that_all_nodes_share_are_told_once() -> None:
    settings = {"a": [("x", 1.0), ("y", 1.0)], "b": [("x", 1.0), ("y", 2.0)]}
    assert list(alike(settings)) == [("x", "", 1.0), ("y", "a", 1.0), ("y", "b", 2.0)]


def test_real_clusters_are_asked_for_the_settings_that_simulated_ones_show() -> None:
    simulated = {f"config.{component}.{setting_name(field)}" for component, fields in SHOWN.items() for field in fields}
    flags = {series for rows in FLAGS.values() for _, series, _ in rows}
    names = ("maxPods", "kubeAPIQPS", "kubeAPIBurst", "eventRecordQPS", "eventBurst")
    kubelet = dict.fromkeys(names, 1) | {
        "configMapAndSecretChangeDetectionStrategy": "Get",
        "serializeImagePulls": True,
        "syncFrequency": "1s",
        "logging": {"verbosity": 2},
    }
    metrics = {rule.series for rule in RULES if rule.series.startswith("config.")}
    assert simulated == metrics | flags | {series for series, _ in kubelet_settings({"kubeletconfig": kubelet})}
    assert simulated <= SERIES.keys()
