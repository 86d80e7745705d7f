from __future__ import annotations

import pytest

from plimsoll.planning.clusterdns import BY_HAND
from plimsoll.planning.settings_manifests import manifests
from plimsoll.planning.versions import KubernetesVersion

FASTER = {"kubelet.kubeAPIQPS": 50, "kubelet.kubeAPIBurst": 100.0}


def test_openshift_takes_kubelet_settings_as_a_kubelet_config() -> None:
    (file,) = manifests(FASTER, "openshift")

    (document,) = file.documents
    assert document["kind"] == "KubeletConfig"
    assert document["spec"]["kubeletConfig"] == {"kubeAPIQPS": 50, "kubeAPIBurst": 100}


def test_kubeadm_takes_them_as_a_kubelet_configuration() -> None:
    (file,) = manifests(FASTER, "kubeadm")

    assert file.documents == (
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "kubeAPIQPS": 50,
            "kubeAPIBurst": 100,
        },
    )


def test_kubespray_takes_them_as_variables() -> None:
    (file,) = manifests({**FASTER, "kubelet.maxPods": 500}, "kubespray")

    assert file.documents == (
        {"kubelet_max_pods": 500, "kubelet_config_extra_args": {"kubeAPIQPS": 50, "kubeAPIBurst": 100}},
    )


def test_flags_of_the_control_plane_are_extra_arguments_in_the_form_of_the_version() -> None:
    settings = {"apiserver.maxReadsInFlight": 2000, "controllers.qps": 100}

    (old,) = manifests(settings, "kubeadm", KubernetesVersion(16))
    (new,) = manifests(settings, "kubeadm")

    assert old.documents[0]["apiServer"] == {"extraArgs": {"max-requests-inflight": "2000"}}
    assert new.documents[0]["controllerManager"] == {"extraArgs": [{"name": "kube-api-qps", "value": "100"}]}


def test_the_scheduler_takes_a_configuration_of_its_own() -> None:
    (file,) = manifests({"scheduler.qps": 100, "scheduler.percentageOfNodesToScore": 50}, "kubeadm")

    (document,) = file.documents
    assert document["clientConnection"]["qps"] == 100
    assert document["percentageOfNodesToScore"] == 50


def test_what_openshift_lets_nobody_set_comes_in_words() -> None:
    (words,) = manifests({"scheduler.qps": 100}, "openshift")

    assert words.file == BY_HAND
    assert words.documents == ()
    assert words.purpose.startswith("scheduler.qps = 100: ")


def test_dns_is_a_corefile_and_a_patch_of_the_deployment() -> None:
    corefile, deployment = manifests(
        {"dns.forwardMax": 1000, "dns.memoryLimitBytes": 300 * 1024 * 1024, "dns.replicas": 4}, "kubeadm"
    )

    assert "max_concurrent 1000" in corefile.documents[0]["data"]["Corefile"]
    spec = deployment.documents[0]["spec"]
    assert spec["replicas"] == 4
    assert spec["template"]["spec"]["containers"][0]["resources"] == {"limits": {"memory": "300Mi"}}


@pytest.mark.parametrize("flavor", ["openshift", "kubeadm", "kubespray"])
def test_no_setting_is_left_out_without_a_word(flavor: str) -> None:
    settings = {"database.clientRetries": 1.0, "proxy.idleTimeoutSeconds": 600, "masters.count": 5, "some.thing": 1}

    files = manifests(settings, flavor)

    assert [file.purpose.split(" = ")[0] for file in files] == list(settings)


def test_a_change_of_nothing_needs_no_file() -> None:
    assert manifests({}, "kubeadm") == ()


def test_a_cluster_before_coredns_has_its_kube_dns_changed() -> None:
    settings = {"dns.replicas": 6, "dns.cpuLimitCores": 1.0, "dns.forwardMax": 1000}

    deployment, words = manifests(settings, "kubespray", KubernetesVersion(5))

    assert deployment.file == "kube-dns-deployment.yaml"
    (document,) = deployment.documents
    assert document["spec"]["replicas"] == 6
    assert [each["name"] for each in document["spec"]["template"]["spec"]["containers"]] == ["kubedns", "dnsmasq"]
    assert "--dns-forward-max=1000" in words.purpose
