"""What the light API fills in when an object is created: only what the simulation itself acts on.

A served cluster has the real defaults; see the registry.
"""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.kube.resources import (
    CRONJOBS,
    DAEMONSETS,
    DEPLOYMENTS,
    HORIZONTALPODAUTOSCALERS,
    JOBS,
    NAMESPACES,
    PODDISRUPTIONBUDGETS,
    REPLICASETS,
    REPLICATIONCONTROLLERS,
    STATEFULSETS,
    Object,
)

_CREATED_REPLICA_SET: Object = {"replicas": 0}
_ACTIVE_NAMESPACE: Object = {"phase": "Active"}
_NAMESPACE_SPEC: Object = {"finalizers": ["kubernetes"]}


def _complete_namespace(value: Object) -> None:
    value["spec"] = _NAMESPACE_SPEC
    value["status"] = _ACTIVE_NAMESPACE


def _complete_deployment(value: Object) -> None:
    _complete_workload(value)
    value["status"] = {}


def _complete_replica_set(value: Object) -> None:
    _complete_workload(value)
    value["status"] = _CREATED_REPLICA_SET


def _complete_generation(value: Object) -> None:
    value["metadata"]["generation"] = 1
    value["status"] = {}


def _complete_workload(value: Object) -> None:
    value["metadata"]["generation"] = 1
    if "replicas" not in value["spec"]:
        value["spec"] = {**value["spec"], "replicas": 1}


COMPLETIONS: dict[str, Callable[[Object], None]] = {
    NAMESPACES.plural: _complete_namespace,
    DEPLOYMENTS.plural: _complete_deployment,
    REPLICASETS.plural: _complete_replica_set,
    REPLICATIONCONTROLLERS.plural: _complete_replica_set,
    STATEFULSETS.plural: _complete_deployment,
    DAEMONSETS.plural: _complete_generation,
    JOBS.plural: _complete_generation,
    CRONJOBS.plural: _complete_generation,
    PODDISRUPTIONBUDGETS.plural: _complete_generation,
    HORIZONTALPODAUTOSCALERS.plural: _complete_generation,
}
"""What an API server fills in, by resource."""
