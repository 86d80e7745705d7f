"""Preparation of services: what their type has no use for, and what they keep of what was allocated to them.

Source: pkg/registry/core/service/strategy.go and storage/storage.go (``patchAllocatedValues``,
``normalizeClusterIPs``). Which addresses and ports are free is the registry's matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plimsoll.apimachinery.preparation.plans import Plan
from plimsoll.kube.resources import Object

_ADDRESSES = ("clusterIP", "clusterIPs")


def _create(service: Object, _now: str) -> None:
    spec = service["spec"] = dict(service.get("spec") or {})
    if spec.get("clusterIP") and not spec.get("clusterIPs"):
        spec["clusterIPs"] = [spec["clusterIP"]]


def _change(new: Object, old: Object) -> None:
    spec, before = dict(new.get("spec") or {}), old.get("spec") or {}
    new["spec"] = spec
    keep_allocated(spec, before)
    _align_addresses(spec, before)
    _drop_unused(spec, before)
    if spec.get("type") != "LoadBalancer":
        new["status"] = {**(new.get("status") or {}), "loadBalancer": {}}


def keep_allocated(spec: Object, before: Object) -> None:
    """Keep addresses and node ports that the writer left out, so that the same manifest can be put twice."""
    if _has_address(before) and _has_address(spec):
        for key in _ADDRESSES:
            if not spec.get(key) and before.get(key):
                spec[key] = before[key]
    if _has_node_ports(before) and _has_node_ports(spec):
        used = _node_ports(spec) & _node_ports(before)
        by_name = {port.get("name", ""): port.get("nodePort", 0) for port in before.get("ports") or ()}
        spec["ports"] = [_with_node_port(port, by_name, used) for port in spec.get("ports") or ()]
    if _has_health_check(before) and _has_health_check(spec) and before.get("healthCheckNodePort"):
        spec["healthCheckNodePort"] = spec.get("healthCheckNodePort") or before["healthCheckNodePort"]


def _with_node_port(port: Object, by_name: dict[str, int], used: set[int]) -> Object:
    earlier = by_name.get(port.get("name", ""), 0)
    if port.get("nodePort") or not earlier or earlier in used:
        return port
    return {**port, "nodePort": earlier}


def _align_addresses(spec: Object, before: Object) -> None:
    """Let the single address and the list say the same, where only one of them was changed."""
    if spec.get("clusterIP", "") == before.get("clusterIP", "") or spec.get("clusterIPs") != before.get("clusterIPs"):
        return
    if spec.get("clusterIP"):
        spec["clusterIPs"] = [spec["clusterIP"]]
    else:
        spec.pop("clusterIPs", None)


def _drop_unused(spec: Object, before: Object) -> None:
    if _has_address(before) and not _has_address(spec):
        if all(spec.get(key) == before.get(key) for key in _ADDRESSES):
            _drop(spec, *_ADDRESSES)
        for key in ("ipFamilies", "ipFamilyPolicy"):
            if spec.get(key) == before.get(key):
                _drop(spec, key)
    if _has_node_ports(before) and not _has_node_ports(spec) and _node_ports(spec) <= _node_ports(before):
        ports = spec.get("ports") or ()
        spec["ports"] = [{key: value for key, value in port.items() if key != "nodePort"} for port in ports]
        if not ports:
            _drop(spec, "ports")
    unused = (
        ("healthCheckNodePort", _has_health_check),
        ("allocateLoadBalancerNodePorts", _is_balanced),
        ("loadBalancerClass", _is_balanced),
        ("externalTrafficPolicy", _is_external),
    )
    for key, uses in unused:
        if uses(before) and not uses(spec) and spec.get(key) == before.get(key):
            _drop(spec, key)


def _drop(spec: Object, *keys: str) -> None:
    for key in keys:
        spec.pop(key, None)


def _node_ports(spec: Object) -> set[Any]:
    return {port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")}


def _has_address(spec: Object) -> bool:
    return bool(spec.get("type") != "ExternalName")


def _has_node_ports(spec: Object) -> bool:
    return spec.get("type") in {"NodePort", "LoadBalancer"}


def _has_health_check(spec: Object) -> bool:
    return _is_balanced(spec) and spec.get("externalTrafficPolicy") == "Local"


def _is_balanced(spec: Object) -> bool:
    return bool(spec.get("type") == "LoadBalancer")


def _is_external(spec: Object) -> bool:
    return _has_node_ports(spec) or bool(spec.get("type") == "ClusterIP" and spec.get("externalIPs"))


PLANS: Iterable[tuple[str, str, Plan]] = (("", "services", Plan(create=_create, update=_change)),)
