"""The steady state of the nodes' connections, held against the numbers of the Kargo issue and of the article."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.simcluster.proxy.clients import connections, node_clients
from tests.simcluster.controlplane import Recorder

NODES = 870
COST_FREE = {
    "proxy.handshakeCpuSeconds": 0,
    "proxy.authenticationCpuSeconds": 0,
    "proxy.handshakeRoundTrips": 0,
    "apiserver.networkSeconds": 0,
    "apiserver.watchCpuSeconds": 0,
}
MODERN = {"proxy.enabled": True, "masters.count": 1, "network.clusterNetwork": "10.224.0.0/12"}


def cluster(settings: dict[str, Any], nodes: int = NODES, profile: str = "kargo") -> tuple[SimulatedCluster, Recorder]:
    telemetry = Recorder()
    shapes = [NodeShape(f"node-{index}", 8_000, 1 << 35, 1e10) for index in range(nodes)]
    made = assemble(load_profile(profile, settings), shapes, 1, telemetry)
    made.kernel.run(60.0)
    return made, telemetry


def latest(telemetry: Recorder, series: str, instance: str = "") -> float:
    return next((value for _, name, of, value in reversed(telemetry.samples) if (name, of) == (series, instance)), 0.0)


def test_five_idle_connections_of_each_node_are_1450_set_up_each_second() -> None:
    _, telemetry = cluster({"proxy.endpointEventSeconds": 0, **COST_FREE})

    assert latest(telemetry, "apiserver.connectionsPerSecond") == pytest.approx(1450, rel=1e-3)


def test_multiplexed_and_with_heartbeats_261_kubelets_connect_each_second() -> None:
    settings = {"proxy.multiplexed": True, "proxy.endpointEventSeconds": 1, **COST_FREE}
    _, telemetry = cluster(settings)

    assert latest(telemetry, "apiserver.connectionsPerSecond") == pytest.approx(261, rel=1e-3)
    assert latest(telemetry, "apiserver.watchStartsPerSecond") == pytest.approx(3 * 261 + 9.7, rel=0.01)


def test_with_ten_minutes_watches_begin_anew_on_connections_that_stay() -> None:
    _, telemetry = cluster({"proxy.idleTimeoutSeconds": 600})

    assert latest(telemetry, "apiserver.connectionsPerSecond") == 0.0
    assert latest(telemetry, "apiserver.watchStartsPerSecond") == pytest.approx(9.7, rel=0.01)
    assert latest(telemetry, "apiserver.watches") == 5 * NODES


def test_clients_that_ping_survive_every_timeout_longer_than_their_pings() -> None:
    modern = {**MODERN, "kubelet.leaseSeconds": 0}
    _, kept = cluster({**modern, "proxy.idleTimeoutSeconds": 35}, profile="kubernetes-1.36")
    _, cut = cluster({**modern, "proxy.idleTimeoutSeconds": 20}, profile="kubernetes-1.36")

    assert latest(kept, "apiserver.connectionsPerSecond") == 0.0
    assert latest(cut, "apiserver.connectionsPerSecond") == pytest.approx(2 * NODES / 30, rel=0.01)


def test_heartbeats_hold_a_kubelet_s_connection_where_they_share_it() -> None:
    _, telemetry = cluster({**MODERN, "proxy.idleTimeoutSeconds": 20}, profile="kubernetes-1.36")

    assert latest(telemetry, "apiserver.connectionsPerSecond") == pytest.approx(NODES / 30, rel=0.01)


def test_a_kubelet_with_many_watches_has_several_connections_and_talks_on_one() -> None:
    profile = load_profile("kubernetes-1.36", {"proxy.idleTimeoutSeconds": 20})
    kubelet = node_clients(profile.proxy, profile.kubelet)[0]

    talked_on, others = connections(kubelet, 250, profile.proxy)
    assert (talked_on.count, talked_on.cuts_per_second) == (1, 0.0)
    assert others.count == 2
    assert others.cuts_per_second > 0.0


def test_kargo_s_timeout_keeps_the_api_servers_of_the_article_busy() -> None:
    _, telemetry = cluster({})

    assert 28 < latest(telemetry, "masters.cpuCores", "apiserver") < 40


def test_too_few_cores_are_used_up_and_answers_take_long() -> None:
    made, telemetry = cluster({"masters.coresPerMaster": 4, "masters.threadsPerCore": 1})
    server = made.server

    assert latest(telemetry, "apiserver.utilization") > 0.99
    finish = server.admit(made.kernel.now, server.cost("GET", "pods"))
    assert isinstance(finish, float)
    assert finish - made.kernel.now > 0.5
    # a closed loop gets what heartbeats and events leave: a connection that waits to be set up is not cut meanwhile
    assert latest(telemetry, "apiserver.connectionsPerSecond") == pytest.approx((8 - 2) / 0.025, rel=0.05)


def test_watches_that_are_cut_within_a_second_list_anew() -> None:
    _, telemetry = cluster({"proxy.idleTimeoutSeconds": 0.5}, nodes=10)

    assert any(row.verb == "LIST" and row.client == "kubelet" for row in telemetry.rows)


def test_elections_through_endpoints_reach_every_kube_proxy() -> None:
    _, telemetry = cluster({"proxy.endpointEventSeconds": 1})

    assert latest(telemetry, "apiserver.watchEventsPerSecond") == NODES


def test_without_proxies_and_masters_nothing_of_them_is_sampled() -> None:
    _, telemetry = cluster({}, nodes=3, profile="kubernetes-1.36")

    assert not {
        name
        for _, name, _, _ in telemetry.samples
        if name.startswith(("masters.", "apiserver.watchStarts", "apiserver.connections"))
    }
