"""A scenario in which every field of the model is written, so that each can be made wrong in turn."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from plimsoll.scenario.documents import Path

Fields = dict[str, Any]

_PACE: Fields = {
    "objectsPerCall": 5,
    "parallelism": 2,
    "callSeconds": 0.36,
    "ratePerSecond": 50.0,
    "burst": 10,
    "betweenNamespaces": 0,
}
_PROBE: Fields = {"periodSeconds": 5, "initialDelaySeconds": 1, "timeoutSeconds": 2, "failureThreshold": 4}
_COMMON: Fields = {"once": False, "labels": {"team": "a"}, "annotations": {"note": "b"}}
_POD: Fields = {
    "role": "client",
    "server": "server",
    "containers": 2,
    "image": "registry.example/app:1",
    "requests": {"cpu": "100m", "memory": "64Mi"},
    "limits": {"cpu": "200m", "memory": "128Mi"},
    "secrets": 1,
    "configMaps": "all",
    "imagePullSecrets": ["pull"],
    "serviceAccountToken": False,
    "probes": {"command": ["true"], "readiness": _PROBE, "liveness": _PROBE, "startup": _PROBE},
    "nodeSelector": {"zone": "a"},
    "nodeName": "worker-0",
    "affinity": {"nodeAffinity": {}},
    "antiAffinity": {"mode": "preferred", "topologyKey": "zone", "of": "server"},
    "topologySpread": {"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"},
    "tolerations": [
        {"key": "a", "operator": "Equal", "value": "b", "effect": "NoExecute", "tolerationSeconds": 30},
    ],
    "terminationGracePeriodSeconds": 5,
    "labels": {"color": "red"},
    "annotations": {"note": "c"},
}
_WORKLOADS: list[Fields] = [
    {"kind": "sleep", "seconds": 5},
    {"kind": "cpuSoak", "seconds": 5, "share": 0.5, "period": "200ms"},
    {"kind": "memorySoak", "seconds": 5, "bytes": "10Mi", "pattern": "random", "interval": 2},
    {"kind": "files", "seconds": 5, "files": 10, "fileBytes": 100, "ratePerSecond": 5.0, "sync": True},
    {"kind": "logger", "seconds": 5, "linesPerSecond": 5.0, "lineBytes": 80},
    {"kind": "dns", "seconds": 5, "names": ["a.example", "b.example"], "ratePerSecond": 5.0, "clients": 2},
    {"kind": "reader", "seconds": 5, "interval": 2},
]
_OBJECTS: list[Fields] = [
    {"kind": "Secret", "name": "secret", "count": 2, "pace": _PACE, "dataBytes": 100, **_COMMON},
    {"kind": "ConfigMap", "name": "config", "count": 1, "pace": _PACE, "dataBytes": 100, **_COMMON},
    {"kind": "Service", "name": "server", "pace": _PACE, "selects": "server", "port": 80, "headless": True, **_COMMON},
    {"kind": "Service", "name": "outside", "count": 1, "externalName": "example.org"},
    {
        "kind": "Deployment",
        "name": "server",
        "count": 1,
        "replicas": 1,
        "pace": _PACE,
        "pod": {"role": "server"},
        **_COMMON,
    },
    {"kind": "ReplicaSet", "name": "client", "count": 1, "replicas": 2, "pace": _PACE, "pod": _POD, **_COMMON},
    {"kind": "Pod", "name": "bare", "count": 1, "pace": _PACE, "pod": _POD, **_COMMON},
    {
        "kind": "Template",
        "name": "template",
        "count": 1,
        "pace": _PACE,
        "template": "{apiVersion: v1, kind: Pod, metadata: {name: 'pod-{{.Iteration}}-{{.Replica}}'}, spec: {containers: []}}",
        "variables": {},
        "stamps": {"number": "{{.Replica}}"},
        "firstIteration": 1,
        "missingIsEmpty": True,
        **_COMMON,
    },
    *({"kind": "Pod", "name": work["kind"].lower(), "pod": {"configMaps": 1, "workload": work}} for work in _WORKLOADS),
]
_MAXIMAL: Fields = {
    "name": "maximal",
    "description": "Everything at once.",
    "cluster": {
        "profile": "ideal",
        "nodes": 3,
        "node": {
            "cpu": 4,
            "memory": "16Gi",
            "networkBitsPerSecond": "10G",
            "labels": {"zone": "a"},
            "taints": [{"key": "a", "value": "b", "effect": "NoExecute"}],
        },
        "pools": [
            {"count": 1, "labels": {"zone": "b"}, "taints": [{"key": "c", "value": "d", "effect": "NoSchedule"}]},
        ],
        "settings": {"kubelet.maxPods": 200},
        "allowOverload": True,
        "faults": [
            {"kind": "nodeLost", "at": "1m", "node": "worker-1", "for": "5m"},
            {"kind": "apiErrors", "at": "1m", "for": "5m", "fraction": 0.5, "code": 503},
            {"kind": "apiLatency", "at": "1m", "for": "5m", "addSeconds": 0.5},
            {"kind": "componentRestart", "at": "1m", "component": "kubelet", "node": "worker-1", "downSeconds": 3},
            {"kind": "runtimeHang", "at": "1m", "for": "5m", "node": "worker-1", "relistSeconds": 240},
            {"kind": "runtimeHang", "at": "1m", "for": "5m", "fraction": 0.5},
        ],
    },
    "load": {
        "pace": _PACE,
        "order": "byKind",
        "jobs": [
            {
                "name": "job",
                "namespaces": {"count": 2, "prefix": "space", "labels": {"a": "b"}},
                "copies": 2,
                "objects": _OBJECTS,
                "alongside": [
                    {
                        "namespaces": {"names": ["apart"]},
                        "copies": 1,
                        "objects": [{"kind": "Secret", "pace": {"shape": [{"at": 0, "ratePerSecond": 5}]}}],
                    },
                ],
                "exchange": {
                    "bytesPerSecond": "100kB",
                    "seconds": 60,
                    "bytes": "10MB",
                    "messageBytes": 1000,
                    "clients": 2,
                },
                "barrier": {"quorum": 0.9, "patience": "30s", "timeout": "10m"},
                "churn": {"percent": 10, "cycles": 2, "delay": "1m", "mode": "objects"},
                "wait": {"for": "ready", "timeout": "1h"},
                "hold": "10s",
                "pace": {"ratePerSecond": 5},
                "actions": [
                    {
                        "name": "label",
                        "verb": "patch",
                        "kind": "Deployment",
                        "labels": {"a": "b"},
                        "format": "strategic",
                        "template": "metadata: {labels: {x: y{{.Iteration}}}}",
                        "variables": {},
                        "iterations": 2,
                        "pace": {"ratePerSecond": 5},
                        "untilGone": True,
                        "timeout": "1h",
                        "pause": "1s",
                    },
                ],
            },
        ],
        "demands": [
            {
                "kind": "apiRequests",
                "at": "1m",
                "for": "10m",
                "client": "nova",
                "verb": "PATCH",
                "resource": "configmaps",
                "perSecond": 20.5,
            },
            {
                "kind": "databaseTransactions",
                "at": "1m",
                "for": "10m",
                "service": "nova-api",
                "perSecond": 50.0,
                "statements": 3,
                "rows": 1000,
                "hotRows": 10,
                "hotShare": 0.5,
                "zipfExponent": 1.0,
            },
            {"kind": "databaseTransactions", "parallel": 20},
            {
                "kind": "dnsLookups",
                "at": "1m",
                "for": "10m",
                "perSecond": 10.0,
                "perPodPerSecond": 0.5,
                "sameNamespace": 2.0,
                "otherNamespace": 1.0,
                "external": 1.0,
                "absolute": 1.0,
                "distinctNames": 100,
                "ndots": 5,
                "hostDomains": 1,
                "dualStack": True,
                "upstreamSeconds": "20ms",
                "upstreamTimeouts": 0.01,
            },
            {
                "kind": "liveMigrations",
                "at": "1m",
                "for": "10m",
                "perMinute": 2.0,
                "memory": "4Gi",
                "dirtyBytesPerSecond": "50MB",
            },
        ],
        "delete": True,
        "deleteTimeout": "1h",
    },
    "expect": ["podReady.p99 <= 5s"],
    "measure": {"interval": "10s"},
}

FREE = {"settings", "affinity", "annotations", "stamps", "variables"}
"""Fields whose content is the user's own."""


def maximal() -> Fields:
    """A fresh copy that shares nothing with another, not even within itself."""
    return copy.deepcopy(_unshared(_MAXIMAL))


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all values that are neither mappings nor lists, but for the user's own."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in FREE:
                yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield path


def mappings(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all mappings whose keys the model gives."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            if key not in FREE | {"labels", "nodeSelector"}:
                yield from mappings(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from mappings(inner, (*path, number))


def at(value: Any, path: Path) -> Any:
    """The value at a path."""
    for step in path:
        value = value[step]
    return value


def _unshared(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unshared(inner) for key, inner in value.items()}
    return [_unshared(inner) for inner in value] if isinstance(value, list) else value
