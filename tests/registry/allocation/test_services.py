"""The addresses and ports of services: unique, kept, and free again when a service goes."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from tests.registry.clusters import Served

SERVICES = ("", "v1", "services")


@pytest.fixture
def served() -> Served:
    return Served()


def service(served: Served, name: str, **spec: Any) -> Object:
    body = {"metadata": {"name": name}, "spec": {"ports": [{"port": 80}], "selector": {"app": "a"}, **spec}}
    found: Object = served.create(SERVICES, body)["spec"]
    return found


def test_every_service_has_an_address_of_its_own(served: Served) -> None:
    addresses = {service(served, name)["clusterIP"] for name in ("a", "b", "c")}
    assert len(addresses) == 3
    assert all(ip_address(address) in ip_network("10.96.0.0/12") for address in addresses)


def test_an_address_can_be_chosen_once(served: Served) -> None:
    service(served, "a", clusterIP="10.96.1.2")
    with pytest.raises(ApiError, match="provided IP is already allocated"):
        service(served, "b", clusterIP="10.96.1.2")
    with pytest.raises(ApiError, match=r"failed to allocate IP 192.0.2.1"):
        service(served, "b", clusterIP="192.0.2.1")
    served.ask("delete", SERVICES, "a")
    assert service(served, "b", clusterIP="10.96.1.2")["clusterIP"] == "10.96.1.2"


def test_a_headless_service_has_none(served: Served) -> None:
    assert service(served, "a", clusterIP="None")["clusterIPs"] == ["None"]


def test_a_node_port_is_given_or_chosen(served: Served) -> None:
    given = service(served, "a", type="NodePort")["ports"][0]["nodePort"]
    assert 30_000 <= given <= 32_767
    with pytest.raises(ApiError, match="provided port is already allocated"):
        service(served, "b", type="NodePort", ports=[{"port": 80, "nodePort": given}])


def test_a_change_of_ports_keeps_the_address(served: Served) -> None:
    before = service(served, "a")
    patch = {"spec": {"ports": [{"port": 81}]}}
    answer = served.ask("patch", SERVICES, "a", patch, patch_type="application/merge-patch+json")
    assert isinstance(answer.object, dict)
    assert answer.object["spec"]["clusterIP"] == before["clusterIP"]


def test_what_is_no_node_port_service_any_more_gives_its_port_back(served: Served) -> None:
    port = service(served, "a", type="NodePort")["ports"][0]["nodePort"]
    served.ask("patch", SERVICES, "a", {"spec": {"type": "ClusterIP"}}, patch_type="application/merge-patch+json")
    assert service(served, "b", type="NodePort", ports=[{"port": 80, "nodePort": port}])["ports"][0]["nodePort"] == port


def test_two_families_are_not_to_be_had(served: Served) -> None:
    with pytest.raises(ApiError, match="this cluster is not configured for dual-stack services"):
        service(served, "a", ipFamilyPolicy="RequireDualStack")
