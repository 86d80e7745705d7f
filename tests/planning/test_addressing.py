from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.planning.addressing import (
    PRIVATE_NETWORKS,
    bits_for,
    host_addresses,
    longest_prefix_for,
    propose_network,
    subnets,
)
from tests.planning.wishes import networks


@pytest.mark.parametrize(("prefix", "addresses"), [(22, 1022), (23, 510), (24, 254), (30, 2), (31, 0), (32, 0)])
def test_a_subnet_has_the_published_number_of_addresses(prefix: int, addresses: int) -> None:
    assert host_addresses(prefix) == addresses


@pytest.mark.parametrize(("addresses", "prefix"), [(510, 23), (511, 22), (520, 22), (1022, 22), (1023, 21), (1, 30)])
def test_the_smallest_sufficient_subnet_is_found(addresses: int, prefix: int) -> None:
    assert longest_prefix_for(addresses) == prefix


@given(st.integers(1, 2**31))
def test_the_smallest_sufficient_subnet_is_sufficient_and_the_next_is_not(addresses: int) -> None:
    prefix = longest_prefix_for(addresses)
    assert host_addresses(prefix) >= addresses > host_addresses(prefix + 1)


def test_openshifts_cluster_network_divides_as_documented() -> None:
    assert subnets(14, 23) == 512
    assert subnets(14, 22) == 256
    assert subnets(24, 23) == 0


@given(st.integers(1, 10**9))
def test_so_many_bits_number_so_many_things_and_one_fewer_does_not(count: int) -> None:
    assert 2 ** bits_for(count) >= count > 2 ** (bits_for(count) - 1) - (count == 1)


@given(st.integers(8, 20), networks(9, 20), st.lists(networks(9, 24), max_size=4))
def test_a_proposed_network_is_private_and_overlaps_nothing_taken(
    prefix: int, near: IPv4Network, taken: list[IPv4Network]
) -> None:
    proposed = propose_network(prefix, near, taken)
    if proposed is not None:
        assert proposed.prefixlen == prefix
        assert any(proposed.subnet_of(private) for private in PRIVATE_NETWORKS)
        assert not any(proposed.overlaps(other) for other in taken)


@given(st.integers(9, 20), st.lists(networks(9, 24), max_size=4))
def test_a_network_is_proposed_whenever_a_private_one_is_free(prefix: int, taken: list[IPv4Network]) -> None:
    free = any(
        not any(block.overlaps(other) for other in taken)
        for private in PRIVATE_NETWORKS
        if private.prefixlen <= prefix
        for block in private.subnets(new_prefix=prefix)
    )
    assert (propose_network(prefix, IPv4Network("10.244.0.0/16"), taken) is not None) == free


def test_the_network_around_the_default_is_preferred() -> None:
    default = IPv4Network("10.128.0.0/14")
    assert propose_network(13, default, ()) == IPv4Network("10.128.0.0/13")


def test_the_next_network_above_is_taken_when_the_one_around_overlaps() -> None:
    pods, services = IPv4Network("10.233.64.0/18"), IPv4Network("10.233.0.0/18")
    assert propose_network(15, pods, (services,)) == IPv4Network("10.234.0.0/15")


def test_the_range_of_the_default_is_searched_before_the_others() -> None:
    services, pods = IPv4Network("172.30.0.0/16"), IPv4Network("172.30.0.0/15")
    assert propose_network(16, services, (pods,)) == IPv4Network("172.29.0.0/16")


def test_no_network_is_proposed_that_no_private_range_holds() -> None:
    assert propose_network(7, IPv4Network("10.128.0.0/14"), ()) is None
    assert propose_network(-3, IPv4Network("10.128.0.0/14"), ()) is None
