from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import ENDPOINTS, ENDPOINTSLICES, PODS, SERVICES, Object
from plimsoll.simcluster.controllers.dependents import DependentsCollector
from plimsoll.simcluster.controllers.endpoints import EndpointsController
from plimsoll.simcluster.controllers.endpointslices import EndpointSliceController
from tests.simcluster.controlplane import ControlPlane

PORTS = [{"name": "http", "port": 80, "targetPort": "web", "protocol": "TCP"}]


@pytest.fixture
def made() -> ControlPlane:
    plane = ControlPlane(detailed=True)
    limits = plane.profile.controllers
    plane.start(EndpointsController)
    plane.start(EndpointSliceController)
    DependentsCollector(plane.environment, limits, plane.api)
    plane.machines.dead.add("node")  # the tests write the pods' status
    plane.namespace()
    return plane


def service(made: ControlPlane, **spec: Any) -> Object:
    body = {"selector": {"app": "s"}, "ports": PORTS, "clusterIP": "10.0.0.1", **spec}
    return made.create(SERVICES, "svc", "ns", spec=body)


def pod(made: ControlPlane, name: str, address: str, *, ready: bool = True, port: int = 8080) -> None:
    container = {"name": "c", "ports": [{"name": "web", "containerPort": port}]}
    made.create(PODS, name, "ns", spec={"containers": [container], "nodeName": "node"})
    made.patch(PODS, name, {"metadata": {"labels": {"app": "s"}}})
    status(made, name, address, ready=ready)


def status(made: ControlPlane, name: str, address: str, *, ready: bool) -> None:
    stored = made.get(PODS, name, "ns")
    conditions = [{"type": "Ready", "status": str(ready)}]
    made.pods.replace(stored, status={"phase": "Running", "podIP": address, "conditions": conditions})


def slices(made: ControlPlane) -> list[Object]:
    return list(made.collection(ENDPOINTSLICES))


def test_a_service_without_pods_has_one_empty_slice(made: ControlPlane) -> None:
    service(made)
    made.run(5)

    (only,) = slices(made)
    assert only["endpoints"] is None
    assert only["ports"] is None
    assert only["addressType"] == "IPv4"
    assert only["metadata"]["labels"] == {
        "kubernetes.io/service-name": "svc",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }


def test_a_pod_is_an_endpoint_as_soon_as_it_has_an_address_and_ready_when_it_is(made: ControlPlane) -> None:
    service(made)
    pod(made, "p", "10.1.0.1", ready=False)
    made.run(5)
    (only,) = slices(made)
    uid = made.get(PODS, "p", "ns")["metadata"]["uid"]
    assert only["endpoints"] == [
        {
            "addresses": ["10.1.0.1"],
            "conditions": {"ready": False, "serving": False, "terminating": False},
            "targetRef": {"kind": "Pod", "namespace": "ns", "name": "p", "uid": uid},
            "nodeName": "node",
        }
    ]
    assert only["ports"] == [{"name": "http", "protocol": "TCP", "port": 8080}]
    endpoints = made.get(ENDPOINTS, "svc", "ns")
    assert endpoints["subsets"][0]["notReadyAddresses"][0]["ip"] == "10.1.0.1"

    status(made, "p", "10.1.0.1", ready=True)
    made.run(5)
    assert slices(made)[0]["endpoints"][0]["conditions"]["ready"] is True
    assert made.get(ENDPOINTS, "svc", "ns")["subsets"][0]["addresses"][0]["ip"] == "10.1.0.1"


def test_a_pod_on_its_way_out_serves_but_is_not_ready(made: ControlPlane) -> None:
    service(made)
    pod(made, "p", "10.1.0.1")
    made.run(5)
    made.delete(PODS, "p", "ns")
    made.run(5)

    conditions = slices(made)[0]["endpoints"][0]["conditions"]
    assert conditions == {"ready": False, "serving": True, "terminating": True}
    assert "subsets" not in made.get(ENDPOINTS, "svc", "ns")


def test_slices_hold_a_hundred_endpoints_each_and_keep_them_in_place(made: ControlPlane) -> None:
    service(made)
    for index in range(250):
        pod(made, f"p{index}", f"10.1.{index // 200}.{index % 200}")
    made.run(60)
    sizes = sorted(len(one["endpoints"]) for one in slices(made))
    assert sizes == [50, 100, 100]

    before = {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in slices(made)}
    status(made, "p0", "10.1.0.0", ready=False)
    made.run(10)
    after = {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in slices(made)}
    assert sum(before[name] != after[name] for name in before) == 1


def test_pods_with_other_ports_are_in_slices_of_their_own(made: ControlPlane) -> None:
    service(made)
    pod(made, "a", "10.1.0.1", port=8080)
    pod(made, "b", "10.1.0.2", port=9090)
    made.run(10)

    assert sorted(one["ports"][0]["port"] for one in slices(made)) == [8080, 9090]
    assert len(made.get(ENDPOINTS, "svc", "ns")["subsets"]) == 2


def test_endpoints_go_with_their_service(made: ControlPlane) -> None:
    service(made)
    pod(made, "p", "10.1.0.1")
    made.run(5)
    made.delete(SERVICES, "svc", "ns")
    made.run(10)

    assert slices(made) == []
    assert len(made.collection(ENDPOINTS)) == 0


def test_services_without_a_selector_and_external_names_are_left_alone(made: ControlPlane) -> None:
    service(made, selector={})
    made.create(SERVICES, "outside", "ns", spec={"type": "ExternalName", "selector": {"a": "b"}})
    made.run(5)

    assert slices(made) == []
    assert len(made.collection(ENDPOINTS)) == 0
