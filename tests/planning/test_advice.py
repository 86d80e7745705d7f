from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given

from plimsoll.planning.advice import Level
from plimsoll.planning.alternatives import possible
from plimsoll.planning.flavors import KUBEADM, KUBESPRAY, Strategy
from plimsoll.planning.plan import make_plan
from plimsoll.planning.versions import KubernetesVersion
from plimsoll.planning.wish import Wish
from tests.planning.wishes import OPENSHIFT_4_2, wish, wishes


def warnings(wanted: Wish) -> list[str]:
    return [advice.text for advice in make_plan(wanted).advice if advice.level is Level.WARNING]


def notes(wanted: Wish) -> str:
    return "\n".join(advice.text for advice in make_plan(wanted).advice if advice.level is Level.NOTE)


def test_the_articles_cluster_is_within_what_was_tested() -> None:
    assert warnings(wish()) == []


@pytest.mark.parametrize(
    ("wanted", "warning"),
    [
        (wish(version=OPENSHIFT_4_2), "500 pods per node: the tested maximum is 250"),
        (wish(pods_per_node=501), "501 pods per node: the tested maximum is 500"),
        (wish(nodes=2001, pods_per_node=20), "2,001 nodes: the tested maximum is 2,000"),
        (wish(nodes=301), "150,500 pods in the cluster: the tested maximum is 150,000"),
        (wish(namespaces=12_500), "12,500 namespaces: the tested maximum is 10,000"),
        (wish(namespaces=1), "50,000 pods per namespace: the tested maximum is 25,000"),
        (wish(flavor=KUBEADM, pods_per_node=111), "111 pods per node: the tested maximum is 100"),
    ],
)
def test_more_than_was_tested_is_a_warning(wanted: Wish, warning: str) -> None:
    assert warning in warnings(wanted)


def test_2500_pods_per_node_were_tested_later() -> None:
    assert warnings(wish(version=KubernetesVersion(26), nodes=26, pods_per_node=2500)) == []


def test_a_cluster_network_over_the_machines_own_is_a_warning() -> None:
    assert "10.0.0.0/16" in warnings(wish(cluster_network=IPv4Network("10.0.0.0/12")))[0]


def test_fewer_service_addresses_than_namespaces_are_a_warning() -> None:
    wanted = wish(namespaces=5000, service_network=IPv4Network("172.30.0.0/24"))
    assert "254 addresses" in warnings(wanted)[0]


def test_more_pods_than_a_bridge_has_ports_are_a_warning() -> None:
    assert any("bridge" in text for text in warnings(wish(flavor=KUBEADM, pods_per_node=1100)))
    assert not any("bridge" in text for text in warnings(wish(pods_per_node=1100)))


def test_polling_that_no_api_server_answers_is_a_warning() -> None:
    assert any("429" in text for text in warnings(wish(nodes=1500, pods_per_node=500, strategy=Strategy.CACHE)))


def test_watching_before_it_was_safe_is_a_warning_and_polling_afterwards_a_note() -> None:
    assert any("leak" in text for text in warnings(wish(version=OPENSHIFT_4_2, strategy=Strategy.WATCH)))
    assert "Cache polls" in notes(wish(strategy=Strategy.CACHE))
    assert "from OpenShift 4.3 on" in notes(wish(version=OPENSHIFT_4_2))


def test_what_applying_a_plan_entails_is_said() -> None:
    assert "reboots" in notes(wish())
    assert "reboots" not in notes(wish(pods_per_node=50))
    assert "3000/1000 come with OpenShift 4.3" in notes(wish(version=OPENSHIFT_4_2))
    assert "Calico" in notes(wish(flavor=KUBESPRAY))
    assert "130 GB" in notes(wish())
    assert "1.36 are assumed" in notes(wish(version=KubernetesVersion(40)))


@given(wishes())
def test_warnings_come_first(wanted: Wish) -> None:
    if possible(wanted):
        levels = [advice.level for advice in make_plan(wanted).advice]
        assert levels == sorted(levels, reverse=True)
