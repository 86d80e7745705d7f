"""All connections cut at once: who comes back when, and what for."""

from __future__ import annotations

import pytest

from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.faults import ComponentRestart, Fault
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from tests.simcluster.controlplane import Recorder

NODES = 200


def run(*faults: Fault, **settings: object) -> tuple[SimulatedCluster, Recorder]:
    telemetry = Recorder()
    shapes = [NodeShape(f"node-{index}", 8_000, 1 << 35, 1e10) for index in range(NODES)]
    calm = {"proxy.idleTimeoutSeconds": 600}
    cluster = assemble(load_profile("kargo", {**calm, **settings}), shapes, 1, telemetry, faults)
    cluster.kernel.run(300.0)
    return cluster, telemetry


def counted(telemetry: Recorder, verb: str, client: str, since: float = 0.0) -> int:
    return sum(
        row.count
        for row in telemetry.rows
        if (row.verb, row.client, row.measure) == (verb, client, "latency") and row.window_start_seconds >= since
    )


def most(telemetry: Recorder, series: str) -> float:
    return max(value for _, name, _, value in telemetry.samples if name == series)


def test_every_client_lists_and_watches_anew_after_the_api_servers_restart() -> None:
    _, telemetry = run(ComponentRestart(100.0, "apiserver", 10.0))

    assert counted(telemetry, "LIST", "kubelet") == 3 * NODES
    assert counted(telemetry, "LIST", "kube-proxy") == 2 * NODES
    assert most(telemetry, "apiserver.connectionsPerSecond") > 2 * NODES / 20


def test_clients_that_backed_off_for_longer_come_back_over_a_longer_time() -> None:
    short, long = (run(ComponentRestart(100.0, "apiserver", down))[1] for down in (2.0, 60.0))

    assert most(short, "apiserver.connectionsPerSecond") > most(long, "apiserver.connectionsPerSecond")


def test_a_proxy_s_restart_begins_the_watches_of_its_node_without_a_list() -> None:
    _, quiet = run()
    _, telemetry = run(ComponentRestart(100.0, "proxy", 1.0, "node-7"))

    assert counted(telemetry, "LIST", "kubelet") == 0
    assert counted(telemetry, "WATCH", "kubelet") == counted(quiet, "WATCH", "kubelet") + 3
    assert counted(telemetry, "WATCH", "kube-proxy") == counted(quiet, "WATCH", "kube-proxy") + 2


def test_the_restart_of_all_proxies_loads_the_api_servers_for_a_moment() -> None:
    _, telemetry = run(ComponentRestart(100.0, "proxy", 1.0))
    busy = {seconds: value for seconds, name, _, value in telemetry.samples if name == "apiserver.utilization"}

    assert most(telemetry, "apiserver.connectionsPerSecond") == pytest.approx(2 * NODES / 10, rel=0.01)
    assert max(busy.values()) > 2 * busy[max(busy)]


def test_a_version_that_keeps_its_watches_over_a_restart_lists_nothing() -> None:
    _, telemetry = run(ComponentRestart(100.0, "apiserver", 10.0), **{"proxy.relistAfterRestart": False})

    assert counted(telemetry, "LIST", "kubelet") == 0
