from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from plimsoll.planning.flavors import KUBEADM, KUBESPRAY, OPENSHIFT
from plimsoll.planning.network import Network, choose_network
from plimsoll.planning.versions import KubernetesVersion
from plimsoll.planning.wish import Shortfall, Wish
from tests.planning.wishes import wish, wishes


def chosen(wanted: Wish) -> Network:
    network = choose_network(wanted)
    assert isinstance(network, Network), network
    return network


def refused(wanted: Wish) -> Shortfall:
    shortfall = choose_network(wanted)
    assert isinstance(shortfall, Shortfall), shortfall
    return shortfall


def test_the_articles_cluster_needs_host_prefix_22() -> None:
    network = chosen(wish())
    assert (network.max_pods, network.host_prefix, network.host_addresses) == (520, 22, 1022)
    assert network.cluster_network == IPv4Network("10.128.0.0/14")
    assert network.node_subnets == 256


def test_addresses_that_the_ipam_keeps_are_not_counted_for_pods() -> None:
    assert chosen(wish()).pod_addresses == 1021
    assert chosen(wish(version=KubernetesVersion(36))).pod_addresses == 1020


def test_a_need_that_only_just_fits_is_not_rounded_up_beyond_it() -> None:
    assert chosen(wish(pods_per_node=499, host_prefix=23)).max_pods == 509


def test_a_default_max_pods_that_the_subnet_cannot_hold_is_lowered_to_the_need() -> None:
    assert chosen(wish(pods_per_node=20, host_prefix=26)).max_pods == 30


def test_a_larger_network_is_proposed_when_the_default_has_too_few_subnets() -> None:
    network = chosen(wish(nodes=300))
    assert network.cluster_network == IPv4Network("10.128.0.0/13")
    assert network.node_subnets == 512


def test_a_proposed_network_avoids_services_and_machines() -> None:
    assert chosen(wish(flavor=KUBESPRAY)).cluster_network == IPv4Network("10.234.0.0/15")
    assert chosen(wish(nodes=5000, pods_per_node=1000)).cluster_network == IPv4Network("10.128.0.0/9")


def test_services_move_when_the_cluster_network_covers_their_default() -> None:
    network = chosen(wish(flavor=KUBEADM, cluster_network=IPv4Network("10.96.0.0/12")))
    assert network.service_network == IPv4Network("10.112.0.0/12")


def test_node_subnets_shrink_before_a_prescribed_network_is_called_too_small() -> None:
    wanted = wish(flavor=KUBEADM, nodes=400, pods_per_node=30, cluster_network=IPv4Network("10.0.0.0/16"))
    assert chosen(wanted).host_prefix == 25


def test_too_small_a_host_prefix_is_refused_with_both_numbers() -> None:
    shortfall = refused(wish(host_prefix=23))
    assert shortfall.constraint == "addresses-per-node"
    assert "510 addresses" in shortfall.problem
    assert "need 510" in shortfall.problem


def test_too_few_subnets_are_refused_with_the_power_of_two() -> None:
    shortfall = refused(wish(cluster_network=IPv4Network("10.0.0.0/16")))
    assert shortfall.constraint == "nodes-per-cluster-network"
    assert "2^(22-16) = 64" in shortfall.problem


def test_a_network_smaller_than_one_node_subnet_holds_none() -> None:
    assert "no node subnets" in refused(wish(cluster_network=IPv4Network("10.0.0.0/24"))).problem


def test_more_than_private_address_space_is_refused() -> None:
    assert refused(wish(nodes=5000, pods_per_node=4000)).constraint == "private-address-space"
    assert "IPv4" in refused(wish(pods_per_node=10**11)).problem


def test_kubeadm_divides_a_network_by_at_most_sixteen_bits() -> None:
    assert refused(wish(flavor=KUBEADM, nodes=70_000, pods_per_node=1)).constraint == "mask-difference"
    divided = wish(
        flavor=KUBEADM,
        nodes=2,
        pods_per_node=2,
        control_pods=0,
        host_prefix=29,
        cluster_network=IPv4Network("10.0.0.0/9"),
    )
    assert refused(divided).constraint == "mask-difference"
    assert chosen(replace(divided, flavor=OPENSHIFT)).host_prefix == 29


def test_overlapping_prescriptions_are_refused() -> None:
    wanted = wish(cluster_network=IPv4Network("10.0.0.0/8"), service_network=IPv4Network("10.5.0.0/16"))
    assert refused(wanted).constraint == "network-overlap"


@given(wishes())
def test_a_chosen_network_keeps_every_promise(wanted: Wish) -> None:
    network = choose_network(wanted)
    assume(isinstance(network, Network))
    assert isinstance(network, Network)
    assert wanted.needed_max_pods <= network.max_pods <= network.pod_addresses
    assert network.node_subnets >= wanted.nodes
    assert not network.cluster_network.overlaps(network.service_network)
    assert wanted.host_prefix in (None, network.host_prefix)
    assert wanted.cluster_network in (None, network.cluster_network)
    assert wanted.service_network in (None, network.service_network)
    if wanted.flavor is not OPENSHIFT:
        assert network.host_prefix - network.cluster_network.prefixlen <= 16
    if wanted.cluster_network is None:
        assert network.cluster_network.is_private


@given(wishes(), st.integers(1, 10_000))
def test_more_pods_never_give_a_smaller_subnet(wanted: Wish, more: int) -> None:
    fewer, denser = choose_network(wanted), choose_network(replace(wanted, pods_per_node=wanted.pods_per_node + more))
    if isinstance(denser, Network):
        assert isinstance(fewer, Network)
        assert denser.host_prefix <= fewer.host_prefix


@given(wishes(), st.integers(1, 10_000))
def test_what_can_be_had_with_more_nodes_can_be_had_with_fewer(wanted: Wish, more: int) -> None:
    if isinstance(choose_network(replace(wanted, nodes=wanted.nodes + more)), Network):
        assert isinstance(choose_network(wanted), Network)


@pytest.mark.parametrize("flavor", [OPENSHIFT, KUBEADM, KUBESPRAY])
def test_a_small_cluster_keeps_the_installers_networks(flavor: object) -> None:
    network = chosen(wish(flavor=flavor, nodes=10, pods_per_node=50))
    expected = wish(flavor=flavor).flavor
    assert network.cluster_network == expected.cluster_network
    assert network.host_prefix == expected.host_prefix
    assert network.service_network == expected.service_network
