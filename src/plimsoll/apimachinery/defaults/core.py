"""Defaults of the core group apart from pods (pkg/apis/core/v1/defaults.go)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable

from plimsoll.apimachinery.defaults.amounts import default_amounts
from plimsoll.apimachinery.defaults.podspec import default_pod_spec
from plimsoll.kube.resources import Object

NAME_LABEL = "kubernetes.io/metadata.name"
"""The label by which selectors find a namespace by its name."""

_AFFINITY_SECONDS = 10_800  # how long a client's address sticks to a pod
_FILESYSTEM = {"volumeMode": "Filesystem"}


def default_namespace(namespace: Object) -> None:
    """Label it with its name, once it has one."""
    metadata = namespace.setdefault("metadata", {})
    if metadata.get("name"):
        metadata["labels"] = {**(metadata.get("labels") or {}), NAME_LABEL: metadata["name"]}
    _fill(namespace.setdefault("status", {}), "phase", "Active")


def default_node(node: Object) -> None:
    """What a node can give is what it has, unless it says otherwise."""
    spec = node.setdefault("spec", {})
    first, networks = spec.get("podCIDR"), spec.get("podCIDRs") or []
    if first and networks[:1] != [first]:
        spec["podCIDRs"] = [first]  # the older field counts
    elif networks:
        spec["podCIDR"] = networks[0]
    status = node.setdefault("status", {})
    if status.get("capacity"):
        default_amounts(status["capacity"])
        if not status.get("allocatable"):
            status["allocatable"] = dict(status["capacity"])
    if status.get("allocatable"):
        default_amounts(status["allocatable"])


def default_service(service: Object) -> None:
    """Fill in type, affinity, ports and traffic policies; addresses are given out elsewhere."""
    spec = service.setdefault("spec", {})
    _fill(spec, "sessionAffinity", "None")
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        client = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
        if client.get("timeoutSeconds") is None:
            spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": _AFFINITY_SECONDS}}
    _fill(spec, "type", "ClusterIP")
    for port in spec.get("ports") or ():
        _fill(port, "protocol", "TCP")
        _fill(port, "targetPort", port.get("port", 0))
    kind = spec["type"]
    external = kind in {"NodePort", "LoadBalancer"} or (kind == "ClusterIP" and spec.get("externalIPs"))
    if external:
        _fill(spec, "externalTrafficPolicy", "Cluster")
    if kind in {"NodePort", "LoadBalancer", "ClusterIP"} and spec.get("internalTrafficPolicy") is None:
        spec["internalTrafficPolicy"] = "Cluster"
    if kind == "LoadBalancer":
        _default_load_balancer(service, spec)


def _default_load_balancer(service: Object, spec: Object) -> None:
    spec.setdefault("allocateLoadBalancerNodePorts", True)
    for ingress in ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ():
        if ingress.get("ip"):
            ingress.setdefault("ipMode", "VIP")


def default_endpoints(endpoints: Object) -> None:
    """Ports are TCP."""
    for subset in endpoints.get("subsets") or ():
        for port in subset.get("ports") or ():
            _fill(port, "protocol", "TCP")


def default_secret(secret: Object) -> None:
    """A secret without a type is opaque. What it was given as plain text wins over the data that is there."""
    _fill(secret, "type", "Opaque")
    texts = secret.pop("stringData", None)
    if texts:
        encoded = {key: b64encode(value.encode()).decode() for key, value in texts.items()}
        secret["data"] = {**(secret.get("data") or {}), **encoded}


def default_volume(volume: Object) -> None:
    """A volume is kept when it is released, and holds a file system."""
    spec = volume.setdefault("spec", {})
    _fill(spec, "persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")
    if spec.get("capacity"):
        default_amounts(spec["capacity"])
    _fill(volume.setdefault("status", {}), "phase", "Pending")
    if spec.get("hostPath") is not None:
        spec["hostPath"].setdefault("type", "")
    claim = spec.get("claimRef")
    if claim is not None:
        _fill(claim, "kind", claim.get("kind") or "")
        if not claim["kind"]:
            del claim["kind"]


def default_claim(claim: Object) -> None:
    """A claim asks for a file system and waits."""
    spec = claim.setdefault("spec", {})
    spec.setdefault("volumeMode", "Filesystem")
    for part in ("limits", "requests"):
        default_amounts((spec.get("resources") or {}).get(part) or {})
    _fill(claim.setdefault("status", {}), "phase", "Pending")


def default_limit_range(limit_range: Object) -> None:
    """Defaults of containers follow from the maximum, requests from the default limits, then from the minimum."""
    for item in (limit_range.get("spec") or {}).get("limits") or ():
        if item.get("type") == "Container":
            limits = {**(item.get("max") or {}), **(item.get("default") or {})}
            requests = {**(item.get("min") or {}), **limits, **(item.get("defaultRequest") or {})}
            for key, amounts in (("default", limits), ("defaultRequest", requests)):
                if amounts:
                    item[key] = amounts
        for amounts in item.values():
            if isinstance(amounts, dict):
                default_amounts(amounts)


def default_quota(quota: Object) -> None:
    """Round the amounts."""
    quota.setdefault("spec", {})
    default_amounts(quota["spec"].get("hard") or {})


def default_replication_controller(controller: Object) -> None:
    """Selector and labels come from the template; one replica."""
    spec = controller.setdefault("spec", {})
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels")
    if labels:
        _fill(spec, "selector", dict(labels))
        _fill(controller.setdefault("metadata", {}), "labels", dict(labels))
    spec.setdefault("replicas", 1)
    if template.get("spec") is not None:
        default_pod_spec(template["spec"])


def _fill(target: Object, key: str, value: object) -> None:
    if not target.get(key):
        target[key] = value


DEFAULTS: Iterable[tuple[str, str, Callable[[Object], None]]] = (
    ("", "namespaces", default_namespace),
    ("", "nodes", default_node),
    ("", "services", default_service),
    ("", "endpoints", default_endpoints),
    ("", "secrets", default_secret),
    ("", "persistentvolumes", default_volume),
    ("", "persistentvolumeclaims", default_claim),
    ("", "limitranges", default_limit_range),
    ("", "resourcequotas", default_quota),
    ("", "replicationcontrollers", default_replication_controller),
)
