"""How services, endpoints, ingresses and network policies are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.tables.cells import (
    NONE,
    age_of,
    annotation_of,
    cut_list,
    labels_text,
    name_of,
    selector_text,
)
from plimsoll.apimachinery.tables.columns import AGE, NAME, SELECTOR, Layout, named
from plimsoll.kube.resources import Object

_GROUP = "networking.k8s.io"
_MOST = 3


def _service(service: Object, now: float) -> list[Any]:
    spec = service.get("spec") or {}
    return [
        name_of(service),
        spec.get("type", ""),
        (spec.get("clusterIPs") or [NONE])[0],
        _external_addresses(service, spec),
        ",".join(map(_port_text, spec.get("ports") or ())) or NONE,
        age_of(service, now),
        labels_text(spec.get("selector")),
    ]


def _port_text(port: Mapping[str, Any]) -> str:
    node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port', 0)}{node_port}/{port.get('protocol', '')}"


def _external_addresses(service: Object, spec: Mapping[str, Any]) -> str:
    kind, given = spec.get("type"), spec.get("externalIPs") or []
    if kind in {"ClusterIP", "NodePort"}:
        return ",".join(given) or NONE
    if kind == "LoadBalancer":
        return ",".join([*_balancer_addresses(service), *given]) or "<pending>"
    return str(spec.get("externalName", "")) if kind == "ExternalName" else "<unknown>"


def _balancer_addresses(object_: Object) -> list[str]:
    entries = ((object_.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return sorted({entry.get("ip") or entry.get("hostname") or "" for entry in entries} - {""})


def _endpoints(endpoints: Object, now: float) -> list[Any]:
    shown: list[str] = []
    for subset in endpoints.get("subsets") or ():
        addresses = [address.get("ip", "") for address in subset.get("addresses") or ()]
        ports = [port.get("port", 0) for port in subset.get("ports") or ()]
        hosts = [f"[{address}]" if ":" in address else address for address in addresses]
        shown += [f"{host}:{port}" for port in ports for host in hosts] if ports else addresses
    text = cut_list(shown, _MOST, "") if endpoints.get("subsets") else NONE
    return [name_of(endpoints), text, age_of(endpoints, now)]


def _slice(slice_: Object, now: float) -> list[Any]:
    ports = [str(port.get("port") or port.get("name") or "*") for port in slice_.get("ports") or ()]
    addresses = [address for endpoint in slice_.get("endpoints") or () for address in endpoint.get("addresses") or ()]
    lists = [cut_list(ports, _MOST), cut_list(addresses, _MOST)]
    return [name_of(slice_), slice_.get("addressType", ""), *lists, age_of(slice_, now)]


def _ingress(ingress: Object, now: float) -> list[Any]:
    spec = ingress.get("spec") or {}
    rules = spec.get("rules") or ()
    hosts = [rule["host"] for rule in rules if rule.get("host")]
    shown = ",".join(hosts[:_MOST]) or "*"
    if len(hosts) >= _MOST and len(rules) > _MOST:
        shown += f" + {len(rules) - _MOST} more..."
    return [
        name_of(ingress),
        spec.get("ingressClassName") or NONE,
        shown,
        ",".join(_balancer_addresses(ingress)),
        "80, 443" if spec.get("tls") else "80",
        age_of(ingress, now),
    ]


def _ingress_class(ingress_class: Object, now: float) -> list[Any]:
    spec = ingress_class.get("spec") or {}
    default = annotation_of(ingress_class, "ingressclass.kubernetes.io/is-default-class") == "true"
    parameters = spec.get("parameters")
    text = NONE
    if parameters is not None:
        group = f".{parameters['apiGroup']}" if parameters.get("apiGroup") is not None else ""
        text = f"{parameters.get('kind', '')}{group}/{parameters.get('name', '')}"
    name = name_of(ingress_class) + (" (default)" if default else "")
    return [name, spec.get("controller", ""), text, age_of(ingress_class, now)]


def _policy(policy: Object, now: float) -> list[Any]:
    return [name_of(policy), selector_text((policy.get("spec") or {}).get("podSelector")), age_of(policy, now)]


def _range(range_: Object, now: float) -> list[Any]:
    return [name_of(range_), ",".join((range_.get("spec") or {}).get("cidrs") or ()), age_of(range_, now)]


def _address(address: Object, _now: float) -> list[Any]:
    parent = (address.get("spec") or {}).get("parentRef") or {}
    parts = [parent.get("resource", ""), parent.get("namespace", ""), parent.get("name", "")]
    group = f".{parent['group']}" if parent.get("group") else ""
    return [name_of(address), "/".join(part for part in (parts[0] + group, *parts[1:]) if part)]


LAYOUTS: Iterable[tuple[str, str, Layout]] = (
    (
        "",
        "services",
        Layout((NAME, *named("Type", "Cluster-IP", "External-IP", "Port(s)"), AGE, SELECTOR), _service),
    ),
    ("", "endpoints", Layout((NAME, *named("Endpoints"), AGE), _endpoints)),
    (
        "discovery.k8s.io",
        "endpointslices",
        Layout((NAME, *named("AddressType", "Ports", "Endpoints"), AGE), _slice),
    ),
    (_GROUP, "ingresses", Layout((NAME, *named("Class", "Hosts", "Address", "Ports"), AGE), _ingress)),
    (_GROUP, "ingressclasses", Layout((NAME, *named("Controller", "Parameters"), AGE), _ingress_class)),
    (_GROUP, "networkpolicies", Layout((NAME, *named("Pod-Selector"), AGE), _policy)),
    (_GROUP, "servicecidrs", Layout((NAME, *named("CIDRs"), AGE), _range)),
    (_GROUP, "ipaddresses", Layout((NAME, *named("ParentRef")), _address)),
)
