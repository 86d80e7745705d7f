"""Nodes and pods for tests, as plain objects of the API."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.simcluster.scheduling.oracle import HOSTNAME, PREFERRED, REQUIRED

Object = dict[str, Any]

_numbers = count()


def node(name: str, *, cpu: str = "8", memory: str = "32Gi", pods: int = 110, **more: Any) -> Object:
    """A node; `labels`, `taints`, `unschedulable` and further `allocatable` resources by keyword."""
    labels = {HOSTNAME: name, **more.get("labels", {})}
    spec = {key: more[key] for key in ("taints", "unschedulable") if key in more}
    allocatable = {"cpu": cpu, "memory": memory, "pods": str(pods), **more.get("allocatable", {})}
    return {"metadata": {"name": name, "labels": labels}, "spec": spec, "status": {"allocatable": allocatable}}


def nodes(number: int, **shape: Any) -> list[Object]:
    return [node(f"node-{index}", **shape) for index in range(number)]


def spec(requests: dict[str, str] | None = None, **fields: Any) -> Object:
    """A pod's spec with one container."""
    container: Object = {"name": "main", "image": "pause"}
    if requests:
        container["resources"] = {"requests": requests}
    return {"containers": [container], **fields}


def pod(
    pod_spec: Object | None = None,
    *,
    namespace: str = "default",
    labels: dict[str, str] | None = None,
    controller: str | None = None,
) -> Object:
    """A pod with a UID of its own."""
    uid = f"uid-{next(_numbers)}"
    metadata: Object = {"name": f"pod-{uid}", "namespace": namespace, "uid": uid, "labels": labels or {}}
    if controller is not None:
        metadata["ownerReferences"] = [
            {"kind": "ReplicaSet", "name": controller, "uid": controller, "controller": True}
        ]
    return {"metadata": metadata, "spec": pod_spec or spec()}


def term(labels: dict[str, str] | None, key: str = HOSTNAME, **more: Any) -> Object:
    """A pod affinity term; labels None leaves the selector out."""
    selector = {} if labels is None else {"labelSelector": {"matchLabels": labels}}
    return {"topologyKey": key, **selector, **more}


def affinity(kind: str, *, required: list[Object] | None = None, preferred: list[Object] | None = None) -> Object:
    """`affinity` with one kind of terms; preferred ones as (weight, term) objects."""
    stated = {REQUIRED: required or [], PREFERRED: preferred or []}
    return {"affinity": {kind: {key: value for key, value in stated.items() if value}}}


def spread(key: str, labels: dict[str, str], *, skew: int = 1, hard: bool = True, **more: Any) -> Object:
    """A topology spread constraint."""
    action = "DoNotSchedule" if hard else "ScheduleAnyway"
    constraint = {"maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": action}
    return {**constraint, "labelSelector": {"matchLabels": labels}, **more}
