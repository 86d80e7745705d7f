"""Clients that find their server and exchange data, on a cluster of two nodes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plimsoll.kube.labels import (
    EXCHANGE_ANNOTATION,
    EXCHANGE_DONE_ANNOTATION,
    ROLE_ANNOTATION,
    WORKLOAD_ANNOTATION,
)
from plimsoll.kube.resources import PODS, SERVICES, Object
from plimsoll.simcluster.faults import ComponentRestart, Fault, NodeLost
from tests.simcluster.wholecluster import BARE, Cluster

CLIENT_NODE, SERVER_NODE = "node-0", "node-1"
BYTES_PER_SECOND = 1_000_000.0


def site(*faults: Fault, service: bool = True, **settings: Any) -> Cluster:
    cluster = Cluster(settings=settings, nodes=2, faults=faults)
    if service:
        cluster.create(SERVICES, "web", "ns-0", spec={"selector": {"app": "web"}})
    return cluster


def server(cluster: Cluster, name: str = "web", node: str = SERVER_NODE, **spec: Any) -> Object:
    spec = {**BARE, "nodeName": node, **spec}
    return cluster.pod_of(spec, name, labels={"app": "web"}, annotations={ROLE_ANNOTATION: "server"})


def client(cluster: Cluster, name: str = "client", *, restart: str = "Always", **terms: float) -> Object:
    exchange = {"server": "web", "bytesPerSecond": BYTES_PER_SECOND, **(terms or {"seconds": 60})}
    annotations = {ROLE_ANNOTATION: "client", EXCHANGE_ANNOTATION: json.dumps(exchange)}
    return cluster.pod_of({**BARE, "restartPolicy": restart}, name, annotations=annotations)


def active(cluster: Cluster) -> int:
    return cluster.cluster.traffic.active


def sending(cluster: Cluster, node: str = CLIENT_NODE) -> float:
    return cluster.cluster.network.send_bits_per_second(node)


def done(cluster: Cluster, name: str = "client") -> bool:
    pod = cluster.find(name)
    return pod is not None and pod["metadata"]["annotations"].get(EXCHANGE_DONE_ANNOTATION) == "true"


def test_a_client_sends_to_its_server_and_gets_it_all_back() -> None:
    cluster = site()
    server(cluster)
    cluster.run(5.0)
    client(cluster, seconds=60)
    cluster.run(5.0)
    assert active(cluster) == 1
    assert sending(cluster) == pytest.approx(8 * BYTES_PER_SECOND)
    assert sending(cluster, SERVER_NODE) == pytest.approx(8 * BYTES_PER_SECOND)

    cluster.run(53.0)
    assert active(cluster) == 1
    cluster.run(5.0)
    assert active(cluster) == 0
    assert sending(cluster) == 0


def test_a_client_that_restarts_says_when_it_is_done_and_idles() -> None:
    cluster = site()
    server(cluster)
    client(cluster, seconds=10)
    cluster.run(9.0)
    assert not done(cluster)
    cluster.run(10.0)

    assert done(cluster)
    assert cluster.phase("client") == "Running"
    assert cluster.requests("workload") == {"PATCH pods": 1}


def test_a_client_that_does_not_restart_succeeds() -> None:
    cluster = site()
    server(cluster)
    client(cluster, restart="Never", bytes=10 * BYTES_PER_SECOND)
    cluster.run(20.0)

    assert cluster.phase("client") == "Succeeded"
    assert cluster.requests("workload") == {}


def test_a_client_waits_for_its_server_and_connects_at_its_next_attempt() -> None:
    cluster = site()
    pod = client(cluster)
    cluster.run(10.35)
    assert active(cluster) == 0
    server(cluster)
    cluster.run(0.5)  # the server is ready by now, but attempts keep to full seconds since the client began
    started = cluster.reached(pod, "kubeletRunning")
    assert started is not None
    expected = started + 11.0
    cluster.run(expected - cluster.now - 0.01)
    assert active(cluster) == 0

    cluster.run(0.02)
    assert active(cluster) == 1


def test_a_server_that_is_not_ready_gets_no_clients() -> None:
    cluster = site()
    probe = {"initialDelaySeconds": 20, "periodSeconds": 1}
    server(cluster, containers=[{"name": "main", "readinessProbe": probe}])
    client(cluster)
    cluster.run(15.0)
    assert cluster.phase("web") == "Running"
    assert active(cluster) == 0

    cluster.run(15.0)
    assert active(cluster) == 1


def test_without_a_service_there_is_no_server_to_find() -> None:
    cluster = site(service=False)
    server(cluster)
    client(cluster)
    cluster.run(60.0)

    assert active(cluster) == 0


def test_clients_are_spread_over_the_servers_of_a_service() -> None:
    cluster = site()
    for name, node in (("web-0", SERVER_NODE), ("web-1", CLIENT_NODE)):
        server(cluster, name, node)
    cluster.run(5.0)
    for index in range(20):
        client(cluster, f"client-{index}", seconds=600)
    cluster.run(10.0)

    assert active(cluster) == 20
    assert 4 * 8 * BYTES_PER_SECOND <= sending(cluster, SERVER_NODE) <= 16 * 8 * BYTES_PER_SECOND


def test_a_deleted_client_stops_sending() -> None:
    cluster = site()
    server(cluster)
    client(cluster, seconds=600)
    cluster.run(10.0)
    cluster.delete(PODS, "client")
    cluster.run(5.0)

    assert active(cluster) == 0
    assert sending(cluster) == 0


def test_clients_of_a_server_that_goes_look_for_another() -> None:
    cluster = site()
    server(cluster, "web-0")
    cluster.run(5.0)
    client(cluster, seconds=600)
    cluster.run(5.0)
    server(cluster, "web-1", CLIENT_NODE)
    cluster.run(5.0)
    assert sending(cluster, SERVER_NODE) > 0
    cluster.delete(PODS, "web-0")
    cluster.run(5.0)

    assert active(cluster) == 1
    assert sending(cluster, SERVER_NODE) == 0


def test_a_client_does_not_connect_to_a_server_on_a_lost_node_though_the_api_calls_it_ready() -> None:
    cluster = site(NodeLost(at_seconds=70.0, node=SERVER_NODE, for_seconds=None))
    server(cluster)
    client(cluster, seconds=600)
    cluster.run(25.0)

    assert cluster.phase("web") == "Running"
    assert active(cluster) == 0


def test_clients_connect_anew_when_their_server_s_node_is_back() -> None:
    cluster = site(NodeLost(at_seconds=70.0, node=SERVER_NODE, for_seconds=30.0))
    server(cluster)
    client(cluster, seconds=600)
    cluster.run(60.0)

    assert active(cluster) == 1


def test_data_flows_on_while_a_kubelet_restarts_and_the_end_is_not_missed() -> None:
    cluster = site(ComponentRestart(at_seconds=60.0, component="kubelet", down_seconds=30.0, node=CLIENT_NODE))
    server(cluster)
    client(cluster, "idles", seconds=20)
    client(cluster, "ends", restart="Never", seconds=20)
    cluster.run(15.0)
    assert active(cluster) == 2
    cluster.run(15.0)
    assert active(cluster) == 0
    assert done(cluster, "idles")  # the program tells the API itself
    assert cluster.phase("ends") == "Running"

    cluster.run(20.0)
    assert cluster.phase("ends") == "Succeeded"


def worker(cluster: Cluster, name: str = "worker", *, restart: str = "Always", seconds: float = 60.0) -> Object:
    work = json.dumps({"kind": "cpuSoak", "seconds": seconds})
    annotations = {ROLE_ANNOTATION: "worker", WORKLOAD_ANNOTATION: work}
    return cluster.pod_of({**BARE, "restartPolicy": restart}, name, annotations=annotations)


def test_several_clients_of_a_pod_send_as_much_together() -> None:
    cluster = site()
    server(cluster)
    client(cluster, clients=3, seconds=60)
    cluster.run(10.0)

    assert sending(cluster) == pytest.approx(3 * 8 * BYTES_PER_SECOND)


def test_a_worker_works_for_its_time_and_says_so() -> None:
    cluster = site()
    worker(cluster)
    cluster.run(55.0)
    assert not done(cluster, "worker")

    cluster.run(15.0)

    assert done(cluster, "worker")


def test_a_worker_that_is_not_to_restart_succeeds() -> None:
    cluster = site()
    worker(cluster, restart="Never", seconds=10.0)
    cluster.run(30.0)

    pod = cluster.find("worker")
    assert pod is not None
    assert pod["status"]["phase"] == "Succeeded"


def test_a_worker_that_is_deleted_at_work_never_says_that_it_is_done() -> None:
    cluster = site()
    worker(cluster)
    cluster.run(30.0)
    cluster.delete(PODS, "worker", "ns-0")

    cluster.run(120.0)

    assert cluster.find("worker") is None
