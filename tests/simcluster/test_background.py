from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from plimsoll.simcluster.background import TOKEN_REFRESH_SECONDS, Background
from tests.simcluster.controlplane import ControlPlane


@dataclass
class Objects:
    watches: int = 0


@dataclass
class Node:
    """As much of a kubelet as steady requests depend on."""

    up: bool = True
    pods: int = 0
    objects: Objects = field(default_factory=Objects)

    def count_pods(self) -> int:
        return self.pods


def background(plane: ControlPlane, nodes: Sequence[Node]) -> Background:
    return Background(plane.environment, plane.profile.kubelet, cast("Any", tuple(nodes)))


def test_every_node_renews_its_lease_each_ten_seconds_and_reports_its_status_each_five_minutes() -> None:
    plane = ControlPlane()
    steady = background(plane, [Node() for _ in range(30)])
    for _ in range(60):
        steady.advance(10.0)

    assert plane.requests("kubelet-heartbeat", "PUT", "leases") == 30 * 60
    assert plane.requests("kubelet-heartbeat", "PATCH", "nodes/status") == 30 * 2


def test_a_node_that_is_down_is_silent() -> None:
    plane = ControlPlane()
    background(plane, [Node(up=False), Node()]).advance(100.0)

    assert plane.requests("kubelet-heartbeat", "PUT", "leases") == 10


def test_before_there_were_leases_every_node_reads_and_writes_its_status_each_ten_seconds() -> None:
    plane = ControlPlane(profile="kubernetes-1.5.2")
    background(plane, [Node() for _ in range(30)]).advance(60.0)

    assert plane.requests("kubelet-heartbeat", "PUT", "leases") == 0
    assert plane.requests("kubelet-heartbeat", "GET", "nodes") == 30 * 6
    assert plane.requests("kubelet-heartbeat", "PATCH", "nodes/status") == 30 * 6


def test_fractions_of_a_request_carry_over_to_the_next_interval() -> None:
    plane = ControlPlane()
    steady = background(plane, [Node()])
    for _ in range(1000):
        steady.advance(0.7)

    assert plane.requests("kubelet-heartbeat", "PUT", "leases") == pytest.approx(70, abs=1)


def test_watches_are_renewed_and_tokens_refreshed_in_proportion_to_what_there_is() -> None:
    plane = ControlPlane(settings={"kubelet.watchTimeoutSeconds": 2700})
    steady = background(plane, [Node(pods=100, objects=Objects(watches=90)) for _ in range(10)])
    steady.advance(27_000.0)

    assert plane.requests("kubelet", "WATCH", "secrets") == pytest.approx(9000, abs=1)
    expected = 1000 / TOKEN_REFRESH_SECONDS * 27_000
    assert plane.requests("kubelet", "POST", "serviceaccounts/token") == pytest.approx(expected, abs=1)


def test_token_secrets_need_no_refreshing() -> None:
    plane = ControlPlane(profile="openshift-4.2")
    background(plane, [Node(pods=1000)]).advance(27_000.0)

    assert plane.requests(verb="POST") == 0


def test_steady_requests_take_their_share_of_the_api_server() -> None:
    plane = ControlPlane(settings={"apiserver.cores": 2, "apiserver.writeCpuSeconds": 0.01})
    steady = background(plane, [Node() for _ in range(1000)])
    steady.advance(10.0)
    share = plane.server.take_utilization(10.0)

    # a thousand leases of 10 ms in ten seconds are half of two cores, besides the other requests
    assert 0.5 < share < 0.7
    kind = plane.user().kind("PUT", "leases")
    finish = plane.server.admit(10.0, kind.cost)
    assert finish == pytest.approx(10.0 + 0.01 / (1 - share) + kind.cost.latency_seconds)


def test_no_time_is_no_work() -> None:
    plane = ControlPlane()
    background(plane, [Node()]).advance(0.0)

    assert plane.requests() == 0
