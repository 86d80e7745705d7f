"""What is known to go wrong before a run starts."""

from __future__ import annotations

import pytest

from plimsoll.errors import InputError
from plimsoll.experiment.preflight import checked_profile
from plimsoll.scenario import gallery
from plimsoll.scenario.loading import load_scenario
from tests.experiment.small_scenarios import loaded

TEMPLATE = """\
name: small
cluster:
  profile: openshift-4.3
  nodes: {nodes}
  settings: {{{settings}}}
  {more}
load:
  jobs:
  - name: job
    namespaces: {namespaces}
    objects:
    - {{kind: Deployment, name: web, replicas: {replicas}, pod: {{{pod}}}}}
"""


def scenario(
    *, nodes: int = 2, settings: str = "", more: str = "", namespaces: int = 1, replicas: int = 1, pod: str = ""
) -> str:
    return TEMPLATE.format(nodes=nodes, settings=settings, more=more, namespaces=namespaces, replicas=replicas, pod=pod)


def complaint(text: str) -> str:
    with pytest.raises(InputError) as caught:
        checked_profile(loaded(text))
    return str(caught.value)


@pytest.mark.parametrize("name", gallery.names())
def test_every_scenario_of_the_gallery_can_be_run(name: str) -> None:
    checked_profile(load_scenario(name))


def test_a_profile_that_does_not_exist_is_named_with_its_line() -> None:
    text = scenario().replace("openshift-4.3", "openshift-4.33")
    assert complaint(text).startswith("small.yaml:3: cluster.profile: openshift-4.33: there is no such profile")


def test_a_setting_that_does_not_exist_is_named_with_its_line() -> None:
    found = complaint(scenario(settings="kubelet.maxPodz: 5"))
    assert found.startswith('small.yaml:5: cluster.settings["kubelet.maxPodz"]: there is no such setting')
    assert "kubelet.maxPods" in found


def test_a_setting_of_the_wrong_type_is_named_with_its_line() -> None:
    assert complaint(scenario(settings="kubelet.maxPods: many")).startswith("small.yaml:5: cluster.settings")


def test_more_pods_than_the_kubelets_take_are_refused_with_what_would_do() -> None:
    found = complaint(scenario(namespaces=10, replicas=50, settings="kubelet.maxPods: 250, kubelet.controlPods: 10"))
    assert found.startswith("small.yaml:4: cluster.nodes: 500 pods do not fit")
    assert (
        "each node has 240 places for pods besides the platform's own 10 (kubelet.maxPods), all 2 together 480" in found
    )
    assert "Set nodes: 3, or kubelet.maxPods: 260, or write `cluster.allowOverload: true`" in found
    settings = "kubelet.maxPods: 260, kubelet.controlPods: 10, network.hostPrefix: 22"
    checked_profile(loaded(scenario(namespaces=10, replicas=50, settings=settings)))


def test_more_pods_than_addresses_are_refused_with_the_prefix_that_would_do() -> None:
    settings = "kubelet.maxPods: 600, kubelet.controlPods: 0, network.hostPrefix: {}, network.reservedAddresses: 3"
    found = complaint(scenario(nodes=1, replicas=520, settings=settings.format(23)))
    assert "each node has 509 addresses for pods (network.hostPrefix)" in found
    assert "network.hostPrefix: 22" in found
    checked_profile(loaded(scenario(nodes=1, replicas=520, settings=settings.format(22))))


def test_pods_that_must_share_one_node_are_counted_there() -> None:
    pod = "nodeSelector: {kubernetes.io/hostname: worker-1}"
    settings = "kubelet.maxPods: 30, kubelet.controlPods: 0"
    found = complaint(scenario(nodes=5, replicas=40, pod=pod, settings=settings))
    assert "40 pods must run on worker-1, and a node has 30 places for pods" in found


def test_an_overload_on_purpose_is_allowed() -> None:
    checked_profile(loaded(scenario(namespaces=10, replicas=500, more="allowOverload: true")))


def test_more_nodes_than_the_network_has_subnets_are_refused_in_any_case() -> None:
    settings = "network.clusterNetwork: 10.0.0.0/22, network.hostPrefix: 24"
    found = complaint(scenario(nodes=9, settings=settings, more="allowOverload: true"))
    assert "has /24 subnets for 4 nodes, not 9" in found
    assert "widen network.clusterNetwork to /20" in found


@pytest.mark.parametrize("network", ["10.0.0.0/33", "pods", "fd00::/48", "10.0.0.0/26"])
def test_a_cluster_network_that_cannot_be_divided_is_refused(network: str) -> None:
    assert complaint(scenario(settings=f"network.clusterNetwork: '{network}'")).startswith("small.yaml:5:")


def test_requests_beyond_all_nodes_are_refused() -> None:
    found = complaint(scenario(replicas=20, pod="containers: 2, requests: {cpu: 500m, memory: 1Gi}"))
    assert "the pods request 20,000m of cpu, and all nodes have 16,000m" in found
    assert "Set nodes: 3" in found


def test_a_pod_that_fits_no_node_is_refused() -> None:
    found = complaint(scenario(pod="requests: {memory: 64Gi}"))
    assert "cluster.node" in found
    assert "a pod requests 68,719,476,736 bytes of memory, and a node has 34,359,738,368 bytes" in found


def test_a_proxy_that_is_not_there_cannot_restart() -> None:
    fault = "faults: [{kind: componentRestart, at: 1m, component: proxy}]"
    assert "cluster.faults[0].component: the nodes of this profile" in complaint(scenario(more=fault))
    checked_profile(loaded(scenario(more=fault, settings="proxy.enabled: true")))


def test_faults_and_pods_on_nodes_that_do_not_exist_are_refused_together() -> None:
    more = "faults: [{kind: nodeLost, at: 1m, node: worker-2}]"
    found = complaint(scenario(more=more, pod="nodeName: master-0"))
    assert "cluster.faults[0].node: there is no node 'worker-2'. The nodes are worker-0 to worker-1" in found
    assert "there is no node 'master-0'" in found
