"""Checks of endpoints and endpoint slices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from plimsoll.apimachinery.naming import dns_label, dns_subdomain, label_value, qualified_name
from plimsoll.apimachinery.validation.containers import PROTOCOLS
from plimsoll.apimachinery.validation.fielderrors import Errors, duplicate, invalid_value, required, too_many
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.metadata import check_immutable
from plimsoll.apimachinery.validation.numbers import address_of, check_address, check_one_of, check_port_number
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

_FAMILIES = {"IPv4": 4, "IPv6": 6}
_MOST_ADDRESSES = 100
_MOST_PORTS = 20_000
_MOST_ENDPOINTS = 1000
_MOST_HINTS = 8


def _check_endpoints(endpoints: Object) -> Errors:
    for index, subset in enumerate(endpoints.get("subsets") or ()):
        field = f"subsets[{index}]"
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            yield required(field, "must specify `addresses` or `notReadyAddresses`")
        for key in ("addresses", "notReadyAddresses"):
            for number, address in enumerate(subset.get(key) or ()):
                yield from _check_endpoint_address(address, f"{field}.{key}[{number}]")
        ports = subset.get("ports") or ()
        for number, port in enumerate(ports):
            yield from _check_port(port, f"{field}.ports[{number}]", named=len(ports) > 1)


def _check_endpoint_address(address: Mapping[str, Any], field: str) -> Errors:
    yield from check_address(address.get("ip", ""), f"{field}.ip")
    if address.get("hostname"):
        yield from check_text(dns_label, address["hostname"], f"{field}.hostname")
    if address.get("nodeName") is not None:
        yield from check_text(dns_subdomain, address["nodeName"], f"{field}.nodeName")
    yield from check_reachable(address.get("ip", ""), f"{field}.ip")


def check_reachable(address: str, field: str) -> Errors:
    """Check that other hosts can reach an address."""
    parsed = address_of(address)
    if parsed is None:
        yield invalid_value(field, address, "must be a valid IP address")
        return
    if parsed.is_unspecified:
        yield invalid_value(field, address, f"may not be unspecified ({address})")
    if parsed.is_loopback:
        yield invalid_value(field, address, "may not be in the loopback range (127.0.0.0/8, ::1/128)")
    if parsed.is_link_local:
        yield invalid_value(field, address, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    elif parsed.is_multicast and str(parsed).startswith(("224.0.0.", "ff02:")):
        yield invalid_value(field, address, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")


def _check_port(port: Mapping[str, Any], field: str, *, named: bool) -> Errors:
    if port.get("name"):
        yield from check_text(dns_label, port["name"], f"{field}.name")
    elif named:
        yield required(f"{field}.name")
    yield from check_port_number(port.get("port", 0), f"{field}.port")
    yield from check_one_of(port.get("protocol"), PROTOCOLS, f"{field}.protocol")
    if port.get("appProtocol") is not None:
        yield from check_text(qualified_name, port["appProtocol"], f"{field}.appProtocol")


def _check_slice(slice_: Object) -> Errors:
    kind = slice_.get("addressType", "")
    yield from check_one_of(kind, ("FQDN", "IPv4", "IPv6"), "addressType")
    yield from _check_slice_ports(slice_.get("ports") or (), "ports")
    endpoints = slice_.get("endpoints") or ()
    if len(endpoints) > _MOST_ENDPOINTS:
        yield too_many("endpoints", len(endpoints), _MOST_ENDPOINTS)
        return
    for index, endpoint in enumerate(endpoints):
        yield from _check_endpoint(endpoint, kind, f"endpoints[{index}]")


def _check_endpoint(endpoint: Mapping[str, Any], kind: str, field: str) -> Errors:
    addresses = endpoint.get("addresses") or ()
    if not addresses:
        yield required(f"{field}.addresses", "must contain at least 1 address")
    elif len(addresses) > _MOST_ADDRESSES:
        yield too_many(f"{field}.addresses", len(addresses), _MOST_ADDRESSES)
    for index, address in enumerate(addresses):
        yield from _check_slice_address(address, kind, f"{field}.addresses", index)
    if endpoint.get("nodeName") is not None:
        yield from check_text(dns_subdomain, endpoint["nodeName"], f"{field}.nodeName")
    if endpoint.get("hostname") is not None:
        yield from check_text(dns_label, endpoint["hostname"], f"{field}.hostname")
    hints = endpoint.get("hints") or {}
    for key, check in (("forZones", label_value), ("forNodes", dns_subdomain)):
        named = hints.get(key) or ()
        if len(named) > _MOST_HINTS:
            yield too_many(f"{field}.hints.{key}", len(named), _MOST_HINTS)
            continue
        for index, hint in enumerate(named):
            yield from check_text(check, hint.get("name", ""), f"{field}.hints.{key}[{index}].name")


def _check_slice_address(address: str, kind: str, field: str, index: int) -> Errors:
    if kind == "FQDN":
        yield from check_text(dns_subdomain, address.removesuffix("."), f"{field}[{index}]")
    elif kind in _FAMILIES:
        parsed = address_of(address)
        if parsed is None:
            yield from check_address(address, f"{field}[{index}]")
            return
        if parsed.version != _FAMILIES[kind]:
            yield invalid_value(field, address, f"must be an {kind} address")
        yield from check_reachable(address, f"{field}[{index}]")


def _check_slice_ports(ports: Sequence[Mapping[str, Any]], field: str) -> Errors:
    if len(ports) > _MOST_PORTS:
        yield too_many(field, len(ports), _MOST_PORTS)
        return
    names: set[str] = set()
    for index, port in enumerate(ports):
        path, name = f"{field}[{index}]", port.get("name") or ""
        if name:
            yield from check_text(dns_label, name, f"{path}.name")
        if name in names:
            yield duplicate(f"{path}.name", name)
        names.add(name)
        yield from check_one_of(port.get("protocol"), PROTOCOLS, f"{path}.protocol")
        if port.get("appProtocol") is not None:
            yield from check_text(qualified_name, port["appProtocol"], f"{path}.appProtocol")


def _check_endpoints_change(new: Object, old: Object) -> Errors:
    """What was stored with faults may stay, as long as it stays as it is."""
    if new.get("subsets") != old.get("subsets"):
        yield from _check_endpoints(new)


def _check_slice_change(new: Object, old: Object) -> Errors:
    unchanged = {} if new.get("endpoints") != old.get("endpoints") else {"endpoints": None}
    yield from _check_slice({**new, **unchanged})
    yield from check_immutable(new.get("addressType"), old.get("addressType"), "addressType")


RULES: Iterable[tuple[str, str, Rules]] = (
    (
        "",
        "endpoints",
        Rules(
            _check_endpoints,
            _check_endpoints_change,
            metadata_on_update=("change", "new"),
            body_on_update=False,
        ),
    ),
    (
        "discovery.k8s.io",
        "endpointslices",
        Rules(_check_slice, _check_slice_change, metadata_on_update=("new",), body_on_update=False),
    ),
)
