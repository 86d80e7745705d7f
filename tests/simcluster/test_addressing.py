"""Subnets for nodes, addresses for pods."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.addressing import AddressError, NodeAddresses, PodNetwork

HOST_LOCAL_RESERVES = 3


@pytest.mark.parametrize(("host_prefix", "nodes"), [(23, 512), (22, 256)])
def test_openshifts_cluster_network_has_subnets_for_so_many_nodes(host_prefix: int, nodes: int) -> None:
    network = PodNetwork("10.128.0.0/14", host_prefix)
    subnets = [network.allocate() for _ in range(nodes)]
    assert len(set(subnets)) == nodes == network.nodes
    with pytest.raises(AddressError, match=f"/{host_prefix} subnets for {nodes} nodes only"):
        network.allocate()


def test_a_subnet_that_was_given_back_is_used_when_no_other_is_left() -> None:
    network = PodNetwork("10.0.0.0/23", 24)
    first, second = network.allocate(), network.allocate()
    network.release(first)
    assert network.allocate() == first != second


def test_a_host_prefix_wider_than_the_network_is_refused() -> None:
    with pytest.raises(AddressError, match=r"hostPrefix 13 is wider than the cluster network 10\.128\.0\.0/14"):
        PodNetwork("10.128.0.0/14", 13)


@pytest.mark.parametrize(("prefix", "pods"), [(24, 253), (23, 509), (22, 1021)])
def test_a_node_has_so_many_addresses_once_host_local_took_its_three(prefix: int, pods: int) -> None:
    addresses = NodeAddresses(IPv4Network(f"10.128.0.0/{prefix}"), HOST_LOCAL_RESERVES)
    taken = [addresses.allocate() for _ in range(pods)]
    assert addresses.capacity == addresses.taken == len(set(taken)) == pods
    assert addresses.allocate() is None


def test_five_hundred_and_twenty_pods_need_a_22() -> None:
    assert NodeAddresses(IPv4Network("10.0.0.0/23"), HOST_LOCAL_RESERVES).capacity < 520
    assert NodeAddresses(IPv4Network("10.0.0.0/22"), HOST_LOCAL_RESERVES).capacity >= 520


def test_neither_the_networks_name_nor_the_gateway_nor_broadcast_is_given_out() -> None:
    subnet = IPv4Network("10.0.0.0/29")
    addresses = NodeAddresses(subnet, HOST_LOCAL_RESERVES)
    given_out = [IPv4Address(addresses.allocate() or "") for _ in range(addresses.capacity)]
    assert given_out == [IPv4Address(f"10.0.0.{last}") for last in range(2, 7)]


def test_an_address_comes_back_into_use_only_after_all_others() -> None:
    addresses = NodeAddresses(IPv4Network("10.0.0.0/29"), HOST_LOCAL_RESERVES)
    first = addresses.allocate()
    assert first is not None
    addresses.release(first)
    others = [addresses.allocate() for _ in range(addresses.capacity - 1)]
    assert first not in others
    assert addresses.allocate() == first


def test_an_address_that_was_not_given_out_cannot_be_given_back() -> None:
    addresses = NodeAddresses(IPv4Network("10.0.0.0/29"), HOST_LOCAL_RESERVES)
    with pytest.raises(ValueError, match=r"10\.0\.0\.2 was not given out"):
        addresses.release("10.0.0.2")


def test_a_subnet_smaller_than_what_is_reserved_has_room_for_no_pod() -> None:
    assert NodeAddresses(IPv4Network("10.0.0.0/30"), 13).allocate() is None


@given(st.lists(st.booleans(), max_size=80), st.integers(0, 10))
def test_no_address_is_ever_with_two_pods(steps: list[bool], reserved: int) -> None:
    subnet = IPv4Network("10.0.0.0/28")
    addresses = NodeAddresses(subnet, reserved)
    held: list[str] = []
    for takes in steps:
        if takes:
            address = addresses.allocate()
            assert (address is None) == (len(held) == addresses.capacity)
            if address is not None:
                assert address not in held
                assert IPv4Address(address) in subnet
                held.append(address)
        elif held:
            addresses.release(held.pop(0))
        assert addresses.taken == len(held)
