"""The objects that kube-apiserver creates when it starts (pkg/controlplane, plugin scheduling bootstrap)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import ENDPOINTS, ENDPOINTSLICES, NAMESPACES, PRIORITYCLASSES, SERVICES
from plimsoll.registry.allocation.addresses import KUBERNETES_ADDRESS

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.backing import Backing

SYSTEM_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")

SYSTEM_PRIORITIES = {
    "system-cluster-critical": (
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
    "system-node-critical": (
        2_000_001_000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
}
"""Value and description of the priority classes that always are (pkg/apis/scheduling/v1/helpers.go)."""

SERVER_PORT = 6443


def install(backing: Backing, server_address: str = "127.0.0.1", server_port: int = SERVER_PORT) -> None:
    """Create what is not there yet. The address is where endpoints say that the API server is."""
    for name in SYSTEM_NAMESPACES:
        body = {
            "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Active"},
        }
        _ensure(backing, NAMESPACES, body)
    for name, (value, description) in SYSTEM_PRIORITIES.items():
        body = {
            "metadata": {"name": name, "generation": 1},
            "value": value,
            "description": description,
            "preemptionPolicy": "PreemptLowerPriority",
        }
        _ensure(backing, PRIORITYCLASSES, body)
    _ensure(backing, SERVICES, _service(server_port))
    _ensure(backing, ENDPOINTS, _endpoints(server_address, server_port))
    _ensure(backing, ENDPOINTSLICES, _endpoint_slice(server_address, server_port))


def _ensure(backing: Backing, resource: Resource, body: Object) -> None:
    collection = backing.store.collection(resource)
    metadata = {
        **body["metadata"],
        "uid": backing.identity.uid(),
        "creationTimestamp": backing.identity.timestamp(),
    }
    value = {"kind": resource.kind, "apiVersion": resource.api_version, **body, "metadata": metadata}
    namespace = metadata.get("namespace", "")
    if collection.find(namespace, metadata["name"]) is None:
        collection.add(namespace, metadata["name"], value)


def _service(port: int) -> Object:
    return {
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "labels": {"component": "apiserver", "provider": "kubernetes"},
        },
        "spec": {
            "ports": [{"name": "https", "protocol": "TCP", "port": 443, "targetPort": port}],
            "clusterIP": KUBERNETES_ADDRESS,
            "clusterIPs": [KUBERNETES_ADDRESS],
            "type": "ClusterIP",
            "sessionAffinity": "None",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "internalTrafficPolicy": "Cluster",
        },
        "status": {"loadBalancer": {}},
    }


def _endpoints(address: str, port: int) -> Object:
    return {
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"},
        },
        "subsets": [{"addresses": [{"ip": address}], "ports": [{"name": "https", "port": port, "protocol": "TCP"}]}],
    }


def _endpoint_slice(address: str, port: int) -> Object:
    return {
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "generation": 1,
            "labels": {"kubernetes.io/service-name": "kubernetes"},
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
        "ports": [{"name": "https", "protocol": "TCP", "port": port}],
    }
