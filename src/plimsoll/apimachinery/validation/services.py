"""Checks of services (``validateService``). That an address or a node port is free is the registry's matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_label, dns_subdomain, qualified_name
from plimsoll.apimachinery.validation.containers import PROTOCOLS
from plimsoll.apimachinery.validation.endpoints import check_reachable
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from plimsoll.apimachinery.validation.labels import check_labels, check_text
from plimsoll.apimachinery.validation.metadata import IMMUTABLE
from plimsoll.apimachinery.validation.numbers import (
    BAD_NETWORK,
    address_of,
    check_address,
    check_one_of,
    check_port,
    check_port_number,
    network_of,
)
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_POLICIES = ("Cluster", "Local")
_FAMILIES = ("IPv4", "IPv6")
_FAMILY_POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
_DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")
_LONGEST_AFFINITY_SECONDS = 86_400
_NOT_EXTERNAL = "may not be set for ExternalName services"

Spec = Mapping[str, Any]


def _check_service(service: Object) -> Errors:
    spec = service.get("spec") or {}
    yield from _check_type(spec)
    ports = spec.get("ports") or ()
    names: set[str] = set()
    for index, port in enumerate(ports):
        yield from _check_port(port, names, f"spec.ports[{index}]", named=len(ports) > 1)
    yield from check_labels(spec.get("selector"), "spec.selector")
    yield from _check_affinity(spec)
    yield from check_addresses(spec)
    for index, address in enumerate(spec.get("externalIPs") or ()):
        wrong = list(check_address(address, f"spec.externalIPs[{index}]"))
        yield from wrong or check_reachable(address, f"spec.externalIPs[{index}]")
    yield from check_one_of(spec.get("type"), _TYPES, "spec.type")
    yield from _check_unique_ports(spec)
    yield from _check_load_balancer(spec)
    yield from _check_traffic(spec)


def is_headless(spec: Spec) -> bool:
    """Whether a service has no address of its own."""
    return bool((spec.get("clusterIPs") or [spec.get("clusterIP", "")])[0] == "None")


def _check_type(spec: Spec) -> Errors:
    kind = spec.get("type", "")
    if not spec.get("ports") and not is_headless(spec) and kind != "ExternalName":
        yield required("spec.ports")
    if kind in {"LoadBalancer", "NodePort"} and is_headless(spec):
        yield invalid_value("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {kind} services")
    if kind == "ExternalName":
        for key in ("clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if spec.get(key):
                yield forbidden(f"spec.{key}", _NOT_EXTERNAL)
        host = spec.get("externalName", "").removesuffix(".")
        yield from check_text(dns_subdomain, host, "spec.externalName") if host else [required("spec.externalName")]


def _check_port(port: Spec, names: set[str], field: str, *, named: bool) -> Errors:
    name = port.get("name")
    if name:
        yield from check_text(dns_label, name, f"{field}.name")
        if name in names:
            yield duplicate(f"{field}.name", name)
        names.add(name)
    elif named:
        yield required(f"{field}.name")
    yield from check_port_number(port.get("port", 0), f"{field}.port")
    yield from check_one_of(port.get("protocol"), PROTOCOLS, f"{field}.protocol")
    yield from check_port(port.get("targetPort", 0), f"{field}.targetPort")
    if port.get("appProtocol") is not None:
        yield from check_text(qualified_name, port["appProtocol"], f"{field}.appProtocol")


def _check_affinity(spec: Spec) -> Errors:
    affinity = spec.get("sessionAffinity")
    yield from check_one_of(affinity, ("ClientIP", "None"), "spec.sessionAffinity")
    config = spec.get("sessionAffinityConfig")
    if affinity == "ClientIP":
        field = "spec.sessionAffinityConfig"
        seconds = ((config or {}).get("clientIP") or {}).get("timeoutSeconds")
        if seconds is None:
            yield required(field, "when session affinity type is ClientIP")
        elif not 0 < seconds <= _LONGEST_AFFINITY_SECONDS:
            detail = f"must be greater than 0 and less than {_LONGEST_AFFINITY_SECONDS}"
            yield invalid_value(f"{field}.clientIP.timeoutSeconds", seconds, detail)


def check_addresses(spec: Spec) -> Errors:
    """Check a service's addresses and families, among themselves (``ValidateServiceClusterIPsRelatedFields``)."""
    if spec.get("type") == "ExternalName":
        return
    field, address, addresses = "spec.clusterIPs", spec.get("clusterIP"), list(spec.get("clusterIPs") or ())
    if address and not addresses:
        yield required(field)
    elif address and addresses[0] != address:
        yield invalid_value(field, addresses, "first value must match `clusterIP`")
    elif not address and addresses:
        yield invalid_value(field, addresses, "must be empty when `clusterIP` is not specified")
    yield from _check_families(spec)
    wrong = list(_check_each_address(addresses, field))
    yield from wrong
    if len(addresses) > 2:  # noqa: PLR2004 - one of each family
        yield invalid_value(field, addresses, "may only hold up to 2 values")
    if wrong or is_headless(spec):
        return
    versions = [parsed.version for parsed in map(address_of, addresses) if parsed is not None]
    if len(versions) > len(set(versions)):
        yield invalid_value(field, addresses, "may specify no more than one IP for each IP family")
    for index, (version, family) in enumerate(zip(versions, spec.get("ipFamilies") or (), strict=False)):
        if family != f"IPv{version}":
            detail = f"expected an {family} value as indicated by `ipFamilies[{index}]`"
            yield invalid_value(f"{field}[{index}]", addresses[index], detail)


def _check_each_address(addresses: list[str], field: str) -> Errors:
    for index, address in enumerate(addresses):
        if index or address != "None":
            yield from check_address(address, f"{field}[{index}]")
        elif len(addresses) > 1:
            yield invalid_value(field, addresses, "'None' must be the first and only value")


