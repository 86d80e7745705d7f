"""What services hold: cluster addresses, node ports, IP families (pkg/registry/core/service/storage/alloc.go).

The cluster has IPv4 only. Numbers are looked up before a service is checked, and taken when it is stored: nothing comes
in between, and nothing has to be given back where the service is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from plimsoll.apimachinery.validation.fielderrors import FieldError, invalid, invalid_value
from plimsoll.apimachinery.validation.services import check_addresses
from plimsoll.kube.resources import SERVICES
from plimsoll.registry.allocation.addresses import AddressRange
from plimsoll.registry.allocation.ports import PortRange
from plimsoll.registry.refusals import internal_error

if TYPE_CHECKING:
    from plimsoll.kernel import Random
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.store import Collection, StoredChange

_EXPOSED = frozenset({"NodePort", "LoadBalancer"})
_ADDRESSED = _EXPOSED | {"ClusterIP"}


class ServiceNumbers:
    """Gives services their numbers (see :class:`~plimsoll.registry.backing.Companion`)."""

    def __init__(self, random: Random, services: Collection) -> None:
        self._addresses = AddressRange(random)
        self._ports = PortRange(random)
        for service in services:
            self._take(service["spec"])
        services.indexers.append(self._observe)

    def before_create(self, value: Object) -> None:
        """Give a new service what it needs; 422 where it asks for what others have."""
        self._complete(value, {})

    def before_update(self, value: Object, old: Object) -> None:
        """Give a changed service what it needs beyond what it has."""
        self._complete(value, old["spec"])

    def _observe(self, change: StoredChange) -> None:
        """Take what a service has, and release what it has no more."""
        gone = change.type == "DELETED"
        if not gone:
            self._take(change.object["spec"])
        if change.old is not None:
            self._release(change.old["spec"], {} if gone else change.object["spec"])

    def _take(self, spec: Object) -> None:
        for address in _addresses(spec):
            self._addresses.take(address)
        for port in _ports(spec):
            self._ports.take(port)

    def _release(self, old: Object, new: Object) -> None:
        for address in set(_addresses(old)).difference(_addresses(new)):
            self._addresses.release(address)
        for port in set(_ports(old)).difference(_ports(new)):
            self._ports.release(port)

    def _complete(self, value: Object, before: Object) -> None:
        spec = value["spec"]
        if spec.get("type", "ClusterIP") not in _ADDRESSED:
            return
        name = value["metadata"].get("name", "")
        if spec.get("clusterIP") and not spec.get("clusterIPs"):
            spec["clusterIPs"] = [spec["clusterIP"]]
        errors = list(check_addresses(spec))
        if errors:
            raise invalid(SERVICES, name, errors)
        _set_families(name, spec)
        self._set_address(name, spec, before)
        if spec.get("type") in _EXPOSED:
            self._set_node_ports(name, spec, before)
            self._set_health_check(spec, before)

    def _set_address(self, name: str, spec: Object, before: Object) -> None:
        wanted = spec.get("clusterIP") or (spec.get("clusterIPs") or [""])[0]
        if wanted == "None" or (wanted and wanted in _addresses(before)):
            return
        if wanted:
            problem = self._addresses.problem(wanted)
            if problem:
                text = f"failed to allocate IP {wanted}: {problem}"
                raise invalid(SERVICES, name, [invalid_value("spec.clusterIPs", [wanted], text)])
        else:
            wanted = self._addresses.free()
            if wanted is None:
                raise internal_error(f'failed to allocate a serviceIP for Service "{name}": range is full')
        spec["clusterIP"] = wanted
        spec["clusterIPs"] = [wanted]

    def _set_node_ports(self, name: str, spec: Object, before: Object) -> None:
        """One node port for each port; ports of one number, for several protocols, share theirs."""
        allocates = spec.get("type") == "NodePort" or spec.get("allocateLoadBalancerNodePorts") is not False
        held = set(_ports(before))
        ports = [dict(port) for port in spec.get("ports") or ()]
        chosen: dict[int, int] = {port["port"]: port["nodePort"] for port in reversed(ports) if port.get("nodePort")}
        for index, port in enumerate(ports):
            wanted = port.get("nodePort")
            if wanted and wanted not in held:
                problem = self._ports.problem(wanted)
                if problem:
                    field = f"spec.ports[{index}].nodePort"
                    raise invalid(SERVICES, name, [invalid_value(field, wanted, problem)])
            if not wanted and allocates:
                wanted = chosen.get(port["port"]) or self._free_port({*chosen.values(), *held})
                port["nodePort"] = chosen[port["port"]] = wanted
        if ports:
            spec["ports"] = ports

    def _set_health_check(self, spec: Object, before: Object) -> None:
        if spec.get("type") != "LoadBalancer" or spec.get("externalTrafficPolicy") != "Local":
            return
        wanted = spec.get("healthCheckNodePort")
        if not wanted:
            spec["healthCheckNodePort"] = self._free_port(set(_ports(spec)))
        elif wanted != before.get("healthCheckNodePort"):
            problem = self._ports.problem(wanted)
            if problem:
                raise internal_error(f"failed to allocate requested HealthCheck NodePort {wanted}: {problem}")

    def _free_port(self, besides: set[int]) -> int:
        port = self._ports.free(besides)
        if port is None:
            raise internal_error("failed to allocate a nodePort: range is full")
        return port


def _set_families(name: str, spec: Object) -> None:
    """Set the IP families of a service as a cluster without IPv6 does."""
    policy = spec.get("ipFamilyPolicy")
    families = list(spec.get("ipFamilies") or ())
    if spec.get("clusterIP") == "None" and not spec.get("selector"):
        spec["ipFamilyPolicy"] = policy or "RequireDualStack"
        families = families or ["IPv4"]
        if len(families) == 1 and spec["ipFamilyPolicy"] != "SingleStack":
            families.append("IPv6" if families[0] == "IPv4" else "IPv4")
        spec["ipFamilies"] = families
        return
    errors = list(_family_errors(spec, policy, families))
    if errors:
        raise invalid(SERVICES, name, errors)
    spec["ipFamilyPolicy"] = policy or "SingleStack"
    spec["ipFamilies"] = families or ["IPv4"]


def _family_errors(spec: Object, policy: str | None, families: list[str]) -> Iterable[FieldError]:
    several = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
    if policy in {None, "SingleStack"}:
        if len(spec.get("clusterIPs") or ()) > 1:
            yield invalid_value("spec.ipFamilyPolicy", policy, f"{several} cluster IPs are specified")
            return
        if len(families) > 1:
            yield invalid_value("spec.ipFamilyPolicy", policy, f"{several} IP families are specified")
            return
    if policy == "RequireDualStack":
        text = "this cluster is not configured for dual-stack services"
        yield invalid_value("spec.ipFamilyPolicy", policy, text)
    addresses = spec.get("clusterIPs") or []
    for index, address in enumerate(addresses):
        if index >= len(families) and ":" in address:
            yield invalid_value(f"spec.clusterIPs[{index}]", addresses, "IPv6 is not configured on this cluster")
    for index, family in enumerate(families):
        if family != "IPv4":
            yield invalid_value(f"spec.ipFamilies[{index}]", family, "not configured on this cluster")


def _addresses(spec: Object) -> list[str]:
    addresses = spec.get("clusterIPs") or [spec.get("clusterIP", "")]
    return [address for address in addresses if address and address != "None"]


def _ports(spec: Object) -> list[int]:
    ports = [port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")]
    health = spec.get("healthCheckNodePort")
    return [*ports, health] if health else ports
