"""Checks of ingresses and network policies (pkg/apis/networking/validation/validation.go)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_label, dns_subdomain, port_name, wildcard_subdomain
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    forbidden,
    invalid_value,
    not_supported,
    required,
    too_long,
)
from plimsoll.apimachinery.validation.labels import check_selector, check_text
from plimsoll.apimachinery.validation.metadata import check_immutable
from plimsoll.apimachinery.validation.numbers import (
    BAD_NETWORK,
    address_of,
    check_address,
    check_port_number,
    network_of,
)
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

GROUP = "networking.k8s.io"

Part = Mapping[str, Any]

_PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
_BAD_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_BAD_ENDINGS = ("/..", "/.")
_LONGEST_CONTROLLER = 250
_SCOPES = ("Cluster", "Namespace")
_DIRECTIONS = (("ingress", "from"), ("egress", "to"))


def _check_ingress(ingress: Object) -> Errors:
    spec = ingress.get("spec") or {}
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        yield invalid_value("spec", None, "either `defaultBackend` or `rules` must be specified")
    if spec.get("defaultBackend") is not None:
        yield from _check_backend(spec["defaultBackend"], "spec.defaultBackend")
    for index, rule in enumerate(spec.get("rules") or ()):
        yield from _check_rule(rule, f"spec.rules[{index}]")
    for index, secured in enumerate(spec.get("tls") or ()):
        field = f"spec.tls[{index}]"
        for number, host in enumerate(secured.get("hosts") or ()):
            yield from _check_host(host, f"{field}.hosts[{number}]")
        if secured.get("secretName"):
            yield from check_text(dns_subdomain, secured["secretName"], f"{field}.secretName")
    if spec.get("ingressClassName") is not None:
        yield from check_text(dns_subdomain, spec["ingressClassName"], "spec.ingressClassName")


def _check_host(host: str, field: str) -> Errors:
    yield from check_text(wildcard_subdomain if "*" in host else dns_subdomain, host, field)


def _check_rule(rule: Part, field: str) -> Errors:
    host = rule.get("host")
    if host:
        if address_of(host) is not None:
            yield invalid_value(f"{field}.host", host, "must be a DNS name, not an IP address")
        yield from _check_host(host, f"{field}.host")
    http = rule.get("http")
    if http is None:
        return
    if not http.get("paths"):
        yield required(f"{field}.http.paths")
    for index, path in enumerate(http.get("paths") or ()):
        yield from _check_path(path, f"{field}.http.paths[{index}]")


def _check_path(path: Part, field: str) -> Errors:
    kind, text = path.get("pathType"), path.get("path", "")
    if kind is None:
        yield required(f"{field}.pathType", "pathType must be specified")
        return
    if kind in {"Exact", "Prefix"}:
        if not text.startswith("/"):
            yield invalid_value(f"{field}.path", text, "must be an absolute path")
        for sequence in _BAD_SEQUENCES:
            if sequence in text:
                yield invalid_value(f"{field}.path", text, f"must not contain '{sequence}'")
        for ending in _BAD_ENDINGS:
            if text.endswith(ending):
                yield invalid_value(f"{field}.path", text, f"cannot end with '{ending}'")
    elif kind == "ImplementationSpecific":
        if text and not text.startswith("/"):
            yield invalid_value(f"{field}.path", text, "must be an absolute path")
    else:
        yield not_supported(f"{field}.pathType", kind, _PATH_TYPES)
    yield from _check_backend(path.get("backend") or {}, f"{field}.backend")


def _check_backend(backend: Part, field: str) -> Errors:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        yield invalid_value(field, "", "cannot set both resource and service backends")
    elif resource is not None:
        for key in ("kind", "name"):
            if not resource.get(key):
                yield required(f"{field}.resource.{key}")
    elif service is None:
        yield invalid_value(field, "", "resource or service backend is required")
    else:
        name, port = service.get("name", ""), service.get("port") or {}
        yield from check_text(dns_label, name, f"{field}.service.name") if name else [required(f"{field}.service.name")]
        if port.get("name") and port.get("number"):
            yield invalid_value(field, "", "cannot set both port name & port number")
        elif port.get("name"):
            yield from check_text(port_name, port["name"], f"{field}.service.port.name")
        elif port.get("number"):
            yield from check_port_number(port["number"], f"{field}.service.port.number")
        else:
            yield required(field, "port name or number is required")


def _check_new_ingress(ingress: Object) -> Errors:
    yield from _check_ingress(ingress)
    key = "kubernetes.io/ingress.class"
    old_name = ((ingress.get("metadata") or {}).get("annotations") or {}).get(key)
    name = (ingress.get("spec") or {}).get("ingressClassName")
    if old_name is not None and name is not None and old_name != name:
        detail = "must match `ingressClassName` when both are specified"
        yield invalid_value(f"annotations.{key}", old_name, detail)


def _check_ingress_status(new: Object, _old: Object) -> Errors:
    entries = ((new.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    for index, entry in enumerate(entries):
        field = f"status.loadBalancer.ingress[{index}]"
        if entry.get("ip"):
            yield from check_address(entry["ip"], f"{field}.ip")
        host = entry.get("hostname")
        if host:
            yield from check_text(dns_subdomain, host, f"{field}.hostname")
            if address_of(host) is not None:
                yield invalid_value(f"{field}.hostname", host, "must be a DNS name, not an IP address")


def _check_ingress_class(ingress_class: Object) -> Errors:
    controller = (ingress_class.get("spec") or {}).get("controller", "")
    if len(controller) > _LONGEST_CONTROLLER:
        yield too_long("spec.controller", _LONGEST_CONTROLLER)
    if not controller:
        yield required("spec.controller")
    elif "/" not in controller:
        detail = 'must be a domain-prefixed path (such as "acme.io/foo")'
        yield invalid_value("spec.controller", controller, detail)
    else:
        domain = controller.partition("/")[0]
        yield from check_text(dns_subdomain, domain, "spec.controller")
    parameters = (ingress_class.get("spec") or {}).get("parameters")
    if parameters is not None:
        for key in ("kind", "name"):
            if not parameters.get(key):
                yield required(f"spec.parameters.{key}")
        yield from _check_scope(parameters, "spec.parameters")


def _check_scope(parameters: Part, field: str) -> Errors:
    scope, namespace = parameters.get("scope"), parameters.get("namespace")
    if scope is None:
        yield required(f"{field}.scope")
    elif scope not in _SCOPES:
        yield not_supported(f"{field}.scope", scope, _SCOPES)
    if scope == "Namespace" and not namespace:
        yield required(f"{field}.namespace", "`parameters.scope` is set to 'Namespace'")
    elif scope == "Cluster" and namespace is not None:
        yield forbidden(f"{field}.namespace", "`parameters.scope` is set to 'Cluster'")


def _check_ingress_class_change(new: Object, old: Object) -> Errors:
    controllers = [(one.get("spec") or {}).get("controller", "") for one in (new, old)]
    yield from check_immutable(controllers[0], controllers[1], "spec.controller")


def _check_policy(policy: Object) -> Errors:
    spec = policy.get("spec") or {}
    yield from check_selector(spec.get("podSelector"), "spec.podSelector")
    for direction, peers in _DIRECTIONS:
        for index, rule in enumerate(spec.get(direction) or ()):
            field = f"spec.{direction}[{index}]"
            for number, port in enumerate(rule.get("ports") or ()):
                yield from _check_policy_port(port, f"{field}.ports[{number}]")
            for number, peer in enumerate(rule.get(peers) or ()):
                yield from _check_peer(peer, f"{field}.{peers}[{number}]")
    types = spec.get("policyTypes") or []
    if len(types) > len(_DIRECTIONS):
        yield invalid_value("spec.policyTypes", types, "may not specify more than two policyTypes")
        return
    for index, kind in enumerate(types):
        if kind not in {"Ingress", "Egress"}:
            yield not_supported(f"spec.policyTypes[{index}]", kind, ("Ingress", "Egress"))


def _check_policy_port(port: Part, field: str) -> Errors:
    protocol, number, last = port.get("protocol"), port.get("port"), port.get("endPort")
    if protocol is not None and protocol not in {"TCP", "UDP", "SCTP"}:
        yield not_supported(f"{field}.protocol", protocol, ("TCP", "UDP", "SCTP"))
    if number is None:
        if last is not None:
            yield invalid_value(f"{field}.endPort", last, "may not be specified when `port` is not specified")
    elif isinstance(number, str):
        if last is not None:
            yield invalid_value(f"{field}.endPort", last, "may not be specified when `port` is non-numeric")
        yield from check_text(port_name, number, f"{field}.port")
    else:
        yield from check_port_number(number, f"{field}.port")
        if last is not None:
            if last < number:
                yield invalid_value(f"{field}.endPort", number, "must be greater than or equal to `port`")
            yield from check_port_number(last, f"{field}.endPort")


def _check_peer(peer: Part, field: str) -> Errors:
    given = 0
    for key in ("podSelector", "namespaceSelector"):
        if peer.get(key) is not None:
            given += 1
            yield from check_selector(peer[key], f"{field}.{key}")
    block = peer.get("ipBlock")
    if block is not None:
        yield from _check_block(block, f"{field}.ipBlock")
        if given:
            yield forbidden(field, "may not specify both ipBlock and another peer")
    elif not given:
        yield required(field, "must specify a peer")


def _check_block(block: Part, field: str) -> Errors:
    text = block.get("cidr", "")
    if not text:
        yield required(f"{field}.cidr")
        return
    network = network_of(text)
    if network is None:
        yield invalid_value(f"{field}.cidr", text, BAD_NETWORK)
        return
    for index, except_text in enumerate(block.get("except") or ()):
        path, hole = f"{field}.except[{index}]", network_of(except_text)
        if hole is None:
            yield invalid_value(path, except_text, BAD_NETWORK)
        elif not _is_part(hole, network):
            yield invalid_value(path, except_text, "must be a strict subset of `cidr`")


def _is_part(
    hole: ipaddress.IPv4Network | ipaddress.IPv6Network, network: ipaddress.IPv4Network | ipaddress.IPv6Network
) -> bool:
    return hole.version == network.version and hole.prefixlen > network.prefixlen and hole.network_address in network


RULES: Iterable[tuple[str, str, Rules]] = (
    (
        GROUP,
        "ingresses",
        Rules(
            _check_ingress,
            status=_check_ingress_status,
            create=_check_new_ingress,
            metadata_on_update=("change", "new"),
        ),
    ),
    (
        GROUP,
        "ingressclasses",
        Rules(
            _check_ingress_class, _check_ingress_class_change, change_first=True, metadata_on_update=("change", "new")
        ),
    ),
    (GROUP, "networkpolicies", Rules(_check_policy)),
)
