from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import InputError
from plimsoll.planning.flavors import KUBEADM, OPENSHIFT, Strategy
from plimsoll.planning.versions import KubernetesVersion
from plimsoll.planning.wish import Wish, parse_network
from tests.planning.wishes import OPENSHIFT_4_2, OPENSHIFT_4_3, wish


def test_five_hundred_pods_and_ten_control_pods_make_520_as_in_the_article() -> None:
    assert wish().needed_max_pods == 510
    assert wish().comfortable_max_pods == 520


def test_a_default_that_suffices_is_kept() -> None:
    assert wish(pods_per_node=240).comfortable_max_pods == 250
    assert wish(pods_per_node=241).comfortable_max_pods == 260
    assert wish(flavor=KUBEADM, pods_per_node=30).comfortable_max_pods == 110


def test_as_many_namespaces_as_pods_are_assumed() -> None:
    assert wish().namespaces_on_node == 500
    assert wish(namespaces=1).namespaces_on_node == 1
    assert wish(namespaces=5000).namespaces_on_node == 500


@pytest.mark.parametrize(
    ("flavor", "minor", "objects"), [(OPENSHIFT, 14, 2), (OPENSHIFT, 36, 3), (KUBEADM, 14, 1), (KUBEADM, 36, 1)]
)
def test_the_platforms_own_objects_are_counted_unless_a_number_is_given(
    flavor: object, minor: int, objects: int
) -> None:
    assert wish(flavor=flavor, version=KubernetesVersion(minor)).objects == objects
    assert wish(flavor=flavor, version=KubernetesVersion(minor), objects_per_namespace=12).objects == 12


def test_openshift_began_to_watch_with_4_3() -> None:
    assert wish(version=OPENSHIFT_4_2).strategy_in_force is Strategy.CACHE
    assert wish(version=OPENSHIFT_4_3).strategy_in_force is Strategy.WATCH
    assert wish(strategy=Strategy.GET).strategy_in_force is Strategy.GET


def test_a_wish_is_stated_as_the_command_line_that_asks_for_it() -> None:
    stated = wish(host_prefix=22, cluster_network=parse_network("--cluster-network", "10.0.0.0/9")).command
    assert stated == (
        "plimsoll plan --nodes 100 --pods-per-node 500 --flavor openshift --kubernetes-version 1.16"
        " --cluster-network 10.0.0.0/9 --host-prefix 22"
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not a network"),
        ("ten", "not a network"),
        ("10.0.0.0/33", "not a network"),
        ("10.0.0.0", "an address, not a network"),
        ("10.1.2.3/14", r"Did you mean 10\.0\.0\.0/14"),
        ("fd01::/48", "only IPv4"),
    ],
)
def test_what_is_no_ipv4_network_is_refused_by_flag_and_reason(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=f"--service-network: .*{complaint}"):
        parse_network("--service-network", text)


@given(st.text())
def test_any_text_is_a_network_or_refused(text: str) -> None:
    with suppress(InputError):
        parse_network("--cluster-network", text)


def test_a_wish_with_defaults_only_leaves_every_network_to_the_plan() -> None:
    plain = Wish(OPENSHIFT, OPENSHIFT_4_3, nodes=1, pods_per_node=1)
    assert (plain.cluster_network, plain.host_prefix, plain.service_network) == (None, None, None)
