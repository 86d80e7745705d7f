"""Wishes for the tests of planning: one to start from, and generated ones."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from hypothesis import strategies as st

from plimsoll.planning.flavors import FLAVORS, OPENSHIFT, Strategy
from plimsoll.planning.versions import KubernetesVersion
from plimsoll.planning.wish import Wish

OPENSHIFT_4_2 = KubernetesVersion(14)
OPENSHIFT_4_3 = KubernetesVersion(16)


def wish(**changes: Any) -> Wish:
    """The article's wish, 100 nodes of 500 pods on OpenShift 4.3, with changes."""
    stated: dict[str, Any] = {
        "flavor": OPENSHIFT,
        "version": OPENSHIFT_4_3,
        "nodes": 100,
        "pods_per_node": 500,
    }
    return Wish(**(stated | changes))


def networks(shortest: int, longest: int) -> st.SearchStrategy[IPv4Network]:
    """Networks inside 10.0.0.0/8."""
    return st.builds(
        lambda prefix, bits: IPv4Network(((10 << 24) | (bits & 0xFFFFFF), prefix), strict=False),
        st.integers(shortest, longest),
        st.integers(0, 0xFFFFFF),
    )


def wishes() -> st.SearchStrategy[Wish]:
    """Any wish, possible or not; small numbers are as likely as absurd ones."""
    counts = st.one_of(st.integers(1, 50), st.integers(1, 2000), st.integers(1, 10**6))
    return st.builds(
        Wish,
        flavor=st.sampled_from(list(FLAVORS.values())),
        version=st.builds(KubernetesVersion, st.integers(13, 40)),
        nodes=counts,
        pods_per_node=counts,
        control_pods=st.integers(0, 40),
        namespaces=st.none() | counts,
        objects_per_namespace=st.none() | st.integers(0, 30),
        cluster_network=st.none() | networks(8, 26),
        host_prefix=st.none() | st.integers(8, 30),
        service_network=st.none() | networks(12, 24),
        strategy=st.none() | st.sampled_from(list(Strategy)),
    )
