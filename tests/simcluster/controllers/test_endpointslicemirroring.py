from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import ENDPOINTS, ENDPOINTSLICES, SERVICES, Object
from tests.simcluster.inspection import Looking


class Mirroring(Looking):
    """A service without a selector."""

    def __init__(self) -> None:
        super().__init__()
        self.create(SERVICES, "svc", spec={"ports": [{"port": 80}], "clusterIP": "10.0.0.1"})

    def endpoints(self, subsets: Any, **metadata: Any) -> None:
        self.create(ENDPOINTS, "svc", metadata=metadata, subsets=subsets)
        self.run(3)

    def slices(self) -> list[Object]:
        return list(self.cluster.store.collection(ENDPOINTSLICES))


@pytest.fixture
def mirroring() -> Mirroring:
    return Mirroring()


PORTS = [{"name": "http", "port": 8080, "protocol": "TCP"}]


def test_endpoints_that_clients_write_become_slices_by_family(mirroring: Mirroring) -> None:
    addresses = [{"ip": "192.0.2.1", "nodeName": "node-0"}, {"ip": "2001:db8::1"}]
    subsets = [{"addresses": addresses, "notReadyAddresses": [{"ip": "192.0.2.2"}], "ports": PORTS}]
    mirroring.endpoints(subsets, labels={"app": "x"})
    four, six = sorted(mirroring.slices(), key=lambda one: str(one["addressType"]))
    assert four["endpoints"] == [
        {"addresses": ["192.0.2.1"], "conditions": {"ready": True}, "nodeName": "node-0"},
        {"addresses": ["192.0.2.2"], "conditions": {"ready": False}},
    ]
    assert (six["addressType"], six["ports"]) == ("IPv6", PORTS)
    assert four["metadata"]["labels"] == {
        "app": "x",
        "kubernetes.io/service-name": "svc",
        "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
    }
    assert four["metadata"]["ownerReferences"][0]["kind"] == "Endpoints"


def test_slices_follow_their_endpoints(mirroring: Mirroring) -> None:
    mirroring.endpoints([{"addresses": [{"ip": "192.0.2.1"}], "ports": PORTS}])
    before = mirroring.slices()[0]["metadata"]["uid"]
    collection = mirroring.cluster.store.collection(ENDPOINTS)
    more = [{"addresses": [{"ip": "192.0.2.1"}, {"ip": "192.0.2.9"}], "ports": PORTS}]
    collection.replace(mirroring.get(ENDPOINTS, "svc"), subsets=more)
    mirroring.run(3)
    (after,) = mirroring.slices()
    assert after["metadata"]["uid"] == before
    assert len(after["endpoints"]) == 2
    mirroring.cluster.api.delete(collection, "default", "svc")
    mirroring.run(5)
    assert mirroring.slices() == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        {"annotations": {"control-plane.alpha.kubernetes.io/leader": "{}"}},
    ],
)
def test_locks_and_what_is_not_to_be_mirrored_are_left_alone(mirroring: Mirroring, metadata: Any) -> None:
    mirroring.endpoints([{"addresses": [{"ip": "192.0.2.1"}], "ports": PORTS}], **metadata)
    assert mirroring.slices() == []


def test_services_with_a_selector_have_slices_of_their_own(mirroring: Mirroring) -> None:
    collection = mirroring.cluster.store.collection(SERVICES)
    service = mirroring.get(SERVICES, "svc")
    collection.replace(service, spec={**service["spec"], "selector": {"app": "x"}})
    mirroring.run(3)
    managers = [one["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"] for one in mirroring.slices()]
    assert "endpointslicemirroring-controller.k8s.io" not in managers
