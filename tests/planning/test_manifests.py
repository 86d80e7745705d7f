from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given

from plimsoll.planning.alternatives import possible
from plimsoll.planning.flavors import KUBEADM, KUBESPRAY, OPENSHIFT, Strategy
from plimsoll.planning.manifests import manifests, render_all
from plimsoll.planning.plan import make_plan
from plimsoll.planning.versions import KubernetesVersion
from plimsoll.planning.wish import Wish
from tests.planning.wishes import OPENSHIFT_4_2, wish, wishes

GOLDEN = Path(__file__).parent / "golden"


def documents(wanted: Wish) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(render_all(manifests(make_plan(wanted)))))


def test_the_article_applies_max_pods_and_nothing_else() -> None:
    _, kubelet_config = manifests(make_plan(wish()))
    assert kubelet_config.commands[0] == "oc label --overwrite machineconfigpool worker custom-kubelet=large-pods"
    assert yaml.safe_load(kubelet_config.render()) == {
        "apiVersion": "machineconfiguration.openshift.io/v1",
        "kind": "KubeletConfig",
        "metadata": {"name": "set-max-pods"},
        "spec": {
            "machineConfigPoolSelector": {"matchLabels": {"custom-kubelet": "large-pods"}},
            "kubeletConfig": {"maxPods": 520},
        },
    }


def test_the_article_installs_with_host_prefix_22() -> None:
    install_config, _ = manifests(make_plan(wish()))
    assert install_config.documents[0]["networking"]["clusterNetwork"] == [{"cidr": "10.128.0.0/14", "hostPrefix": 22}]


def test_openshift_4_2_must_be_given_what_4_3_has_by_default() -> None:
    _, kubelet_config = documents(wish(version=OPENSHIFT_4_2))
    assert kubelet_config["spec"]["kubeletConfig"] == {"maxPods": 520, "kubeAPIQPS": 50, "kubeAPIBurst": 100}


def test_a_wish_that_the_defaults_fulfil_needs_no_kubelet_config() -> None:
    assert [manifest.file for manifest in manifests(make_plan(wish(pods_per_node=100)))] == ["install-config.yaml"]


def test_kubeadm_lists_arguments_from_its_v1beta4_on() -> None:
    new, _ = documents(wish(flavor=KUBEADM, version=KubernetesVersion(31)))
    old, _ = documents(wish(flavor=KUBEADM, version=KubernetesVersion(30)))
    assert new["apiVersion"] == "kubeadm.k8s.io/v1beta4"
    assert new["controllerManager"]["extraArgs"] == [{"name": "node-cidr-mask-size", "value": "22"}]
    assert old["apiVersion"] == "kubeadm.k8s.io/v1beta3"
    assert old["controllerManager"]["extraArgs"] == {"node-cidr-mask-size": "22"}


def test_an_api_server_setting_is_written_for_a_large_cluster_only() -> None:
    assert "apiServer" not in documents(wish(flavor=KUBEADM))[0]
    arguments = documents(wish(flavor=KUBEADM, nodes=600))[0]["apiServer"]["extraArgs"]
    assert arguments == {"max-requests-inflight": "1500", "max-mutating-requests-inflight": "500"}


def test_kubespray_gets_variables_by_its_own_names() -> None:
    (variables,) = documents(wish(flavor=KUBESPRAY, nodes=600, strategy=Strategy.CACHE, objects_per_namespace=4))
    assert variables == {
        "kube_pods_subnet": "10.240.0.0/12",
        "kube_network_node_prefix": 22,
        "kube_service_addresses": "10.233.0.0/18",
        "kubelet_max_pods": 520,
        "kubelet_config_extra_args": {
            "kubeAPIQPS": 100,
            "kubeAPIBurst": 200,
            "configMapAndSecretChangeDetectionStrategy": "Cache",
        },
        "kube_kubeadm_apiserver_extra_args": {
            "max-requests-inflight": "3000",
            "max-mutating-requests-inflight": "1000",
        },
    }


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("openshift-4.2", wish(version=OPENSHIFT_4_2)),
        ("openshift-4.3", wish()),
        ("openshift-1.36", wish(version=KubernetesVersion(36))),
        ("kubeadm-1.20", wish(flavor=KUBEADM, version=KubernetesVersion(20))),
        ("kubeadm-1.36", wish(flavor=KUBEADM, version=KubernetesVersion(36), nodes=600)),
        ("kubespray-1.36", wish(flavor=KUBESPRAY, version=KubernetesVersion(36), strategy=Strategy.CACHE)),
    ],
)
def test_the_articles_wish_gives_the_golden_files(name: str, wanted: Wish) -> None:
    assert render_all(manifests(make_plan(wanted))) == (GOLDEN / f"{name}.yaml").read_text()


@given(wishes())
def test_every_manifest_reads_back_as_what_was_written(wanted: Wish) -> None:
    if not possible(wanted):
        return
    for manifest in manifests(make_plan(wanted)):
        assert tuple(yaml.safe_load_all(manifest.render())) == manifest.documents
        assert manifest.commands


@given(wishes())
def test_what_is_written_is_what_was_planned(wanted: Wish) -> None:
    if wanted.flavor is not OPENSHIFT or not possible(wanted):
        return
    plan = make_plan(wanted)
    (cluster,) = documents(wanted)[0]["networking"]["clusterNetwork"]
    assert IPv4Network(cluster["cidr"]) == plan.network.cluster_network
    assert cluster["hostPrefix"] == plan.network.host_prefix
