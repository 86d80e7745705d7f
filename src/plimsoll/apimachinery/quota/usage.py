"""What an object of any kind counts for, and which quotas it concerns (pkg/quota/v1/evaluator)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from plimsoll.apimachinery.quota.amounts import exact, write
from plimsoll.apimachinery.quota.podusage import POD_NAMES, in_scope, pod_usage
from plimsoll.kube.resources import Object, Resource

_ALIASES = {
    "configmaps": "configmaps",
    "resourcequotas": "resourcequotas",
    "replicationcontrollers": "replicationcontrollers",
    "secrets": "secrets",
}
"""Core resources that quotas also count by their plain name."""

_CLASS_SUFFIX = ".storageclass.storage.k8s.io/"
_CLAIM_NAMES = ("persistentvolumeclaims", "requests.storage")
_SERVICE_NAMES = frozenset({"services", "services.nodeports", "services.loadbalancers", "count/services"})

UNCOUNTED = frozenset({"events", "bindings", "componentstatuses"})
UNCOUNTED_GROUPS = frozenset({"authentication.k8s.io", "authorization.k8s.io", "events.k8s.io"})


def count_name(resource: Resource) -> str:
    """The name under which quotas count objects of a resource, e.g. ``count/deployments.apps``."""
    return f"count/{resource.plural}.{resource.group}" if resource.group else f"count/{resource.plural}"


def usage_of(resource: Resource, value: Object) -> dict[str, str]:
    """What one object counts for, by the names of quotas."""
    if not resource.group:
        if resource.plural == "pods":
            return pod_usage(value)
        if resource.plural == "services":
            return _service_usage(value)
        if resource.plural == "persistentvolumeclaims":
            return _claim_usage(value)
    usage = {count_name(resource): "1"}
    if not resource.group and resource.plural in _ALIASES:
        usage[_ALIASES[resource.plural]] = "1"
    return usage


def counted_names(resource: Resource, names: Iterable[str]) -> list[str]:
    """Which names of a quota are about objects of a resource."""
    return [name for name in names if _counts(resource, name)]


def concerns(quota: Object, resource: Resource, value: Object) -> bool:
    """Whether an object counts for a quota: by one of its names, and by all of its scopes."""
    hard = (quota.get("status") or {}).get("hard") or {}
    if not counted_names(resource, hard):
        return False
    scopes = scopes_of(quota)
    if not scopes:
        return True
    return resource.plural == "pods" and not resource.group and all(in_scope(value, scope) for scope in scopes)


def scopes_of(quota: Object) -> Sequence[Object]:
    """The scopes of a quota, those of either form."""
    spec = quota.get("spec") or {}
    plain = [{"scopeName": name, "operator": "Exists"} for name in spec.get("scopes") or ()]
    return [*plain, *((spec.get("scopeSelector") or {}).get("matchExpressions") or ())]


def _counts(resource: Resource, name: str) -> bool:
    if name == count_name(resource):
        return True
    if resource.group:
        return False
    match resource.plural:
        case "pods":
            extended = name.startswith("requests.") and "/" in name
            return name in POD_NAMES or name.startswith(("hugepages-", "requests.hugepages-")) or extended
        case "services":
            return name in _SERVICE_NAMES
        case "persistentvolumeclaims":
            return name in _CLAIM_NAMES or any(name.endswith(_CLASS_SUFFIX + claim) for claim in _CLAIM_NAMES)
    return _ALIASES.get(resource.plural) == name


def _service_usage(service: Object) -> dict[str, str]:
    spec = service.get("spec") or {}
    ports = spec.get("ports") or ()
    node_ports, balancers = 0, 0
    if spec.get("type") == "NodePort":
        node_ports = len(ports)
    elif spec.get("type") == "LoadBalancer":
        balancers = 1
        suppressed = spec.get("allocateLoadBalancerNodePorts") is False
        node_ports = sum(1 for port in ports if port.get("nodePort")) if suppressed else len(ports)
    return {
        "count/services": "1",
        "services": "1",
        "services.loadbalancers": str(balancers),
        "services.nodeports": str(node_ports),
    }


def _claim_usage(claim: Object) -> dict[str, str]:
    usage = {"persistentvolumeclaims": "1", "count/persistentvolumeclaims": "1"}
    annotations = claim["metadata"].get("annotations") or {}
    spec = claim.get("spec") or {}
    storage_class = annotations.get("volume.beta.kubernetes.io/storage-class") or spec.get("storageClassName") or ""
    if storage_class:
        usage[f"{storage_class}{_CLASS_SUFFIX}persistentvolumeclaims"] = "1"
    requested = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if requested is not None:
        usage["requests.storage"] = _whole(requested)
        if storage_class:
            usage[f"{storage_class}{_CLASS_SUFFIX}requests.storage"] = usage["requests.storage"]
    return usage


def _whole(amount: str) -> str:
    value = exact(amount)
    return amount if value.denominator == 1 else write(Fraction(math.ceil(value)), binary=amount.endswith("i"))
