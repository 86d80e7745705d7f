from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from hypothesis import given

from plimsoll.planning.alternatives import nearest, possible
from plimsoll.planning.wish import Wish
from tests.planning.wishes import wish, wishes


def changes(wanted: Wish) -> list[str]:
    return [alternative.change for alternative in nearest(wanted)]


def test_too_small_a_host_prefix_is_answered_with_a_larger_one_or_fewer_pods() -> None:
    assert changes(wish(host_prefix=23)) == ["--host-prefix 22", "at most 499 pods on each of 100 nodes"]


def test_too_small_a_network_is_answered_with_a_larger_one_or_less_in_it() -> None:
    assert changes(wish(cluster_network=IPv4Network("10.0.0.0/16"))) == [
        "--cluster-network 10.128.0.0/14",
        "at most 64 nodes of 500 pods",
        "at most 499 pods on each of 100 nodes",
    ]


def test_two_prescriptions_are_given_up_only_if_one_is_not_enough() -> None:
    wanted = wish(nodes=1000, host_prefix=23, cluster_network=IPv4Network("10.1.0.0/16"))
    assert changes(wanted) == ["--host-prefix 22, --cluster-network 10.128.0.0/12"]


def test_a_wish_beyond_address_space_is_answered_with_less_of_it() -> None:
    assert changes(wish(nodes=5000, pods_per_node=4000)) == [
        "at most 2,048 nodes of 4,000 pods",
        "at most 1,011 pods on each of 5,000 nodes",
    ]


@given(wishes())
def test_every_alternative_is_possible_and_to_an_impossible_wish_there_is_one(wanted: Wish) -> None:
    if possible(wanted):
        return
    alternatives = nearest(wanted)
    assert all(possible(alternative.wish) for alternative in alternatives)
    assert all(alternative.wish != wanted for alternative in alternatives)


@given(wishes())
def test_an_alternative_with_less_is_the_largest_there_is(wanted: Wish) -> None:
    if possible(wanted):
        return
    for alternative in nearest(wanted):
        if alternative.wish.nodes < wanted.nodes:
            assert not possible(replace(alternative.wish, nodes=alternative.wish.nodes + 1))
        if alternative.wish.pods_per_node < wanted.pods_per_node:
            assert not possible(replace(alternative.wish, pods_per_node=alternative.wish.pods_per_node + 1))
