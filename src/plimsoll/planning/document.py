"""The JSON document of ``plimsoll plan --output json``; docs/planning.md describes every field.

Fields are added without notice; one that is renamed, removed or changes its meaning changes :data:`SCHEMA`.
"""

from __future__ import annotations

from typing import Any

from plimsoll.planning.kubelet import Term
from plimsoll.planning.manifests import manifests
from plimsoll.planning.plan import Plan
from plimsoll.planning.wish import ImpossibleWishError, Wish

SCHEMA = "plimsoll.dev/plan/v1"


def plan_document(plan: Plan) -> dict[str, Any]:
    """A plan as JSON-like values."""
    return {
        "schema": SCHEMA,
        "possible": True,
        "wish": _wish(plan.wish),
        "network": _network(plan),
        "kubelet": _kubelet(plan),
        "controlPlane": _control_plane(plan),
        "advice": [{"level": str(item.level), "text": item.text, "source": item.source} for item in plan.advice],
        "manifests": [
            {
                "file": item.file,
                "purpose": item.purpose,
                "commands": list(item.commands),
                "documents": list(item.documents),
            }
            for item in manifests(plan)
        ],
    }


def impossible_document(error: ImpossibleWishError) -> dict[str, Any]:
    """An impossible wish as JSON-like values: the constraint, and what can be had instead."""
    return {
        "schema": SCHEMA,
        "possible": False,
        "wish": _wish(error.wish),
        "constraint": error.shortfall.constraint,
        "problem": error.shortfall.problem,
        "alternatives": [
            {"change": item.change, "wish": _wish(item.wish), "command": item.wish.command}
            for item in error.alternatives
        ],
    }


def _wish(wish: Wish) -> dict[str, Any]:
    return {
        "flavor": wish.flavor.name,
        "kubernetesVersion": str(wish.version),
        "nodes": wish.nodes,
        "podsPerNode": wish.pods_per_node,
        "controlPods": wish.control_pods,
        "namespaces": wish.namespaces,
        "objectsPerNamespace": wish.objects_per_namespace,
        "clusterNetwork": _text(wish.cluster_network),
        "hostPrefix": wish.host_prefix,
        "serviceNetwork": _text(wish.service_network),
        "strategy": _text(wish.strategy),
    }


def _text(value: object | None) -> str | None:
    return None if value is None else str(value)


def _network(plan: Plan) -> dict[str, Any]:
    network = plan.network
    return {
        "clusterNetwork": str(network.cluster_network),
        "hostPrefix": network.host_prefix,
        "serviceNetwork": str(network.service_network),
        "hostAddresses": network.host_addresses,
        "podAddresses": network.pod_addresses,
        "nodeSubnets": network.node_subnets,
        "serviceAddresses": network.service_addresses,
    }


def _kubelet(plan: Plan) -> dict[str, Any]:
    kubelet = plan.kubelet
    return {
        "maxPods": plan.max_pods,
        "neededMaxPods": plan.wish.needed_max_pods,
        "kubeAPIQPS": kubelet.limiter.qps,
        "kubeAPIBurst": kubelet.limiter.burst,
        "strategy": str(kubelet.strategy),
        "objects": kubelet.objects_on_node,
        "openWatches": kubelet.open_watches,
        "connections": kubelet.connections,
        "ttlSeconds": kubelet.ttl_seconds,
        "steadyRequestsPerSecond": kubelet.steady_requests_per_second,
        "steadyTerms": [_term(term) for term in kubelet.steady],
        "requestsPerPodStart": kubelet.requests_per_start,
        "startTerms": [_term(term) for term in kubelet.start],
        "startSeconds": kubelet.start_seconds,
    }


def _term(term: Term) -> dict[str, Any]:
    return {"name": term.name, "value": term.value, "formula": term.formula}


def _control_plane(plan: Plan) -> dict[str, Any]:
    control_plane = plan.control_plane
    return {
        "coresPerMachine": control_plane.cores,
        "sizingNodes": control_plane.sizing_nodes,
        "maxRequestsInflight": control_plane.in_flight.read_only,
        "maxMutatingRequestsInflight": control_plane.in_flight.mutating,
        "kubeletRequestsPerSecond": control_plane.kubelet_requests_per_second,
    }