def _check_families(spec: Spec) -> Errors:
    families = spec.get("ipFamilies") or ()
    for index, family in enumerate(families):
        if family not in _FAMILIES:
            yield not_supported(f"spec.ipFamilies[{index}]", family, _FAMILIES)
        if family in families[:index]:
            yield duplicate(f"spec.ipFamilies[{index}]", family)
    policy = spec.get("ipFamilyPolicy")
    if policy is not None and policy not in _FAMILY_POLICIES:
        yield not_supported("spec.ipFamilyPolicy", policy, _FAMILY_POLICIES)


def _check_unique_ports(spec: Spec) -> Errors:
    ports = spec.get("ports") or ()
    if spec.get("type") == "ClusterIP":
        for index, port in enumerate(ports):
            if port.get("nodePort"):
                yield forbidden(f"spec.ports[{index}].nodePort", "may not be used when `type` is 'ClusterIP'")
    seen: set[tuple[Any, Any]] = set()
    for index, port in enumerate(ports):
        key = (port.get("protocol"), port.get("nodePort"))
        if port.get("nodePort") and key in seen:
            yield duplicate(f"spec.ports[{index}].nodePort", port["nodePort"])
        seen.add(key)
    seen.clear()
    for index, port in enumerate(ports):
        key = (port.get("protocol"), port.get("port"))
        if key in seen:
            shown = {
                "Name": "",
                "Protocol": key[0],
                "AppProtocol": None,
                "Port": key[1],
                "TargetPort": 0,
                "NodePort": 0,
            }
            yield duplicate(f"spec.ports[{index}]", shown)
        seen.add(key)


def _check_load_balancer(spec: Spec) -> Errors:
    balanced = spec.get("type") == "LoadBalancer"
    ranges = spec.get("loadBalancerSourceRanges") or ()
    if ranges and not balanced:
        yield forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'")
    for index, value in enumerate(ranges):
        text, path = value.strip(), f"spec.LoadBalancerSourceRanges[{index}]"
        network = network_of(text)
        if network is None:
            yield invalid_value(path, text, BAD_NETWORK)
        elif address_of(text.partition("/")[0]) != network.network_address:
            yield invalid_value(path, text, "must not have bits set beyond the prefix length")
    if spec.get("allocateLoadBalancerNodePorts") is not None and not balanced:
        yield forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'")
    name = spec.get("loadBalancerClass")
    if name is not None:
        if not balanced:
            yield forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'")
        yield from check_text(qualified_name, name, "spec.loadBalancerClass")


def _check_traffic(spec: Spec) -> Errors:
    kind, policy = spec.get("type"), spec.get("externalTrafficPolicy")
    external = kind in {"NodePort", "LoadBalancer"} or (kind == "ClusterIP" and spec.get("externalIPs"))
    if external:
        yield from check_one_of(policy, _POLICIES, "spec.externalTrafficPolicy")
    elif policy:
        detail = "may only be set for externally-accessible services"
        yield invalid_value("spec.externalTrafficPolicy", policy, detail)
    if spec.get("healthCheckNodePort") and not (kind == "LoadBalancer" and policy == "Local"):
        detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        yield invalid_value("spec.healthCheckNodePort", spec["healthCheckNodePort"], detail)
    inner = spec.get("internalTrafficPolicy")
    if inner is None and kind in {"NodePort", "LoadBalancer", "ClusterIP"}:
        yield required("spec.internalTrafficPolicy")
    elif inner is not None and inner not in _POLICIES:
        yield not_supported("spec.internalTrafficPolicy", inner, _POLICIES)
    spread = spec.get("trafficDistribution")
    if spread is not None and spread not in _DISTRIBUTIONS:
        yield not_supported("spec.trafficDistribution", spread, _DISTRIBUTIONS)


def _check_change(new: Object, old: Object) -> Errors:
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    if "ExternalName" in {spec.get("type"), before.get("type")}:
        return
    addresses, earlier = spec.get("clusterIPs") or (), before.get("clusterIPs") or ()
    if earlier and addresses and addresses[0] != earlier[0]:
        detail = "may not change once set" if earlier[0] else IMMUTABLE
        yield invalid_value("spec.clusterIPs[0]", list(addresses), detail)
    families, previous = spec.get("ipFamilies") or (), before.get("ipFamilies") or ()
    if previous and families and families[0] != previous[0]:
        yield invalid_value("spec.ipFamilies[0]", families[0], "may not change once set")
    both_balanced = before.get("type") == spec.get("type") == "LoadBalancer"
    if both_balanced and spec.get("loadBalancerClass") != before.get("loadBalancerClass"):
        yield invalid_value("spec.loadBalancerClass", spec.get("loadBalancerClass"), "may not change once set")


def _check_status(new: Object, _old: Object) -> Errors:
    ingress = ((new.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    if ingress and (new.get("spec") or {}).get("type") != "LoadBalancer":
        yield forbidden("status.loadBalancer.ingress", "may only be used when `spec.type` is 'LoadBalancer'")
        return
    for index, entry in enumerate(ingress):
        path = f"status.loadBalancer.ingress[{index}]"
        if entry.get("ip"):
            yield from check_address(entry["ip"], f"{path}.ip")
            mode = entry.get("ipMode")
            yield from check_one_of(mode, ("Proxy", "VIP"), f"{path}.ipMode")
        if entry.get("hostname"):
            yield from check_text(dns_subdomain, entry["hostname"], f"{path}.hostname")


RULES: Iterable[tuple[str, str, Rules]] = (
    ("", "services", Rules(_check_service, _check_change, _check_status, name=dns_label, change_first=True)),
)
